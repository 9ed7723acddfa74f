/** Paths of DICOMweb resources (PS3.18 chapters 8 to 10), below the service's root. */
import type { FrameRef } from './frame';
import type { Instance } from './instance';

export interface SeriesKey {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
}

export const studyPath = (studyInstanceUID: string): string => `/studies/${encodeURIComponent(studyInstanceUID)}`;

export function seriesPath(key: SeriesKey): string {
  return `${studyPath(key.studyInstanceUID)}/series/${encodeURIComponent(key.seriesInstanceUID)}`;
}

export function instancePath(instance: Instance): string {
  return `${seriesPath(instance)}/instances/${encodeURIComponent(instance.sopInstanceUID)}`;
}

export function framePath(frame: FrameRef): string {
  return `${instancePath(frame.instance)}/frames/${frame.number}`;
}

/** Several frames at once: of one multi-frame instance, or of single-frame instances of one series. */
export function batchPath(frames: readonly FrameRef[]): string {
  const [first] = frames;
  if (!first) throw new RangeError('A batch without frames');
  if (first.instance.numberOfFrames > 1) return `${instancePath(first.instance)}/frames/${frames.map(({ number }) => number).join()}`;
  return `${seriesPath(first.instance)}/pixeldata?instance=${frames.map(({ instance }) => instance.sopInstanceUID).join()}`;
}

/** The viewer with a study and its report beside. */
export const addressToRead = (viewerURL: string, studyInstanceUID: string): string => `${viewerURL}?StudyInstanceUIDs=${encodeURIComponent(studyInstanceUID)}&report=1`;
