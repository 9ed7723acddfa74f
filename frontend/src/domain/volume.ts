/** Whether the frames of a stack make a volume through which one may cut in any direction. */
import { text } from './dataset';
import { planeOf, spacingOf, type FrameRef, type Plane } from './frame';
import { isMonochrome } from './instance';
import { Tag } from './tags';
import { cross, dot, subtract } from './vector';

export type VolumeCheck = { readonly kind: 'regular'; readonly spacingMm: number } | { readonly kind: 'refused'; readonly reason: string };

const FEWEST = 5;
const PARALLEL = 0.9999; // cosine; 0.8 degrees
// Scanners round positions to a tenth or a hundredth of a millimetre.
const EVEN_MM = 0.05;
const EVEN_SHARE = 0.02;
// Sideways from slice to slice: a tilted gantry makes this, and cuts through it would be sheared.
const TILT_DEGREES = 0.5;

const refused = (reason: string): VolumeCheck => ({ kind: 'refused', reason });

interface Station {
  readonly plane: Plane;
  readonly distance: number;
}

function stations(frames: readonly FrameRef[]): Station[] | undefined {
  const planes = frames.map(planeOf);
  const [first] = planes;
  if (!first || planes.some((plane) => !plane || Math.abs(dot(plane.normal, first.normal)) < PARALLEL || dot(plane.rowDirection, first.rowDirection) < PARALLEL)) return undefined;
  return (planes as Plane[]).map((plane) => ({ plane, distance: dot(plane.position, first.normal) })).toSorted((a, b) => a.distance - b.distance);
}

function spacingCheck(placed: readonly Station[]): VolumeCheck {
  const gaps = placed.slice(1).map(({ distance }, index) => distance - (placed[index]?.distance ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const worst = Math.max(...gaps.map((gap) => Math.abs(gap - mean)));
  if (worst > Math.max(EVEN_MM, mean * EVEN_SHARE)) return refused(`The slices are unevenly spaced: ${Math.min(...gaps).toFixed(2)} to ${Math.max(...gaps).toFixed(2)} mm.`);
  return { kind: 'regular', spacingMm: mean };
}

/**
 * The largest angle between the way from one slice to the next and their normal; degrees. What is
 * rounding counts as none.
 */
function tilt(placed: readonly Station[]): number {
  const angles = placed.slice(1).map(({ plane }, index) => {
    const way = subtract(plane.position, (placed[index]?.plane ?? plane).position);
    const aside = Math.hypot(...cross(way, plane.normal));
    return aside <= EVEN_MM ? 0 : (Math.atan2(aside, Math.abs(dot(way, plane.normal))) * 180) / Math.PI;
  });
  return Math.max(...angles);
}

/** Whether several slices lie in one place, whatever else they do. */
const isCrowded = (placed: readonly Station[]): boolean => placed.slice(1).some(({ distance }, index) => distance - (placed[index]?.distance ?? 0) < EVEN_MM);

function isAlike(frames: readonly FrameRef[]): boolean {
  const facts = ({ instance, ...frame }: FrameRef): string => {
    const { row, column } = spacingOf({ instance, ...frame });
    return [instance.pixels?.rows, instance.pixels?.columns, row.toFixed(4), column.toFixed(4), text(instance.dataset, Tag.FrameOfReferenceUID)].join();
  };
  const [first] = frames;
  return first !== undefined && frames.every((frame) => facts(frame) === facts(first));
}

/**
 * Look whether a stack is a volume: parallel slices of one size in one frame of reference, evenly
 * spaced along their common normal. What is not is refused with its reason: a picture that is bent
 * looks like anatomy.
 *
 * References: PS3.3 C.7.6.2 (Image Plane Module).
 */
export function checkVolume(frames: readonly FrameRef[]): VolumeCheck {
  const pixels = frames[0]?.instance.pixels;
  if (frames.length < FEWEST) return refused('There are too few slices.');
  if (!pixels || !isMonochrome(pixels)) return refused('Colour pictures are not cut through.');
  if (!isAlike(frames)) return refused('The images differ in size, spacing or frame of reference.');
  const placed = stations(frames);
  if (!placed) return refused('The images do not lie parallel to each other.');
  if (isCrowded(placed)) return refused('Several images lie in one place (time points, b-values).');
  const angle = tilt(placed);
  if (angle > TILT_DEGREES) return refused(`The slices are shifted against each other by ${angle.toFixed(1)}° (gantry tilt).`);
  return spacingCheck(placed);
}

const COARSE_STEP = 8;
const FEWEST_COARSE = 5;

/** Indices of frames, evenly apart, that show where things are before all frames are there; none when there are few. */
export function coarseFrames(count: number): number[] {
  const found = Array.from({ length: Math.ceil(count / COARSE_STEP) }, (_, index) => index * COARSE_STEP);
  return found.length < FEWEST_COARSE ? [] : found;
}
