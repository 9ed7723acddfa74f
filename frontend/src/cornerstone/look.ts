/** How a stack stands on the screen, and making another stand so. */
import type { Types } from '@cornerstonejs/core';
import type { ValueRange } from '../domain/window';
import { toImage } from './measureTools';

export interface Look {
  readonly imageId: string | undefined;
  /** 1: as it was fitted. */
  readonly zoom: number;
  /** How far the picture was moved, in CSS pixels of the fitted picture. */
  readonly shift: readonly [number, number];
  readonly range: ValueRange | undefined;
}

export function lookOf(viewport: Types.IStackViewport): Look {
  const zoom = viewport.getZoom();
  const [x, y] = viewport.getPan();
  return { imageId: viewport.getCurrentImageId(), zoom, shift: [x / zoom, y / zoom], range: viewport.getProperties().voiRange };
}

/** Enlarge by `factor` and move by `shift` (as in Look), on top of how it stands. */
export function zoomAlong(viewport: Types.IStackViewport, factor: number, shift: readonly [number, number]): void {
  const before = lookOf(viewport);
  const zoom = before.zoom * factor;
  viewport.setZoom(zoom);
  viewport.setPan([(before.shift[0] + shift[0]) * zoom, (before.shift[1] + shift[1]) * zoom]);
  viewport.render();
}

/** Column and row under a place of the viewport in CSS pixels; 0,0 is the first pixel. */
export function pixelUnder(viewport: Types.IStackViewport, [x, y]: readonly [number, number]): [number, number] | undefined {
  const point = toImage(viewport.getCurrentImageId(), viewport.canvasToWorld([x, y]));
  return point && [Math.round(point[0]), Math.round(point[1])];
}
