import { describe, expect, it } from 'vitest';
import type { PictureSet } from '../src/domain/displaySet';
import type { FrameRef } from '../src/domain/frame';
import { sortFrames } from '../src/domain/geometry';
import { acrossPasses, passesOf, passOf } from '../src/domain/passes';
import { image } from './datasets';

/** `passes` times through `slices` places, in whatever order they come. */
const stack = (slices: number, passes: number, temporal = true): FrameRef[] =>
  sortFrames(
    Array.from({ length: slices * passes }, (_, n) => ({
      instance: image({
        SOPInstanceUID: `1.2.${n}`,
        InstanceNumber: n,
        ImagePositionPatient: [0, 0, -3 * (n % slices)],
        ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
        ...(temporal ? { TemporalPositionIdentifier: Math.floor(n / slices) + 1 } : {}),
      }),
      number: 1,
    })).toReversed(),
  );

describe('passes through the body', () => {
  it('are found by places that repeat', () => {
    expect(passesOf(stack(4, 3))).toEqual({ slices: 4, count: 3, inTime: true });
    expect(passesOf(stack(4, 3, false))).toEqual({ slices: 4, count: 3, inTime: false });
    expect(passesOf(stack(4, 1))).toBeUndefined();
    expect(passesOf(stack(4, 3).slice(1))).toBeUndefined();
  });

  it('are crossed at the same place, around the end', () => {
    const frames = stack(4, 3);
    expect(acrossPasses(frames, 5, 1)).toBe(9);
    expect(acrossPasses(frames, 9, 1)).toBe(1);
    expect(acrossPasses(frames, 1, -1)).toBe(9);
    expect(acrossPasses(stack(4, 1), 1, 1)).toBeUndefined();
  });

  it('are volumes of their own', () => {
    const set = { id: 'a', frames: stack(4, 3) } as unknown as PictureSet;
    const second = passOf(set, 6);
    expect(second.id).not.toBe('a');
    expect(second.frames).toEqual(set.frames.slice(4, 8));
    expect(passOf({ ...set, frames: stack(4, 1) }, 2).id).toBe('a');
  });
});
