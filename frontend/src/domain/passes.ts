/** Series that go through the body several times: time points, b-values, phases. */
import type { PictureSet } from './displaySet';
import { number } from './dataset';
import { planeOf, type FrameRef } from './frame';
import { Tag } from './tags';
import { subtract, type Vector } from './vector';

const SAME_PLACE_MM = 0.01;

export interface Passes {
  /** In one pass; frames come pass after pass, as sortFrames lays them. */
  readonly slices: number;
  readonly count: number;
  /** Whether the images themselves number points in time. */
  readonly inTime: boolean;
}

const isSame = (a: Vector, b: Vector): boolean => Math.hypot(...subtract(a, b)) <= SAME_PLACE_MM;

function find(frames: readonly FrameRef[]): Passes | undefined {
  const positions = frames.map((frame) => planeOf(frame)?.position);
  const [first] = positions;
  if (!first) return undefined;
  const slices = positions.findIndex((position, index) => index > 0 && position !== undefined && isSame(position, first));
  if (slices < 1 || frames.length % slices !== 0) return undefined;
  const repeats = positions.every((position, index) => {
    const expected = positions[index % slices];
    return position !== undefined && expected !== undefined && isSame(position, expected);
  });
  const [start, next] = [frames[0], frames[slices]].map((frame) => frame && number(frame.instance.dataset, Tag.TemporalPositionIdentifier));
  return repeats ? { slices, count: frames.length / slices, inTime: start !== undefined && next !== undefined && start !== next } : undefined;
}

const known = new WeakMap<readonly FrameRef[], Passes | { readonly count: 1 }>();

/** How often a stack goes through the body; undefined: once, or not in the same way each time. */
export function passesOf(frames: readonly FrameRef[]): Passes | undefined {
  let passes = known.get(frames);
  if (!passes) {
    passes = find(frames) ?? { count: 1 };
    known.set(frames, passes);
  }
  return 'slices' in passes ? passes : undefined;
}

/** The frame at the same place `delta` passes on; the last is followed by the first. Undefined in a single pass. */
export function acrossPasses(frames: readonly FrameRef[], index: number, delta: number): number | undefined {
  const passes = passesOf(frames);
  if (!passes) return undefined;
  const pass = Math.floor(index / passes.slices) + delta;
  return (((pass % passes.count) + passes.count) % passes.count) * passes.slices + (index % passes.slices);
}

/** The pass to which a frame belongs as a display set of its own; the set itself when it is a single one. */
export function passOf(set: PictureSet, index: number): PictureSet {
  const passes = passesOf(set.frames);
  if (!passes) return set;
  const pass = Math.floor(index / passes.slices);
  return { ...set, id: `${set.id}#${pass}`, frames: set.frames.slice(pass * passes.slices, (pass + 1) * passes.slices) };
}
