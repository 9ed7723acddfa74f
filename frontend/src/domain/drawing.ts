/** What is drawn over an image, in its own pixels: 0,0 is the centre of the first. */
import type { Affine, Point } from './grid';
import type { Mask } from './mask';
import type { RGB } from './overlayColour';

/** A mask, and its pixels as those of the image. */
export interface MaskShape {
  readonly kind: 'mask';
  readonly mask: Mask;
  readonly toImage: Affine;
  readonly colour: RGB;
}

/** Lines; closed ones enclose an area with holes (even-odd). `fill`: 0 to 1, times the reader's opacity when `faint`. */
export interface PathShape {
  readonly kind: 'path';
  readonly lines: readonly (readonly Point[])[];
  readonly closed: boolean;
  readonly fill: 'none' | 'faint' | 'full';
  readonly colour: RGB;
}

export interface PointShape {
  readonly kind: 'point';
  readonly at: Point;
  readonly label: string;
  readonly colour: RGB;
}

/** Text in a box (two corners), or right below and beside `at`; `anchor`: the place that it speaks of. */
export interface TextShape {
  readonly kind: 'text';
  readonly text: string;
  readonly box: readonly [Point, Point] | undefined;
  readonly align: 'left' | 'center' | 'right';
  readonly anchor: Point | undefined;
  readonly anchorVisible: boolean;
  readonly colour: RGB;
}

/** What is outside of any of the openings is covered with a grey of 0 to 255. */
export interface ShutterShape {
  readonly kind: 'shutter';
  readonly openings: readonly (readonly Point[])[];
  readonly grey: number;
}

export type Shape = MaskShape | PathShape | PointShape | TextShape | ShutterShape;
