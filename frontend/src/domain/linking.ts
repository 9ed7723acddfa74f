/** Which slice of one stack goes with a slice of another: by position along their common normal. */
import { text } from './dataset';
import { planeOf, type FrameRef, type Plane } from './frame';
import { Tag } from './tags';
import { dot } from './vector';

const PARALLEL = 0.98; // cosine; 11 degrees: heads are rarely held alike twice

/** How far a plane lies along a direction; mm. */
const along = (plane: Plane, normal: Plane['normal']): number => dot(plane.position, normal);

const sharesFrame = (a: FrameRef, b: FrameRef): boolean => {
  const [left, right] = [text(a.instance.dataset, Tag.FrameOfReferenceUID), text(b.instance.dataset, Tag.FrameOfReferenceUID)];
  return left !== '' && left === right;
};

const areParallel = (a: Plane, b: Plane): boolean => Math.abs(dot(a.normal, b.normal)) >= PARALLEL;

/**
 * What to add to a position in the leading stack for the same place in the other: 0 in one frame of
 * reference, else as the two lie now, which the reader has set side by side. Undefined when they
 * cannot be linked: without planes, or when these are not parallel.
 */
export function linkOffset(leading: FrameRef, other: FrameRef): number | undefined {
  const [a, b] = [planeOf(leading), planeOf(other)];
  if (!a || !b || !areParallel(a, b)) return undefined;
  return sharesFrame(leading, other) ? 0 : along(b, a.normal) - along(a, a.normal);
}

/** The frame (0-based) of `frames` that lies nearest to where `leading` is; undefined when none is parallel. */
export function linkedIndex(leading: FrameRef, frames: readonly FrameRef[], offset: number): number | undefined {
  const plane = planeOf(leading);
  if (!plane) return undefined;
  const wanted = along(plane, plane.normal) + offset;
  let best: { readonly index: number; readonly distance: number } | undefined;
  for (const [index, frame] of frames.entries()) {
    const other = planeOf(frame);
    if (!other || !areParallel(plane, other)) continue;
    const distance = Math.abs(along(other, plane.normal) - wanted);
    if (!best || distance < best.distance) best = { index, distance };
  }
  return best?.index;
}
