/** The DICOMweb calls of the viewer: what studies, series and instances there are. */
import type { Dataset } from '../domain/dataset';
import { readSeries, readStudy, sortSeries, type SeriesSummary, type StudySummary } from '../domain/displaySet';
import { failureOfStatus, ViewerError } from '../domain/failure';
import { readInstance, type Instance } from '../domain/instance';
import { framePath, instancePath, seriesPath, studyPath, type SeriesKey } from '../domain/urls';

const STUDY_FIELDS = 'includefield=00081030&includefield=00101010&includefield=00100021';
const SERIES_FIELDS = 'includefield=0008103E&includefield=00201209';

async function request(url: string, signal?: AbortSignal, accept = 'application/dicom+json'): Promise<Response> {
  try {
    // A redirect can only lead to the sign-in page.
    return await fetch(url, { headers: { Accept: accept }, credentials: 'same-origin', redirect: 'manual', signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ViewerError('network', 'The server cannot be reached');
  }
}

async function getJSON(url: string, signal?: AbortSignal): Promise<Dataset[]> {
  const response = await request(url, signal);
  if (response.type === 'opaqueredirect') throw new ViewerError('session', '');
  if (response.status === 204) return [];
  if (!response.ok) throw failureOfStatus(response.status);
  return (await response.json()) as Dataset[];
}

export class DicomWeb {
  constructor(private readonly root: string) {}

  /** Throws ViewerError 'not-found' when there is no such study, or none that may be seen. */
  async study(studyInstanceUID: string, signal?: AbortSignal): Promise<StudySummary> {
    const query = `StudyInstanceUID=${encodeURIComponent(studyInstanceUID)}&${STUDY_FIELDS}`;
    const [dataset] = await getJSON(`${this.root}/studies?${query}`, signal);
    if (!dataset) throw new ViewerError('not-found', '');
    return readStudy(dataset);
  }

  async series(studyInstanceUID: string, signal?: AbortSignal): Promise<SeriesSummary[]> {
    const datasets = await getJSON(`${this.root}${studyPath(studyInstanceUID)}/series?${SERIES_FIELDS}`, signal);
    return sortSeries(datasets.map((dataset) => readSeries(dataset, studyInstanceUID)));
  }

  async instances(series: SeriesKey, signal?: AbortSignal): Promise<Instance[]> {
    const datasets = await getJSON(`${this.root}${seriesPath(series)}/metadata`, signal);
    return datasets.map(readInstance);
  }

  /** The stream of a video as it is stored; throws ViewerError. */
  async video(instance: Instance, signal?: AbortSignal): Promise<Blob> {
    const response = await request(`${this.root}${framePath({ instance, number: 1 })}`, signal, 'video/mp4; transfer-syntax=*, video/mpeg; transfer-syntax=*');
    if (response.type === 'opaqueredirect') throw new ViewerError('session', '');
    if (!response.ok) throw failureOfStatus(response.status);
    const type = (response.headers.get('Content-Type') ?? '').split(';')[0] ?? '';
    return new Blob([await response.arrayBuffer()], { type });
  }

  seriesThumbnailURL(series: SeriesKey): string {
    return `${this.root}${seriesPath(series)}/thumbnail?missing=empty`;
  }

  instanceThumbnailURL(instance: Instance): string {
    return `${this.root}${instancePath(instance)}/thumbnail?missing=empty`;
  }

  /** A document as its own kind: PDF for an encapsulated PDF (PS3.18 8.7.5). */
  documentURL(instance: Instance): string {
    return `${this.root}${instancePath(instance)}/rendered`;
  }
}
