/** The order of slices: by position along the normal of their common plane. */
import { number } from './dataset';
import { planeOf, type FrameRef, type Plane } from './frame';
import { Tag } from './tags';
import { SIDES } from './orientation';
import { dot, negate, type Vector } from './vector';

const PARALLEL = 0.999; // cosine; 2.5 degrees, as localisers of one series differ by far more
const SAME_PLACE_MM = 0.01;

interface Placed {
  readonly frame: FrameRef;
  readonly plane: Plane;
  readonly distance: number;
}

/** The axis along which a direction points most, in LPS; ties go to the later axis. */
export function mainAxis(direction: Vector): 0 | 1 | 2 {
  const [x, y, z] = [Math.abs(direction[0]), Math.abs(direction[1]), Math.abs(direction[2])];
  if (z >= x && z >= y) return 2;
  return y >= x ? 1 : 0;
}

const READING: readonly [Vector, Vector, Vector] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, -1],
];

/**
 * The direction in which a stack is read: axial from head to feet, coronal from front to back,
 * sagittal from the patient's right to left. The sign follows the largest component, in LPS.
 */
function readingDirection(normal: Vector): Vector {
  return dot(normal, READING[mainAxis(normal)]) < 0 ? negate(normal) : normal;
}

function placeAll(frames: readonly FrameRef[]): Placed[] | undefined {
  const planes = frames.map(planeOf);
  const [first] = planes;
  if (!first) return undefined;
  const direction = readingDirection(first.normal);
  const placed: Placed[] = [];
  for (const [index, frame] of frames.entries()) {
    const plane = planes[index];
    if (!plane || Math.abs(dot(plane.normal, first.normal)) < PARALLEL) return undefined;
    placed.push({ frame, plane, distance: dot(plane.position, direction) });
  }
  return placed;
}

function acquisitionOrder(a: FrameRef, b: FrameRef): number {
  const order = (frame: FrameRef): number[] => [
    number(frame.instance.dataset, Tag.TemporalPositionIdentifier) ?? 0,
    number(frame.instance.dataset, Tag.AcquisitionNumber) ?? 0,
    frame.instance.instanceNumber ?? 0,
    frame.number,
  ];
  const [left, right] = [order(a), order(b)];
  const index = left.findIndex((value, place) => value !== right[place]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

function instanceOrder(a: FrameRef, b: FrameRef): number {
  const [left, right] = [a.instance, b.instance];
  return (
    (left.instanceNumber ?? Number.MAX_SAFE_INTEGER) - (right.instanceNumber ?? Number.MAX_SAFE_INTEGER) ||
    left.sopInstanceUID.localeCompare(right.sopInstanceUID) ||
    a.number - b.number
  );
}

/** Slices at one place, in the order of acquisition, place after place. */
function stations(placed: Placed[]): Placed[][] {
  const result: Placed[][] = [];
  let last = Number.NaN;
  for (const slice of placed.toSorted((a, b) => a.distance - b.distance || acquisitionOrder(a.frame, b.frame))) {
    if (Math.abs(slice.distance - last) <= SAME_PLACE_MM) result.at(-1)?.push(slice);
    else result.push([slice]);
    last = slice.distance;
  }
  return result.map((station) => station.toSorted((a, b) => acquisitionOrder(a.frame, b.frame)));
}

/**
 * Sort frames as they are read. Parallel planes go by position along the normal, in the reading
 * direction; where every place occurs equally often (time points, b-values) one pass through the
 * body follows the other. Anything else keeps Instance Number, then frame number.
 *
 * References: PS3.3 C.7.6.2.1.1; C.7.6.16.2.2.6 (Temporal Position).
 */
export function sortFrames(frames: readonly FrameRef[]): FrameRef[] {
  const placed = frames.length > 1 ? placeAll(frames) : undefined;
  if (!placed) return frames.toSorted(instanceOrder);
  const all = stations(placed);
  const passes = all[0]?.length ?? 1;
  const regular = all.length > 1 && all.every((station) => station.length === passes);
  if (all.length === 1) return frames.toSorted(instanceOrder);
  if (!regular) return all.flat().map(({ frame }) => frame);
  return Array.from({ length: passes }, (_, pass) => all.flatMap((station) => station[pass]?.frame ?? [])).flat();
}

export interface SlicePosition {
  /** The side of the patient on which the slice lies: L, R, A, P, H or F of the frame of reference's origin. */
  readonly side: string;
  readonly distanceMm: number;
}

/** Where a slice lies along the main axis of its normal; undefined without a plane. */
export function slicePosition(frame: FrameRef): SlicePosition | undefined {
  const plane = planeOf(frame);
  if (!plane) return undefined;
  const axis = mainAxis(plane.normal);
  const distance = plane.position[axis];
  const [negative, positive] = SIDES[axis];
  return { side: distance < 0 ? negative : positive, distanceMm: Math.abs(distance) };
}
