/** Grayscale softcopy presentation states: how somebody wanted images to be seen (PS3.3 A.33.1). */
import { items, number, numbers, personName, text, type Dataset } from './dataset';
import type { Shape, ShutterShape } from './drawing';
import type { FrameRef } from './frame';
import { graphicShape, orderOf, textShape, type DisplayedArea } from './graphic';
import { frameName, type Point } from './grid';
import type { Instance } from './instance';
import { colourOfLab, type RGB } from './overlayColour';
import { OverlayTag } from './overlayTags';
import { displayName } from './patient';
import { hasOtherShutter, readShutter } from './shutter';
import { Tag } from './tags';
import { readWindows, type Window } from './window';

const GRAYSCALE = '1.2.840.10008.5.1.4.1.1.11.1';

export const isPresentationState = ({ sopClassUID }: Instance): boolean => sopClassUID === GRAYSCALE;

export interface Layer {
  readonly name: string;
  readonly description: string;
  readonly order: number;
  readonly colour: RGB;
}

export interface PresentationState {
  readonly instance: Instance;
  readonly label: string;
  readonly description: string;
  readonly creator: string;
  /** In the order in which they are drawn. */
  readonly layers: readonly Layer[];
  readonly invert: boolean;
  /** Clockwise, in degrees, and then mirrored left to right. */
  readonly rotation: number;
  readonly flip: boolean;
  readonly shutter: ShutterShape | undefined;
  /** What it asks for and is not shown here. */
  readonly unsupported: readonly string[];
}

const AMBER: RGB = [255, 200, 60];

function layerColour(dataset: Dataset): RGB {
  const grey = number(dataset, OverlayTag.GraphicLayerRecommendedDisplayGrayscaleValue);
  const level = grey === undefined ? undefined : Math.round((grey / 65535) * 255);
  // A layer that asks for black is seen against nothing that the reader knows: the standard leaves the choice.
  const plain: RGB | undefined = level === undefined || level < 64 ? undefined : [level, level, level];
  return colourOfLab(numbers(dataset, OverlayTag.GraphicLayerRecommendedDisplayCIELabValue)) ?? plain ?? AMBER;
}

function layersOf(dataset: Dataset): Layer[] {
  const stated = items(dataset, OverlayTag.GraphicLayerSequence).map((one) => ({ name: text(one, OverlayTag.GraphicLayer), description: text(one, OverlayTag.GraphicLayerDescription), order: orderOf(one), colour: layerColour(one) }));
  const used = annotations(dataset).map((one) => text(one, OverlayTag.GraphicLayer));
  const known = new Set(stated.map(({ name }) => name));
  const rest = [...new Set(used)].filter((name) => !known.has(name)).map((name) => ({ name, description: '', order: Infinity, colour: AMBER }));
  return [...stated.toSorted((a, b) => a.order - b.order), ...rest];
}

const annotations = (dataset: Dataset): Dataset[] => items(dataset, OverlayTag.GraphicAnnotationSequence);
const hasOverlayPlanes = (dataset: Dataset): boolean => Object.keys(dataset).some((tag) => /^60[0-9A-F]{2}(3000|1001)$/.test(tag));
const usesMatrix = (dataset: Dataset): boolean =>
  annotations(dataset).some((one) => items(one, OverlayTag.GraphicObjectSequence).some((graphic) => text(graphic, OverlayTag.GraphicAnnotationUnits) === 'MATRIX'));

/** In words of the reader. */
function unsupportedIn(dataset: Dataset): string[] {
  const cases: readonly (readonly [boolean, string])[] = [
    [items(dataset, Tag.ModalityLUTSequence).length > 0, 'Modality look-up table'],
    [items(dataset, OverlayTag.SoftcopyVOILUTSequence).some((one) => items(one, Tag.VOILUTSequence).length > 0), 'VOI look-up table'],
    [items(dataset, OverlayTag.PresentationLUTSequence).length > 0, 'Presentation look-up table'],
    [hasOverlayPlanes(dataset), 'Overlay planes (bitmaps)'],
    [hasOtherShutter(dataset), 'Bitmap shutter'],
    [annotations(dataset).some((one) => items(one, OverlayTag.CompoundGraphicSequence).length > 0), 'Compound graphics'],
    [usesMatrix(dataset), 'Graphics placed in a tiled image'],
    [items(dataset, OverlayTag.DisplayedAreaSelectionSequence).some((one) => !['', 'SCALE TO FIT'].includes(text(one, OverlayTag.PresentationSizeMode))), 'True size or a fixed magnification (fitted instead)'],
  ];
  return cases.filter(([found]) => found).map(([, words]) => words);
}

export function readPresentationState(instance: Instance): PresentationState {
  const { dataset } = instance;
  return {
    instance,
    label: text(dataset, OverlayTag.ContentLabel),
    description: text(dataset, OverlayTag.ContentDescription),
    creator: displayName(personName(dataset, OverlayTag.ContentCreatorName)),
    layers: layersOf(dataset),
    invert: text(dataset, OverlayTag.PresentationLUTShape) === 'INVERSE',
    rotation: (((number(dataset, OverlayTag.ImageRotation) ?? 0) % 360) + 360) % 360,
    flip: text(dataset, OverlayTag.ImageHorizontalFlip) === 'Y',
    shutter: readShutter(dataset),
    unsupported: unsupportedIn(dataset),
  };
}

/** A reference without frames means all of them. */
function isMeant(references: readonly Dataset[], name: string, sopInstanceUID: string): boolean {
  return references.some((one) => {
    if (text(one, Tag.ReferencedSOPInstanceUID) !== sopInstanceUID) return false;
    const frames = numbers(one, Tag.ReferencedFrameNumber);
    return frames.length === 0 || frames.some((frame) => frameName(sopInstanceUID, frame) === name);
  });
}

const referencesOf = (dataset: Dataset): Dataset[] => items(dataset, OverlayTag.ReferencedSeriesSequence).flatMap((series) => items(series, OverlayTag.ReferencedImageSequence));

const concerns = (references: readonly Dataset[], { instance, number: frame }: FrameRef): boolean => isMeant(references, frameName(instance.sopInstanceUID, frame), instance.sopInstanceUID);

/** Whether the state is for this frame. */
export const isPresented = ({ instance }: PresentationState, frame: FrameRef): boolean => concerns(referencesOf(instance.dataset), frame);

/** Instances that it is for. */
export const presentedImages = ({ dataset }: Instance): string[] => referencesOf(dataset).map((one) => text(one, Tag.ReferencedSOPInstanceUID));

/** The item of a sequence that holds for the frame: without references it holds for all. */
function scoped(sequence: readonly Dataset[], frame: FrameRef): Dataset | undefined {
  return sequence.find((one) => {
    const references = items(one, OverlayTag.ReferencedImageSequence);
    return references.length === 0 || concerns(references, frame);
  });
}

const pairOf = ([x, y]: readonly number[], fallback: Point): Point => (x === undefined || y === undefined ? fallback : [x, y]);

/** What of the frame is to be seen; corners count from 1 at the first pixel (C.10.4). */
export function displayedArea({ instance, rotation, flip }: PresentationState, frame: FrameRef): DisplayedArea {
  const area = scoped(items(instance.dataset, OverlayTag.DisplayedAreaSelectionSequence), frame);
  const { columns = 1, rows = 1 } = frame.instance.pixels ?? {};
  const first = pairOf(numbers(area, OverlayTag.DisplayedAreaTopLeftHandCorner), [1, 1]);
  const last = pairOf(numbers(area, OverlayTag.DisplayedAreaBottomRightHandCorner), [columns, rows]);
  return {
    topLeft: [Math.min(first[0], last[0]) - 1.5, Math.min(first[1], last[1]) - 1.5],
    bottomRight: [Math.max(first[0], last[0]) - 0.5, Math.max(first[1], last[1]) - 0.5],
    rotation,
    flip,
  };
}

export function presentedWindow({ instance }: PresentationState, frame: FrameRef): Window | undefined {
  const own = scoped(items(instance.dataset, OverlayTag.SoftcopyVOILUTSequence), frame);
  return own && readWindows(own)[0];
}

/** What is drawn on the frame, by layer; a fault in one annotation leaves the others alone. */
export function graphicsOn(state: PresentationState, frame: FrameRef, layer: Layer): Shape[] {
  const area = displayedArea(state, frame);
  return annotations(state.instance.dataset).flatMap((annotation): Shape[] => {
    if (text(annotation, OverlayTag.GraphicLayer) !== layer.name || !scoped([annotation], frame)) return [];
    const graphics = items(annotation, OverlayTag.GraphicObjectSequence).map((one) => graphicShape(one, area, layer.colour));
    const words = items(annotation, OverlayTag.TextObjectSequence).map((one) => textShape(one, area, layer.colour));
    return [...graphics, ...words].filter((shape) => shape !== undefined);
  });
}
