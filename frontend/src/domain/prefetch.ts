/** In which order the frames of a stack are fetched ahead of the reader. */
import type { FrameRef } from './frame';

/**
 * All indices but `current`, nearest first; in the direction of travel two steps for every one
 * behind. Indices run from 0.
 */
export function prefetchOrder(current: number, count: number, direction: 1 | -1): number[] {
  const order: number[] = [];
  let [ahead, behind] = [current + direction, current - direction];
  const inside = (index: number): boolean => index >= 0 && index < count;
  while (inside(ahead) || inside(behind)) {
    for (let step = 0; step < 2; step += 1, ahead += direction) if (inside(ahead)) order.push(ahead);
    if (inside(behind)) order.push(behind);
    behind -= direction;
  }
  return order;
}

/** How many frames of `frameBytes` may be held ahead within `budgetBytes`. */
export function prefetchLimit(frameBytes: number, budgetBytes: number): number {
  return Math.max(1, Math.floor(budgetBytes / Math.max(1, frameBytes)));
}

const bytesOf = ({ instance: { pixels } }: FrameRef): number => (pixels ? (pixels.rows * pixels.columns * pixels.samplesPerPixel * pixels.bitsAllocated) / 8 : 0);

/** Of frames, from the first on, as many as take `limit` bytes at the most. */
export function framesAhead(frames: readonly FrameRef[], limit: number): readonly FrameRef[] {
  let left = limit;
  const end = frames.findIndex((frame) => (left -= bytesOf(frame)) < 0);
  return end < 0 ? frames : frames.slice(0, end);
}
