/** What holds for one frame: plane, spacing, windows, rescale; functional groups come before the root. */
import { item, number, numbers, text, texts, type Dataset } from './dataset';
import type { Instance } from './instance';
import { Tag } from './tags';
import { cross, dot, normalize, toVector, type Vector } from './vector';
import { readWindows, type Window } from './window';

/** A frame of an instance; `number` counts from 1, as in DICOMweb paths. */
export interface FrameRef {
  readonly instance: Instance;
  readonly number: number;
}

/** The plane of a frame; `position` is the centre of the first pixel (column 0, row 0), LPS, mm. */
export interface Plane {
  readonly position: Vector;
  readonly rowDirection: Vector;
  readonly columnDirection: Vector;
  readonly normal: Vector;
}

export type SpacingSource = 'patient' | 'detector' | 'aspect' | 'none';

/** Distance between rows and between columns; mm unless `source` is 'aspect' or 'none'. */
export interface PixelSpacing {
  readonly row: number;
  readonly column: number;
  readonly source: SpacingSource;
}

export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
  readonly unit: string;
}

/** The functional group `sequence` of the frame: per frame, else shared, else the root itself. */
export function group(frame: FrameRef, sequence: string): Dataset {
  const { dataset } = frame.instance;
  const perFrame = dataset[Tag.PerFrameFunctionalGroups]?.Value?.[frame.number - 1] as Dataset | undefined;
  return item(perFrame, sequence) ?? item(item(dataset, Tag.SharedFunctionalGroups), sequence) ?? dataset;
}

/**
 * The plane of a frame, or undefined when the object states none, or not one: direction cosines of
 * length one at a right angle (tolerance 1e-2, as scanners round them).
 *
 * References: PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation).
 */
export function planeOf(frame: FrameRef): Plane | undefined {
  const position = numbers(group(frame, Tag.PlanePositionSequence), Tag.ImagePositionPatient);
  const orientation = numbers(group(frame, Tag.PlaneOrientationSequence), Tag.ImageOrientationPatient);
  if (position.length !== 3 || orientation.length !== 6) return undefined;
  const rowDirection = toVector(orientation);
  const columnDirection = toVector(orientation, 3);
  const unit = (v: Vector): boolean => Math.abs(dot(v, v) - 1) < 0.02;
  if (!unit(rowDirection) || !unit(columnDirection) || Math.abs(dot(rowDirection, columnDirection)) > 0.01) return undefined;
  return { position: toVector(position), rowDirection, columnDirection, normal: normalize(cross(rowDirection, columnDirection)) };
}

function positivePair(pair: readonly number[]): readonly [number, number] | undefined {
  const [row, column] = pair;
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : undefined;
}

/** The spacing of pixels: in the patient, else at the detector, else only their aspect. */
export function spacingOf(frame: FrameRef): PixelSpacing {
  const { dataset } = frame.instance;
  const candidates: [SpacingSource, readonly number[]][] = [
    ['patient', numbers(group(frame, Tag.PixelMeasuresSequence), Tag.PixelSpacing)],
    ['detector', numbers(dataset, Tag.ImagerPixelSpacing)],
    ['detector', numbers(dataset, Tag.NominalScannedPixelSpacing)],
    ['aspect', numbers(dataset, Tag.PixelAspectRatio)],
  ];
  for (const [source, pair] of candidates) {
    const spacing = positivePair(pair);
    if (spacing) return { row: spacing[0], column: spacing[1], source };
  }
  return { row: 1, column: 1, source: 'none' };
}

export function windowsOf(frame: FrameRef): Window[] {
  return readWindows(group(frame, Tag.FrameVOILUTSequence));
}

/** The linear modality transformation and its unit (PS3.3 C.11.1.1.2); slope 0 counts as absent. */
export function rescaleOf(frame: FrameRef): Rescale {
  const source = group(frame, Tag.PixelValueTransformationSequence);
  const slope = number(source, Tag.RescaleSlope);
  return {
    slope: slope === undefined || slope === 0 ? 1 : slope,
    intercept: number(source, Tag.RescaleIntercept) ?? 0,
    unit: unitOf(frame.instance, text(source, Tag.RescaleType)),
  };
}

function unitOf(instance: Instance, rescaleType: string): string {
  const type = rescaleType === 'US' ? '' : rescaleType; // 'US' is 'unspecified', C.11.1.1.2
  if (instance.modality === 'CT') return type || 'HU';
  if (instance.modality === 'PT') return { BQML: 'Bq/ml' }[text(instance.dataset, Tag.Units)] ?? text(instance.dataset, Tag.Units);
  return type;
}

export function sliceThicknessOf(frame: FrameRef): number | undefined {
  return number(group(frame, Tag.PixelMeasuresSequence), Tag.SliceThickness);
}

export function sliceLocationOf(frame: FrameRef): number | undefined {
  return number(frame.instance.dataset, Tag.SliceLocation);
}

/** The letters at the right and lower edge as the object states them (PS3.3 C.7.6.1.1.1). */
export function patientOrientationOf(frame: FrameRef): readonly [row: string, column: string] | undefined {
  const [row, column] = texts(frame.instance.dataset, Tag.PatientOrientation);
  return row && column ? [row, column] : undefined;
}
