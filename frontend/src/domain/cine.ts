/** How fast a sequence of frames was recorded, in frames per second. */
import { number, numbers } from './dataset';
import type { Instance } from './instance';
import { Tag } from './tags';

export const MINIMUM_RATE = 1;
export const MAXIMUM_RATE = 60;
const DEFAULT_RATE = 15;

export const clampRate = (rate: number): number => Math.min(MAXIMUM_RATE, Math.max(MINIMUM_RATE, Math.round(rate)));

/** Mean of the intervals; the first value of the vector is always 0 (PS3.3 C.7.6.5). */
function meanInterval(vector: readonly number[]): number {
  const intervals = vector.slice(1);
  return intervals.reduce((sum, interval) => sum + interval, 0) / Math.max(1, intervals.length);
}

/**
 * The rate at which an instance wants to be shown, rounded and within 1 to 60.
 *
 * References: PS3.3 C.7.6.5 (Cine Module): Frame Time and Frame Time Vector are in milliseconds.
 */
export function frameRate(instance: Instance): number {
  const { dataset } = instance;
  const wanted = number(dataset, Tag.RecommendedDisplayFrameRate) ?? number(dataset, Tag.CineRate) ?? 0;
  const interval = number(dataset, Tag.FrameTime) ?? meanInterval(numbers(dataset, Tag.FrameTimeVector));
  const rate = wanted > 0 ? wanted : interval > 0 ? 1000 / interval : DEFAULT_RATE;
  return clampRate(rate);
}
