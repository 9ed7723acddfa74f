import { describe, expect, it } from 'vitest';
import type { FrameRef } from '../src/domain/frame';
import { checkVolume } from '../src/domain/volume';
import { image, slice } from './datasets';

type Position = readonly [number, number, number];

const stack = (count: number, at: (index: number) => Position, more: Parameters<typeof image>[0] = {}): FrameRef[] =>
  Array.from({ length: count }, (_, index) => ({
    instance: image({ InstanceNumber: index, ImagePositionPatient: [...at(index)], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], PixelSpacing: [1, 1], FrameOfReferenceUID: '1.2', ...more }),
    number: 1,
  }));

const reasonOf = (frames: readonly FrameRef[]): string => {
  const check = checkVolume(frames);
  return check.kind === 'refused' ? check.reason : '';
};

describe('a volume', () => {
  it('has even slices in one line, to what scanners round', () => {
    expect(checkVolume(stack(10, (index) => [0, 0, index * 2.5]))).toEqual({ kind: 'regular', spacingMm: expect.closeTo(2.5) as number });
    expect(checkVolume(stack(10, (index) => [0, 0, Number((index * 0.333333).toFixed(2))])).kind).toBe('regular');
    // In whatever order they come.
    expect(checkVolume(stack(10, (index) => [0, 0, ((index * 7) % 10) * 3])).kind).toBe('regular');
  });

  it('may lie obliquely, as long as its line is that of the normal', () => {
    const tilted = Array.from({ length: 8 }, (_, index) => slice(index, [0, -0.6 * index, 0.8 * index], [1, 0, 0, 0, 0.8, 0.6]));
    expect(checkVolume(tilted.map((instance) => ({ instance, number: 1 }))).kind).toBe('regular');
  });

  it('is none with a gap, a tilted gantry, or several images in a place', () => {
    expect(reasonOf(stack(10, (index) => [0, 0, index + (index > 5 ? 1 : 0)]))).toBe('The slices are unevenly spaced: 1.00 to 2.00 mm.');
    expect(reasonOf(stack(10, (index) => [0, index * Math.tan(Math.PI / 12), index]))).toContain('15.0° (gantry tilt)');
    // One slice aside, and back again.
    expect(reasonOf(stack(10, (index) => [index === 4 ? 2 : 0, 0, index * 2]))).toContain('45.0° (gantry tilt)');
    expect(reasonOf(stack(10, (index) => [0, 0, Math.floor(index / 2)]))).toContain('Several images lie in one place');
  });

  it('is none without planes, in colour, of several sizes, or of too few slices', () => {
    expect(reasonOf(stack(3, (index) => [0, 0, index]))).toContain('too few');
    expect(reasonOf(stack(6, (index) => [0, 0, index], { PhotometricInterpretation: 'RGB', SamplesPerPixel: 3 }))).toContain('Colour');
    const odd = [...stack(6, (index) => [0, 0, index]), ...stack(1, () => [0, 0, 6], { Rows: 4 })];
    expect(reasonOf(odd)).toContain('differ in size');
    expect(reasonOf(stack(6, (index) => [0, 0, index]).map(({ instance }, index) => ({ instance: index === 3 ? image({ PixelSpacing: [1, 1], FrameOfReferenceUID: '1.2' }) : instance, number: 1 })))).toContain('parallel');
  });
});
