/** The raster of a frame in the patient, and how the raster of one frame lies on that of another. */
import { text } from './dataset';
import { planeOf, sliceThicknessOf, spacingOf, type FrameRef, type Plane } from './frame';
import { Tag } from './tags';
import { dot, subtract, type Vector } from './vector';

/** A place in an image: column and row; 0,0 is the centre of the first pixel. */
export type Point = readonly [column: number, row: number];

/** x' = a x + c y + e, y' = b x + d y + f: the order of a canvas' transform. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const apply = ([a, b, c, d, e, f]: Affine, [x, y]: Point): Point => [a * x + c * y + e, b * x + d * y + f];

/** First `inner`, then `outer`. */
export function after(outer: Affine, inner: Affine): Affine {
  const origin = apply(outer, [inner[4], inner[5]]);
  const [a, b, c, d] = outer;
  return [a * inner[0] + c * inner[1], b * inner[0] + d * inner[1], a * inner[2] + c * inner[3], b * inner[2] + d * inner[3], origin[0], origin[1]];
}

/** Rows and columns in the patient; spacing in mm. */
export interface Grid {
  readonly plane: Plane;
  readonly rowSpacing: number;
  readonly columnSpacing: number;
  readonly frameOfReferenceUID: string;
}

/** Undefined where the frame states no plane or no spacing in the patient. */
export function gridOf(frame: FrameRef): Grid | undefined {
  const plane = planeOf(frame);
  const spacing = spacingOf(frame);
  if (!plane || spacing.source !== 'patient') return undefined;
  return { plane, rowSpacing: spacing.row, columnSpacing: spacing.column, frameOfReferenceUID: text(frame.instance.dataset, Tag.FrameOfReferenceUID) };
}

/** Where a place in the patient (LPS, mm) falls, straight onto the plane of the grid. */
export function toGrid({ plane, rowSpacing, columnSpacing }: Grid, world: Vector): Point {
  const way = subtract(world, plane.position);
  return [dot(way, plane.rowDirection) / columnSpacing, dot(way, plane.columnDirection) / rowSpacing];
}

/** How far a place lies from the plane, on the side of its normal; mm. */
export const height = ({ plane }: Grid, world: Vector): number => dot(subtract(world, plane.position), plane.normal);

const PARALLEL = 0.999; // cosine: 2.5 degrees

export const areParallel = (a: Grid, b: Grid): boolean => Math.abs(dot(a.plane.normal, b.plane.normal)) > PARALLEL;

/** Whether places in both can be compared; nothing can where none is named. */
export const shareSpace = (a: Grid, b: Grid): boolean => a.frameOfReferenceUID !== '' && a.frameOfReferenceUID === b.frameOfReferenceUID;

const along = (origin: Vector, direction: Vector, mm: number): Vector => [origin[0] + direction[0] * mm, origin[1] + direction[1] * mm, origin[2] + direction[2] * mm];

/** Pixels of `from` as pixels of `to`. */
export function gridToGrid(from: Grid, to: Grid): Affine {
  const { position, rowDirection, columnDirection } = from.plane;
  const origin = toGrid(to, position);
  const column = toGrid(to, along(position, rowDirection, from.columnSpacing));
  const row = toGrid(to, along(position, columnDirection, from.rowSpacing));
  return [column[0] - origin[0], column[1] - origin[1], row[0] - origin[0], row[1] - origin[1], ...origin];
}

/** Rasters of different size over the same picture: edge on edge. */
export function sizeToSize(from: readonly [columns: number, rows: number], to: readonly [columns: number, rows: number]): Affine {
  const [x, y] = [to[0] / from[0], to[1] / from[1]];
  return [x, 0, 0, y, (x - 1) / 2, (y - 1) / 2];
}

/** The distance from a frame of a stack to its nearest neighbour; else its thickness; mm. */
export function sliceDistance(frames: readonly FrameRef[], index: number): number {
  const frame = frames[index];
  const grid = frame && gridOf(frame);
  if (!grid) return 0;
  const distances = [frames[index - 1], frames[index + 1]].flatMap((other) => {
    const plane = other && planeOf(other);
    return plane ? [Math.abs(height(grid, plane.position))] : [];
  });
  const apart = distances.filter((distance) => distance > 0.01);
  return apart.length > 0 ? Math.min(...apart) : (sliceThicknessOf(frame) ?? 1);
}

/** How an instance and one of its frames are named in references. */
export const frameName = (sopInstanceUID: string, number: number): string => `${sopInstanceUID}/${number}`;
