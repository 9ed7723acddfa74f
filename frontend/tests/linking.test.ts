import { describe, expect, it } from 'vitest';
import type { FrameRef } from '../src/domain/frame';
import { linkedIndex, linkOffset } from '../src/domain/linking';
import { image } from './datasets';

const stack = (count: number, z: (index: number) => number, reference: string, orientation: readonly number[] = [1, 0, 0, 0, 1, 0]): FrameRef[] =>
  Array.from({ length: count }, (_, index) => ({ instance: image({ ImagePositionPatient: [0, 0, z(index)], ImageOrientationPatient: [...orientation], FrameOfReferenceUID: reference }), number: 1 }));

const thick = stack(10, (index) => 100 - 5 * index, '1.2');
const thin = stack(50, (index) => 100 - index, '1.2');

describe('linked stacks', () => {
  it('meet at the same place of one frame of reference, whatever their spacing', () => {
    expect(linkOffset(thick[3] as FrameRef, thin[0] as FrameRef)).toBe(0);
    expect(linkedIndex(thick[3] as FrameRef, thin, 0)).toBe(15);
    expect(linkedIndex(thin[17] as FrameRef, thick, 0)).toBe(3);
  });

  it('go on from where they were set side by side in different ones, backwards too', () => {
    const prior = stack(30, (index) => 400 + 2 * index, '9.9');
    const offset = linkOffset(thick[2] as FrameRef, prior[20] as FrameRef);
    expect(offset).toBe(350);
    // Ten millimetres towards the feet: five slices of the prior, which runs the other way.
    expect(linkedIndex(thick[4] as FrameRef, prior, offset ?? 0)).toBe(15);
  });

  it('are read alike when one was taken upside down', () => {
    const flipped = stack(10, (index) => 100 - 5 * index, '1.2', [1, 0, 0, 0, -1, 0]);
    expect(linkOffset(thick[0] as FrameRef, flipped[0] as FrameRef)).toBe(0);
    expect(linkedIndex(thick[6] as FrameRef, flipped, 0)).toBe(6);
  });

  it('are not linked across planes, or without any', () => {
    const coronal = stack(5, () => 0, '1.2', [1, 0, 0, 0, 0, -1]);
    expect(linkOffset(thick[0] as FrameRef, coronal[0] as FrameRef)).toBeUndefined();
    expect(linkedIndex(thick[0] as FrameRef, coronal, 0)).toBeUndefined();
    const bare = { instance: image(), number: 1 };
    expect(linkOffset(bare, thick[0] as FrameRef)).toBeUndefined();
  });
});
