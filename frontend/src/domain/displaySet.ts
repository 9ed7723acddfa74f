/** What is dragged into a viewport: the frames of a series in order, one clip, or objects without picture. */
import { frameRate } from './cine';
import { number, text, texts, type Dataset } from './dataset';
import type { FrameRef } from './frame';
import { sortFrames } from './geometry';
import type { Instance } from './instance';
import { readPatient, type Patient } from './patient';
import { isPresentationState } from './presentationState';
import { isSegmentation } from './segmentation';
import { isStructureSet } from './structureSet';
import { Tag } from './tags';
import { isVideo } from './transferSyntax';

export interface SeriesSummary {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly modality: string;
  readonly number: number | undefined;
  readonly description: string;
  readonly instanceCount: number;
}

export interface StudySummary {
  readonly studyInstanceUID: string;
  readonly patient: Patient;
  readonly date: string;
  readonly time: string;
  readonly description: string;
  readonly accessionNumber: string;
}

interface Common {
  /** Unique in the window. */
  readonly id: string;
  readonly series: SeriesSummary;
  readonly patient: Patient;
  readonly instances: readonly Instance[];
}

/** Frames in reading order; `clip`: one multi-frame instance, shown at `rate` frames per second. */
export interface PictureSet extends Common {
  readonly kind: 'pictures';
  readonly frames: readonly FrameRef[];
  readonly clip: boolean;
  readonly rate: number;
}

/** Objects that have nothing to show in a viewport; `overlay`: they are laid over the images they speak of. */
export interface MessageSet extends Common {
  readonly kind: 'message';
  readonly reason: 'no-picture' | 'video' | 'overlay';
}

export type DisplaySet = PictureSet | MessageSet;

export function readStudy(dataset: Dataset): StudySummary {
  return {
    studyInstanceUID: text(dataset, Tag.StudyInstanceUID),
    patient: readPatient(dataset),
    date: text(dataset, Tag.StudyDate),
    time: text(dataset, Tag.StudyTime),
    description: text(dataset, Tag.StudyDescription),
    accessionNumber: text(dataset, Tag.AccessionNumber),
  };
}

export function readSeries(dataset: Dataset, studyInstanceUID: string): SeriesSummary {
  return {
    studyInstanceUID,
    seriesInstanceUID: text(dataset, Tag.SeriesInstanceUID),
    modality: text(dataset, Tag.Modality),
    number: number(dataset, Tag.SeriesNumber),
    description: text(dataset, Tag.SeriesDescription),
    instanceCount: number(dataset, Tag.NumberOfSeriesRelatedInstances) ?? 0,
  };
}

/** Objects to read first: by number, then as the server lists them; reports and the like last. */
export function sortSeries(series: readonly SeriesSummary[]): SeriesSummary[] {
  const place = ({ modality, number: seriesNumber }: SeriesSummary): number =>
    (mayHavePictures(modality) ? 0 : 1e12) + (seriesNumber ?? 1e11);
  return series.toSorted((a, b) => place(a) - place(b));
}

const mayHavePictures = (modality: string): boolean => !NEVER_PICTURES.has(modality);

const NEVER_PICTURES: ReadonlySet<string> = new Set(['SR', 'PR', 'KO', 'DOC', 'REG', 'RTSTRUCT', 'RTPLAN', 'RWV', 'AU', 'ECG', 'HD', 'ANN', 'FID', 'PLAN']);
const ALWAYS_PICTURES: ReadonlySet<string> = new Set(['CR', 'CT', 'DX', 'IO', 'MG', 'MR', 'NM', 'PT', 'PX', 'RF', 'RTIMAGE', 'US', 'XA']);

/** Whether a series of this modality holds pictures, as far as one can tell before its instances are known. */
export const promisesPictures = (modality: string): boolean => ALWAYS_PICTURES.has(modality);

function framesOf(instance: Instance): FrameRef[] {
  return Array.from({ length: instance.numberOfFrames }, (_, index) => ({ instance, number: index + 1 }));
}

const isOverlay = (instance: Instance): boolean => isSegmentation(instance) || isStructureSet(instance) || isPresentationState(instance);

function kindOf(instance: Instance): 'clip' | 'single' | MessageSet['reason'] {
  if (isOverlay(instance)) return 'overlay';
  if (isVideo(instance.transferSyntaxUID)) return 'video';
  if (!instance.pixels) return 'no-picture';
  return instance.numberOfFrames > 1 ? 'clip' : 'single';
}

function pictures(series: SeriesSummary, instances: readonly Instance[], id: string, clip: boolean): PictureSet[] {
  const [first] = instances;
  if (!first) return [];
  const frames = sortFrames(instances.flatMap(framesOf));
  return [{ kind: 'pictures', id, series, patient: readPatient(first.dataset), instances, frames, clip, rate: frameRate(first) }];
}

function messages(series: SeriesSummary, instances: readonly Instance[], reason: MessageSet['reason']): MessageSet[] {
  const [first] = instances;
  return first ? [{ kind: 'message', id: `${series.seriesInstanceUID}/${reason}`, series, patient: readPatient(first.dataset), instances, reason }] : [];
}

/** The display sets of a series: its single frames as one stack, each clip by itself, the rest as messages. */
export function displaySetsOf(series: SeriesSummary, instances: readonly Instance[]): DisplaySet[] {
  const of = (kind: ReturnType<typeof kindOf>): Instance[] => instances.filter((instance) => kindOf(instance) === kind);
  const clips = of('clip').toSorted((a, b) => (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0));
  return [
    ...pictures(series, of('single'), series.seriesInstanceUID, false),
    ...clips.flatMap((clip) => pictures(series, [clip], `${series.seriesInstanceUID}/${clip.sopInstanceUID}`, true)),
    ...messages(series, of('overlay'), 'overlay'),
    ...messages(series, of('video'), 'video'),
    ...messages(series, of('no-picture'), 'no-picture'),
  ];
}

/** The frames of a segmentation as pictures of their own, for want of its images. */
export function picturesOf({ id, series, instances }: MessageSet): PictureSet[] {
  return pictures(series, instances.filter(({ pixels }) => pixels !== undefined), `${id}/frames`, false);
}

/** Image Type value 3 of a planning image (PS3.3 C.8.2.1.1.1 and C.8.3.1.1.1; SCOUT is an older habit). */
export function isLocalizer(set: DisplaySet): boolean {
  const types = texts(set.instances[0]?.dataset, Tag.ImageType);
  return types.includes('LOCALIZER') || types.includes('SCOUT');
}
