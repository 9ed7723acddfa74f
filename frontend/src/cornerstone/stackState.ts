/** What the page is told of a stack viewport, and how it is read from Cornerstone's. */
import { Enums, type Types } from '@cornerstonejs/core';
import type { PictureSet } from '../domain/displaySet';
import type { ViewerError } from '../domain/failure';
import { patientOrientationOf, planeOf, type FrameRef } from '../domain/frame';
import { edgesInImage, edgesInPatient, NO_EDGES, type EdgeLabels, type ScreenAxes } from '../domain/orientation';
import { normalize, subtract, toVector } from '../domain/vector';
import type { ValueRange, WindowShape } from '../domain/window';
import { frameOf } from './imageRegistry';

export interface ViewState {
  readonly set: PictureSet | undefined;
  /** 'ready': the picture on the screen is frame `index`. */
  readonly status: 'empty' | 'loading' | 'ready' | 'failed';
  readonly index: number;
  /** A coarse picture of the frame asked for is on the screen until all of it is there. */
  readonly coarse: boolean;
  /** The frame asked for; differs from `index` while it is on its way. */
  readonly wanted: number;
  readonly failure: ViewerError | undefined;
  readonly range: ValueRange | undefined;
  readonly shape: WindowShape;
  readonly colour: boolean;
  /** Screen pixels (CSS) for one column of the image. */
  readonly magnification: number;
  readonly inverted: boolean;
  readonly edges: EdgeLabels;
  readonly playing: boolean;
  readonly rate: number;
  /** What lies under a finger that stays: its place in CSS pixels of the viewport, and the pixel there. */
  readonly probe: Probe | undefined;
}

export interface Probe {
  readonly place: readonly [number, number];
  readonly pixel: readonly [column: number, row: number];
  readonly value: number | readonly number[] | undefined;
}

export const FUNCTIONS: Readonly<Record<WindowShape, Enums.VOILUTFunctionType>> = {
  LINEAR: Enums.VOILUTFunctionType.LINEAR,
  LINEAR_EXACT: Enums.VOILUTFunctionType.LINEAR_EXACT,
  SIGMOID: Enums.VOILUTFunctionType.SAMPLED_SIGMOID,
};

const SHAPES: readonly WindowShape[] = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];

export const shapeOf = (name: Enums.VOILUTFunctionType | undefined): WindowShape => SHAPES.find((shape) => FUNCTIONS[shape] === name) ?? 'LINEAR';

export const EMPTY: ViewState = {
  set: undefined,
  status: 'empty',
  index: 0,
  wanted: 0,
  coarse: false,
  failure: undefined,
  range: undefined,
  shape: 'LINEAR',
  colour: false,
  magnification: 1,
  inverted: false,
  edges: NO_EDGES,
  playing: false,
  rate: 15,
  probe: undefined,
};

/** The window, and how the picture lies on the screen; nothing before there is one. */
export function presentationOf(viewport: Types.IStackViewport | undefined): Partial<ViewState> {
  const image = viewport?.getCornerstoneImage();
  if (!viewport || !image) return {};
  const { voiRange, VOILUTFunction, invert = false } = viewport.getProperties();
  return {
    range: voiRange,
    shape: shapeOf(VOILUTFunction),
    inverted: invert !== image.invert,
    ...placementOf(viewport, image),
  };
}

function placementOf(viewport: Types.IStackViewport, image: Types.IImage): Partial<ViewState> {
  const at = (x: number, y: number): ReturnType<typeof toVector> => toVector(viewport.canvasToWorld([x, y]));
  const [origin, right, down] = [at(0, 0), at(100, 0), at(0, 100)];
  const step = subtract(right, origin);
  const axes: ScreenAxes = { right: normalize(step), down: normalize(subtract(down, origin)) };
  const frame = frameOf(image.imageId);
  return {
    magnification: (100 * image.columnPixelSpacing) / Math.hypot(...step),
    edges: frame ? edgesOf(frame, axes) : NO_EDGES,
  };
}

function edgesOf(frame: FrameRef, axes: ScreenAxes): EdgeLabels {
  if (planeOf(frame)) return edgesInPatient(axes);
  const orientation = patientOrientationOf(frame);
  return orientation ? edgesInImage(axes, orientation) : NO_EDGES;
}
