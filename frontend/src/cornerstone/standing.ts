/** How a picture stands in its viewport: read, set again, or set to a scale. */
import type { Types } from '@cornerstonejs/core';
import { spacingOf, type FrameRef } from '../domain/frame';
import type { Side } from '../domain/hangingProtocol';
import type { Standing } from '../domain/viewLink';

type Geometry = Omit<Standing, 'voi' | 'curve' | 'invert'>;
type Index = readonly [column: number, row: number];

interface IndexSpace {
  readonly worldToIndex: (world: Types.Point3) => number[];
  readonly indexToWorld: (index: Types.Point3) => number[];
  readonly getDimensions: () => number[];
}

const spaceOf = (viewport: Types.IStackViewport): IndexSpace => viewport.getImageData().imageData as unknown as IndexSpace;

const middleOf = (viewport: Types.IStackViewport): Types.Point2 => [viewport.element.clientWidth / 2, viewport.element.clientHeight / 2];

export function readGeometry(viewport: Types.IStackViewport): Geometry {
  const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
  const { rotation = 0 } = viewport.getViewPresentation();
  const space = spaceOf(viewport);
  const [columns = 1, rows = 1] = space.getDimensions();
  const [i = 0, j = 0] = space.worldToIndex(viewport.canvasToWorld(middleOf(viewport)));
  return { flipHorizontal, flipVertical, rotation, zoom: viewport.getZoom(), at: [(i + 0.5) / columns, (j + 0.5) / rows] };
}

const canvasOf = (viewport: Types.IStackViewport, [column, row]: Index): Types.Point2 => viewport.worldToCanvas(spaceOf(viewport).indexToWorld([column, row, 0]) as Types.Point3);

/** Move the picture so that pixel `index` lies at `point` of the viewport (CSS pixels); undefined leaves an axis alone. */
function moveTo(viewport: Types.IStackViewport, index: Index, point: readonly [number | undefined, number | undefined]): void {
  const [x, y] = canvasOf(viewport, index);
  const [panX, panY] = viewport.getPan();
  viewport.setPan([panX + (point[0] ?? x) - x, panY + (point[1] ?? y) - y]);
}

/** From the fitted picture on, whatever was done to it before. */
function turn(viewport: Types.IStackViewport, { flipHorizontal, flipVertical, rotation }: Pick<Geometry, 'flipHorizontal' | 'flipVertical' | 'rotation'>): void {
  viewport.resetCamera();
  viewport.setCamera({ flipHorizontal, flipVertical });
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
}

export function setGeometry(viewport: Types.IStackViewport, geometry: Geometry): void {
  turn(viewport, geometry);
  viewport.setZoom(geometry.zoom);
  const [columns = 1, rows = 1] = spaceOf(viewport).getDimensions();
  moveTo(viewport, [geometry.at[0] * columns - 0.5, geometry.at[1] * rows - 0.5], middleOf(viewport));
}

export interface Scaling {
  readonly flipHorizontal: boolean;
  /** Millimetres per pixel of the screen; undefined: fitted. */
  readonly mmPerPixel: number | undefined;
  /** The edge of the viewport to which the picture is moved. */
  readonly edge: Side | undefined;
}

/** Mirror a picture, bring it to a scale, and move it to an edge. */
export function setScale(viewport: Types.IStackViewport, frame: FrameRef, { flipHorizontal, mmPerPixel, edge }: Scaling): void {
  turn(viewport, { flipHorizontal, flipVertical: false, rotation: 0 });
  if (mmPerPixel !== undefined) viewport.setZoom((viewport.getZoom() * scaleOf(viewport, frame)) / mmPerPixel);
  if (edge === undefined) return;
  const [columns = 1, rows = 1] = spaceOf(viewport).getDimensions();
  // Mirrored, the last column stands on the left.
  const column = (edge === 'right') === flipHorizontal ? -0.5 : columns - 0.5;
  moveTo(viewport, [column, rows / 2], [edge === 'left' ? 0 : viewport.element.clientWidth, undefined]);
}

/** Millimetres per pixel of the screen, as the picture stands now. */
function scaleOf(viewport: Types.IStackViewport, frame: FrameRef): number {
  const [left, right] = [canvasOf(viewport, [0, 0]), canvasOf(viewport, [100, 0])];
  return (100 * spacingOf(frame).column) / Math.hypot(right[0] - left[0], right[1] - left[1]);
}
