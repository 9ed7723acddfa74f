/** Radiotherapy structure sets: regions of contours in the patient (PS3.3 C.8.8.5, C.8.8.6, C.8.8.8). */
import { item, items, number, numbers, text, type Dataset } from './dataset';
import type { FrameRef } from './frame';
import { frameName, gridOf, height, toGrid, type Grid, type Point } from './grid';
import type { Instance } from './instance';
import { colourFor, type RGB } from './overlayColour';
import { OverlayTag } from './overlayTags';
import { namesOf } from './segmentation';
import { Tag } from './tags';
import { toVector, type Vector } from './vector';

const STRUCTURE_SET = '1.2.840.10008.5.1.4.1.1.481.3';

export const isStructureSet = ({ sopClassUID }: Instance): boolean => sopClassUID === STRUCTURE_SET;

export interface Contour {
  readonly kind: 'closed' | 'open' | 'point';
  /** LPS, mm. */
  readonly points: readonly Vector[];
  /** The one frame on which it was drawn, by `frameName`. */
  readonly source: string | undefined;
}

export interface Region {
  readonly number: number;
  readonly name: string;
  /** ORGAN, PTV, EXTERNAL ... (C.8.8.8.1). */
  readonly type: string;
  readonly colour: RGB;
  readonly frameOfReferenceUID: string;
  readonly contours: readonly Contour[];
}

export interface StructureSet {
  readonly instance: Instance;
  readonly label: string;
  readonly regions: readonly Region[];
  /** Contours of a kind that is not drawn, or without points. */
  readonly leftOut: number;
}

const KINDS: Readonly<Record<string, Contour['kind']>> = {
  CLOSED_PLANAR: 'closed',
  CLOSEDPLANAR_XOR: 'closed',
  OPEN_PLANAR: 'open',
  POINT: 'point',
};

function contourOf(dataset: Dataset): Contour | undefined {
  const kind = KINDS[text(dataset, OverlayTag.ContourGeometricType)];
  const data = numbers(dataset, OverlayTag.ContourData);
  if (!kind || data.length < 3) return undefined;
  const names = new Set(namesOf(items(dataset, OverlayTag.ContourImageSequence)));
  const points = Array.from({ length: Math.floor(data.length / 3) }, (_, index) => toVector(data, index * 3));
  return { kind, points, source: names.size === 1 ? [...names][0] : undefined };
}

function colourOf(contours: Dataset | undefined, index: number): RGB {
  const [red, green, blue] = numbers(contours, OverlayTag.ROIDisplayColor);
  return red === undefined || green === undefined || blue === undefined ? colourFor(index) : [red, green, blue];
}

const byNumber = (sequence: readonly Dataset[], wanted: number): Dataset | undefined => sequence.find((one) => number(one, OverlayTag.ReferencedROINumber) === wanted);

function regionOf(dataset: Dataset, own: Dataset, index: number): Region {
  const roi = number(own, OverlayTag.ROINumber) ?? index + 1;
  const drawn = byNumber(items(dataset, OverlayTag.ROIContourSequence), roi);
  return {
    number: roi,
    name: text(own, OverlayTag.ROIName),
    type: text(byNumber(items(dataset, OverlayTag.RTROIObservationsSequence), roi), OverlayTag.RTROIInterpretedType),
    colour: colourOf(drawn, index),
    frameOfReferenceUID: text(own, OverlayTag.ReferencedFrameOfReferenceUID) || text(dataset, Tag.FrameOfReferenceUID),
    contours: items(drawn, OverlayTag.ContourSequence).flatMap((one) => contourOf(one) ?? []),
  };
}

export function readStructureSet(instance: Instance): StructureSet {
  const { dataset } = instance;
  const regions = items(dataset, OverlayTag.StructureSetROISequence).map((own, index) => regionOf(dataset, own, index));
  const stated = items(dataset, OverlayTag.ROIContourSequence).reduce((sum, one) => sum + items(one, OverlayTag.ContourSequence).length, 0);
  const read = regions.reduce((sum, { contours }) => sum + contours.length, 0);
  return { instance, label: text(dataset, OverlayTag.StructureSetLabel), regions, leftOut: stated - read };
}

/** Nearer to each other than what anybody tells apart. */
const SAME_PLANE_MM = 0.1;

function heightsOf({ points }: Contour, grid: Grid): { readonly first: number; readonly spread: number } {
  const heights = points.map((point) => height(grid, point));
  const [first = 0] = heights;
  return { first, spread: heights.reduce((most, one) => Math.max(most, Math.abs(one - first)), 0) };
}

/** The contours of the plane nearest to the image: of several planes within a slice only one is its border. */
function byPlane({ contours, frameOfReferenceUID }: Region, grid: Grid, halfMm: number): readonly Contour[] {
  if (frameOfReferenceUID === '' || frameOfReferenceUID !== grid.frameOfReferenceUID) return [];
  const near = contours.flatMap((contour) => {
    const first = contour.points[0];
    if (!first || Math.abs(height(grid, first)) > halfMm) return [];
    const { first: place, spread } = heightsOf(contour, grid);
    return spread <= halfMm ? [{ contour, place }] : [];
  });
  const nearest = near.reduce((best, { place }) => (Math.abs(place) < Math.abs(best) ? place : best), Infinity);
  return near.filter(({ place }) => Math.abs(place - nearest) <= SAME_PLANE_MM).map(({ contour }) => contour);
}

export interface LaidContour {
  readonly kind: Contour['kind'];
  readonly points: readonly Point[];
}

/**
 * The contours of a region on a frame, in its pixels: those drawn on it, else those of the nearest
 * plane within half a slice (`sliceMm`: the distance to the next image of the stack).
 */
export function contoursOn(region: Region, image: FrameRef, sliceMm: number): LaidContour[] {
  const grid = gridOf(image);
  if (!grid) return [];
  const name = frameName(image.instance.sopInstanceUID, image.number);
  const drawn = region.contours.filter(({ source }) => source === name);
  const found = drawn.length > 0 ? drawn : byPlane(region, grid, sliceMm / 2 + 1e-3);
  return found.map(({ kind, points }) => ({ kind, points: points.map((point) => toGrid(grid, point)) }));
}

/** Instances that the structure set says it was drawn on. */
export function imagesOf({ dataset }: Instance): string[] {
  const contours = items(dataset, OverlayTag.ROIContourSequence).flatMap((one) => items(one, OverlayTag.ContourSequence));
  return [...new Set(contours.flatMap((one) => text(item(one, OverlayTag.ContourImageSequence), Tag.ReferencedSOPInstanceUID)).filter(Boolean))];
}
