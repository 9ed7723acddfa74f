/** The text in the corners of a viewport. */
import { number, text } from './dataset';
import type { PictureSet, StudySummary } from './displaySet';
import { ageInYears, compact, formatDate, formatTime, windowNumber } from './format';
import { rescaleOf, sliceLocationOf, sliceThicknessOf, type FrameRef } from './frame';
import { slicePosition } from './geometry';
import { displayName, type Patient } from './patient';
import { Tag } from './tags';
import { passesOf } from './passes';
import { t } from './text';
import { toWindow, type ValueRange, type WindowShape } from './window';

export interface CornerText {
  readonly topLeft: readonly string[];
  readonly topRight: readonly string[];
  readonly bottomLeft: readonly string[];
  readonly bottomRight: readonly string[];
}

export interface Presentation {
  readonly index: number;
  readonly range: ValueRange | undefined;
  readonly shape: WindowShape;
  readonly colour: boolean;
  readonly magnification: number;
}

const filled = (lines: readonly (string | undefined)[]): string[] => lines.filter((line): line is string => Boolean(line));
const joined = (parts: readonly (string | undefined)[], separator = ' · '): string => filled(parts).join(separator);

/** Age at the study: as stated, else from the dates. */
export function ageAt(patient: Patient, studyDate: string): string {
  const stated = /^0*(\d+)([DWMY])$/.exec(patient.age);
  if (stated) return `${stated[1] ?? ''}${(stated[2] ?? '').toLowerCase()}`;
  const years = ageInYears(patient.birthDate, studyDate);
  return years === undefined ? '' : `${years}y`;
}

/** Date of birth, age and sex in one line. */
export function personLine(patient: Patient, studyDate: string): string {
  const age = ageAt(patient, studyDate);
  const born = formatDate(patient.birthDate);
  return joined([born && age ? `${born} (${age})` : born || age, patient.sex]);
}

export function seriesTitle(set: { readonly series: PictureSet['series'] }): string {
  const { number: seriesNumber, description, modality } = set.series;
  return joined([seriesNumber === undefined ? undefined : `${seriesNumber}`, description || modality], '  ');
}

function acquisitionTime(frame: FrameRef): string {
  const { dataset } = frame.instance;
  return formatTime(text(dataset, Tag.AcquisitionTime) || text(dataset, Tag.ContentTime));
}

function imageLine(set: PictureSet, frame: FrameRef, index: number): string {
  const place = t(set.clip ? 'Frame {index}/{count}' : 'Image {index}/{count}', { index: index + 1, count: set.frames.length });
  const stated = set.clip ? undefined : frame.instance.instanceNumber;
  return joined([place, stated === undefined || stated === index + 1 ? undefined : `#${stated}`]);
}

function positionLine(frame: FrameRef): string {
  const position = slicePosition(frame);
  const location = sliceLocationOf(frame);
  const thickness = sliceThicknessOf(frame);
  return joined([
    position ? `${position.side} ${position.distanceMm.toFixed(1)} mm` : location === undefined ? undefined : `${t('Location')} ${compact(location, 1)} mm`,
    thickness ? t('Thickness {value} mm', { value: compact(thickness, 2) }) : undefined,
  ]);
}

function windowLine(frame: FrameRef, { range, shape, colour }: Presentation): string {
  if (colour || !range) return '';
  const { width, center } = toWindow(range, shape);
  const { unit } = rescaleOf(frame);
  return joined([`W ${windowNumber(width, width)}`, `L ${windowNumber(center, width)}`, unit], '  ');
}

function lossyLine({ instance: { dataset } }: FrameRef): string {
  if (text(dataset, Tag.LossyImageCompression) !== '01') return '';
  const ratio = number(dataset, Tag.LossyImageCompressionRatio);
  return ratio ? t('Lossy {ratio}:1', { ratio: compact(ratio, 1) }) : t('Lossy');
}

/** Which of several passes through the body this is. */
function passLine({ frames }: PictureSet, index: number): string {
  const passes = passesOf(frames);
  if (!passes) return '';
  const place = { pass: Math.floor(index / passes.slices) + 1, count: passes.count };
  return passes.inTime ? t('Time {pass}/{count}', place) : t('Pass {pass}/{count}', place);
}

/** What is written over frame `presentation.index` of `set`. */
export function cornerText(set: PictureSet, study: StudySummary | undefined, presentation: Presentation): CornerText {
  const frame = set.frames[presentation.index];
  const studyDate = study?.date ?? '';
  const topLeft = [displayName(set.patient.name) || t('No name'), set.patient.id, personLine(set.patient, studyDate)];
  const topRight = [study?.description, joined([formatDate(studyDate), study ? formatTime(study.time) : '']), seriesTitle(set)];
  if (!frame) return { topLeft: filled(topLeft), topRight: filled(topRight), bottomLeft: [], bottomRight: [] };
  return {
    topLeft: filled(topLeft),
    topRight: filled([...topRight, acquisitionTime(frame)]),
    bottomLeft: filled([imageLine(set, frame, presentation.index), passLine(set, presentation.index), positionLine(frame)]),
    bottomRight: filled([
      windowLine(frame, presentation),
      t('Zoom {factor}×', { factor: compact(presentation.magnification, 2) }),
      lossyLine(frame),
    ]),
  };
}
