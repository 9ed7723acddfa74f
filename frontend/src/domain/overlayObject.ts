/** One thing that is laid over images: a segmentation, a structure set, or a presentation state, in parts. */
import { items, text } from './dataset';
import type { DisplaySet, PictureSet } from './displaySet';
import type { Shape } from './drawing';
import type { FrameRef } from './frame';
import { sliceDistance } from './grid';
import type { Instance } from './instance';
import type { Mask } from './mask';
import { colourFor, type RGB } from './overlayColour';
import { OverlayTag } from './overlayTags';
import { graphicsOn, isPresentationState, isPresented, presentedImages, readPresentationState, type PresentationState } from './presentationState';
import { isSegmentation, masksOn, readSegmentation, type MaskFrame, type Segmentation } from './segmentation';
import { contoursOn, imagesOf, isStructureSet, readStructureSet, type LaidContour, type Region, type StructureSet } from './structureSet';
import { Tag } from './tags';

export type OverlayObject =
  | { readonly kind: 'segmentation'; readonly object: Segmentation }
  | { readonly kind: 'structures'; readonly object: StructureSet }
  | { readonly kind: 'presentation'; readonly object: PresentationState };

/** What can be shown and hidden by itself. */
export interface Part {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly colour: RGB;
}

/** Where a frame is shown: `stack[index]`. */
export interface Shown {
  readonly stack: readonly FrameRef[];
  readonly index: number;
  readonly frame: FrameRef;
}

/** The masks of a segmentation's frame by segment; undefined while they are on their way. */
export type MaskSource = (frame: MaskFrame) => ReadonlyMap<number, Mask> | undefined;

/** Undefined when it is nothing to be laid over an image. */
export function readOverlay(instance: Instance): OverlayObject | undefined {
  if (isSegmentation(instance)) return { kind: 'segmentation', object: readSegmentation(instance) };
  if (isStructureSet(instance)) return { kind: 'structures', object: readStructureSet(instance) };
  return isPresentationState(instance) ? { kind: 'presentation', object: readPresentationState(instance) } : undefined;
}

export function partsOf(overlay: OverlayObject): Part[] {
  switch (overlay.kind) {
    case 'segmentation':
      return overlay.object.segments.map(({ number, label, type, colour }) => ({ key: String(number), name: label || type || String(number), detail: label && type !== label ? type : '', colour }));
    case 'structures':
      return overlay.object.regions.map(({ number, name, type, colour }) => ({ key: String(number), name: name || String(number), detail: type, colour }));
    case 'presentation':
      return overlay.object.layers.map(({ name, description, colour }) => ({ key: name, name: description || name, detail: description ? name : '', colour }));
  }
}

const titles: Readonly<Record<OverlayObject['kind'], string>> = { segmentation: 'Segmentation', structures: 'Structures', presentation: 'Presentation state' };

/** What it calls itself, else what it is. */
export function titleOf({ kind, object }: OverlayObject): string {
  const { dataset } = object.instance;
  const tags = { segmentation: [Tag.SeriesDescription, OverlayTag.ContentDescription], structures: [OverlayTag.StructureSetLabel], presentation: [OverlayTag.ContentDescription, OverlayTag.ContentLabel] }[kind];
  return tags.map((tag) => text(dataset, tag)).find(Boolean) ?? titles[kind];
}

function segmentShapes(segmentation: Segmentation, { frame, stack, index }: Shown, parts: ReadonlySet<string>, masks: MaskSource): Shape[] {
  const colours = new Map(segmentation.segments.map(({ number, colour }) => [number, colour]));
  return masksOn(segmentation, frame, sliceDistance(stack, index)).flatMap(({ frame: own, toImage }) => {
    if (own.segment !== undefined && !parts.has(String(own.segment))) return [];
    const visible = [...(masks(own) ?? [])].filter(([segment]) => parts.has(String(segment)));
    return visible.map(([segment, mask]): Shape => ({ kind: 'mask', mask, toImage, colour: colours.get(segment) ?? colourFor(segment) }));
  });
}

/** The outline of the body is all around: filled, it would only tint the picture. */
function contourShapes(contours: readonly LaidContour[], { colour, name, type }: Region): Shape[] {
  const fill = type === 'EXTERNAL' ? 'none' : 'faint';
  const of = (kind: LaidContour['kind']): LaidContour[] => contours.filter((one) => one.kind === kind);
  const [closed, open] = [of('closed'), of('open')];
  return [
    ...(closed.length > 0 ? [{ kind: 'path', lines: closed.map(({ points }) => points), closed: true, fill, colour } as const] : []),
    ...(open.length > 0 ? [{ kind: 'path', lines: open.map(({ points }) => points), closed: false, fill: 'none', colour } as const] : []),
    ...of('point').flatMap(({ points }) => points.map((at) => ({ kind: 'point', at, label: name, colour }) as const)),
  ];
}

function structureShapes({ regions }: StructureSet, { frame, stack, index }: Shown, parts: ReadonlySet<string>): Shape[] {
  const sliceMm = sliceDistance(stack, index);
  return regions.filter(({ number }) => parts.has(String(number))).flatMap((region) => contourShapes(contoursOn(region, frame, sliceMm), region));
}

function presentationShapes(state: PresentationState, { frame }: Shown, parts: ReadonlySet<string>): Shape[] {
  if (!isPresented(state, frame)) return [];
  const graphics = state.layers.filter(({ name }) => parts.has(name)).flatMap((layer) => graphicsOn(state, frame, layer));
  return state.shutter ? [state.shutter, ...graphics] : graphics;
}

/** What of these parts is drawn on the frame. */
export function shapesOf(overlay: OverlayObject, shown: Shown, parts: ReadonlySet<string>, masks: MaskSource): Shape[] {
  if (overlay.kind === 'segmentation') return segmentShapes(overlay.object, shown, parts, masks);
  return overlay.kind === 'structures' ? structureShapes(overlay.object, shown, parts) : presentationShapes(overlay.object, shown, parts);
}

/** Whether the part (undefined: anything of it) lies on the frame. */
export function liesOn(overlay: OverlayObject, { frame, stack, index }: Shown, part?: string): boolean {
  const sliceMm = sliceDistance(stack, index);
  if (overlay.kind === 'segmentation') return masksOn(overlay.object, frame, sliceMm).some(({ frame: { segment } }) => part === undefined || segment === undefined || String(segment) === part);
  if (overlay.kind === 'presentation') return isPresented(overlay.object, frame) && (part === undefined || overlay.object.layers.some((layer) => layer.name === part && graphicsOn(overlay.object, frame, layer).length > 0));
  return overlay.object.regions.some((region) => (part === undefined || String(region.number) === part) && contoursOn(region, frame, sliceMm).length > 0);
}

/** Indexes of the frames of a stack on which it lies. */
export function placesOf(overlay: OverlayObject, stack: readonly FrameRef[], part?: string): number[] {
  return stack.flatMap((frame, index) => (liesOn(overlay, { frame, stack, index }, part) ? [index] : []));
}

function referencedBy({ kind, object }: OverlayObject): ReadonlySet<string> {
  if (kind === 'structures') return new Set(imagesOf(object.instance));
  if (kind === 'presentation') return new Set(presentedImages(object.instance));
  const sources = object.frames.flatMap(({ source }) => (source === undefined ? [] : [source.slice(0, source.lastIndexOf('/'))]));
  const series = items(object.instance.dataset, OverlayTag.ReferencedSeriesSequence).flatMap((one) => items(one, OverlayTag.ReferencedInstanceSequence));
  return new Set([...sources, ...series.map((one) => text(one, Tag.ReferencedSOPInstanceUID))]);
}

const isPictures = (set: DisplaySet): set is PictureSet => set.kind === 'pictures';

function best(sets: readonly PictureSet[], score: (set: PictureSet) => number): PictureSet | undefined {
  const scored = sets.map((set) => [set, score(set)] as const).filter(([, points]) => points > 0);
  return scored.toSorted((a, b) => b[1] - a[1])[0]?.[0];
}

/** The images that it was made of, else those of the same study that share its planes. */
export function imagesFor(overlay: OverlayObject, sets: readonly DisplaySet[]): PictureSet | undefined {
  const names = referencedBy(overlay);
  const pictures = sets.filter(isPictures);
  const named = best(pictures, ({ instances }) => instances.filter(({ sopInstanceUID }) => names.has(sopInstanceUID)).length);
  if (named || overlay.kind === 'presentation') return named;
  const study = pictures.filter(({ series }) => series.studyInstanceUID === overlay.object.instance.studyInstanceUID);
  return best(study, ({ frames }) => placesOf(overlay, frames).length);
}
