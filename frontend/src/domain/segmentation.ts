/** Segmentations: their segments, and which of their frames lie on a frame of an image (PS3.3 C.8.20). */
import { item, items, number, numbers, text, type Dataset } from './dataset';
import { group, sliceThicknessOf, type FrameRef } from './frame';
import { areParallel, frameName, gridOf, gridToGrid, height, shareSpace, sizeToSize, type Affine, type Grid } from './grid';
import type { Instance } from './instance';
import { colourFor, colourOfLab, type RGB } from './overlayColour';
import { OverlayTag } from './overlayTags';
import { Tag } from './tags';

const SEGMENTATION = '1.2.840.10008.5.1.4.1.1.66.4';
const LABEL_MAP = '1.2.840.10008.5.1.4.1.1.66.7';

export const isSegmentation = ({ sopClassUID, pixels }: Instance): boolean => pixels !== undefined && (sopClassUID === SEGMENTATION || sopClassUID === LABEL_MAP);

export interface Segment {
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly colour: RGB;
}

/** A frame of the segmentation and where it lies. */
export interface MaskFrame {
  readonly number: number;
  /** Undefined in a label map, whose values are the numbers of segments. */
  readonly segment: number | undefined;
  /** The one frame of an image of which it was made, by `frameName`; undefined when there are several or none. */
  readonly source: string | undefined;
  readonly grid: Grid | undefined;
  readonly thicknessMm: number;
}

export interface Segmentation {
  readonly instance: Instance;
  readonly type: 'BINARY' | 'FRACTIONAL' | 'LABELMAP';
  /** The stored value that means 'wholly in the segment'. */
  readonly maximum: number;
  readonly segments: readonly Segment[];
  readonly frames: readonly MaskFrame[];
}

function typeOf({ sopClassUID, dataset }: Instance): Segmentation['type'] {
  const stated = text(dataset, OverlayTag.SegmentationType);
  if (sopClassUID === LABEL_MAP || stated === 'LABELMAP') return 'LABELMAP';
  return stated === 'FRACTIONAL' ? 'FRACTIONAL' : 'BINARY';
}

function segmentOf(dataset: Dataset, index: number): Segment {
  const type = item(dataset, OverlayTag.SegmentedPropertyTypeCodeSequence);
  return {
    number: number(dataset, OverlayTag.SegmentNumber) ?? index + 1,
    label: text(dataset, OverlayTag.SegmentLabel),
    type: text(type, Tag.CodeMeaning),
    colour: colourOfLab(numbers(dataset, OverlayTag.RecommendedDisplayCIELabValue)) ?? colourFor(index),
  };
}

/** The frames that references name; a reference without frame numbers means all, which is one of a single frame. */
export function namesOf(references: readonly Dataset[]): string[] {
  return references.flatMap((reference) => {
    const uid = text(reference, Tag.ReferencedSOPInstanceUID);
    const frames = numbers(reference, Tag.ReferencedFrameNumber);
    return uid === '' ? [] : (frames.length > 0 ? frames : [1]).map((one) => frameName(uid, one));
  });
}

function sourceOf(frame: FrameRef): string | undefined {
  const derivations = items(group(frame, OverlayTag.DerivationImageSequence), OverlayTag.DerivationImageSequence);
  const own = derivations.length > 0 ? derivations : [group(frame, OverlayTag.DerivationImageSequence)];
  const names = new Set(namesOf(own.flatMap((one) => items(one, OverlayTag.SourceImageSequence))));
  return names.size === 1 ? [...names][0] : undefined;
}

function maskFrame(frame: FrameRef, isLabelMap: boolean): MaskFrame {
  const measures = group(frame, Tag.PixelMeasuresSequence);
  return {
    number: frame.number,
    segment: isLabelMap ? undefined : number(group(frame, OverlayTag.SegmentIdentificationSequence), OverlayTag.ReferencedSegmentNumber),
    source: sourceOf(frame),
    grid: gridOf(frame),
    thicknessMm: number(measures, Tag.SpacingBetweenSlices) ?? sliceThicknessOf(frame) ?? 0,
  };
}

export function readSegmentation(instance: Instance): Segmentation {
  const { dataset, numberOfFrames } = instance;
  const type = typeOf(instance);
  return {
    instance,
    type,
    maximum: type === 'FRACTIONAL' ? (number(dataset, OverlayTag.MaximumFractionalValue) ?? 255) : 1,
    segments: items(dataset, OverlayTag.SegmentSequence).map(segmentOf),
    frames: Array.from({ length: numberOfFrames }, (_, index) => maskFrame({ instance, number: index + 1 }, type === 'LABELMAP')),
  };
}

/** A frame that lies on an image, and its pixels as pixels of the image. */
export interface LaidMask {
  readonly frame: MaskFrame;
  readonly toImage: Affine;
}

function laid({ instance }: Segmentation, frame: MaskFrame, image: FrameRef): LaidMask | undefined {
  const grid = gridOf(image);
  if (grid && frame.grid) return areParallel(grid, frame.grid) ? { frame, toImage: gridToGrid(frame.grid, grid) } : undefined;
  const [own, other] = [instance.pixels, image.instance.pixels];
  return own && other && { frame, toImage: sizeToSize([own.columns, own.rows], [other.columns, other.rows]) };
}

/** Of each segment the frame nearest to the image's plane, if it lies within half a slice of it. */
function byPlane({ frames }: Segmentation, image: Grid, sliceMm: number): MaskFrame[] {
  const nearest = new Map<number | undefined, { readonly frame: MaskFrame; readonly distance: number }>();
  for (const frame of frames) {
    if (!frame.grid || !shareSpace(frame.grid, image) || !areParallel(frame.grid, image)) continue;
    const distance = Math.abs(height(image, frame.grid.plane.position));
    if (distance > Math.max(sliceMm, frame.thicknessMm) / 2 + 1e-3) continue;
    if (distance < (nearest.get(frame.segment)?.distance ?? Infinity)) nearest.set(frame.segment, { frame, distance });
  }
  return [...nearest.values()].map(({ frame }) => frame);
}

/**
 * The frames of a segmentation that lie on a frame of an image: those made of it, else by plane.
 *
 * `sliceMm`: the distance of the image to the next one of its stack.
 * References: PS3.3 C.7.6.16.2.6 (Derivation Image), C.7.6.16.2.3 (Plane Position).
 */
export function masksOn(segmentation: Segmentation, image: FrameRef, sliceMm: number): LaidMask[] {
  const name = frameName(image.instance.sopInstanceUID, image.number);
  const made = segmentation.frames.filter(({ source }) => source === name);
  const grid = gridOf(image);
  const found = made.length > 0 ? made : grid ? byPlane(segmentation, grid, sliceMm) : [];
  return found.flatMap((frame) => laid(segmentation, frame, image) ?? []);
}
