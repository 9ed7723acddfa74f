import { describe, expect, it } from 'vitest';
import type { FrameRef } from '../src/domain/frame';
import { slicePosition, sortFrames } from '../src/domain/geometry';
import type { Instance } from '../src/domain/instance';
import { dataset, image, slice } from './datasets';

const frames = (instances: readonly Instance[]): FrameRef[] => instances.map((instance) => ({ instance, number: 1 }));
const order = (instances: readonly Instance[]): (number | undefined)[] => sortFrames(frames(instances)).map(({ instance }) => instance.instanceNumber);

const CORONAL = [1, 0, 0, 0, 0, -1];
const SAGITTAL = [0, 1, 0, 0, 0, -1];

describe('sortFrames', () => {
  it('reads axial slices from head to feet, whatever their numbers', () => {
    expect(order([slice(1, [0, 0, 10]), slice(2, [0, 0, 30]), slice(3, [0, 0, 20])])).toEqual([2, 3, 1]);
  });

  it('reads coronal slices from front to back and sagittal ones from right to left', () => {
    expect(order([slice(1, [0, 5, 0], CORONAL), slice(2, [0, -5, 0], CORONAL)])).toEqual([2, 1]);
    expect(order([slice(1, [5, 0, 0], SAGITTAL), slice(2, [-5, 0, 0], SAGITTAL)])).toEqual([2, 1]);
  });

  it('goes by the position along the normal of oblique slices, not by one coordinate', () => {
    const tilt = [1, 0, 0, 0, Math.cos(0.6), Math.sin(0.6)]; // rows stay level, columns lean
    const along = (distance: number, slide: number): number[] => [0, -Math.sin(0.6) * distance + Math.cos(0.6) * slide, Math.cos(0.6) * distance + Math.sin(0.6) * slide];
    // The second slice is shifted within its plane so far that its z is the highest.
    expect(order([slice(1, along(10, 0), tilt), slice(2, along(5, 40), tilt), slice(3, along(0, 0), tilt)])).toEqual([1, 2, 3]);
  });

  it('keeps Instance Number when planes are missing or not parallel', () => {
    expect(order([slice(3, [0, 0, 1]), image({ InstanceNumber: 1 }), slice(2, [0, 0, 9])])).toEqual([1, 2, 3]);
    expect(order([slice(2, [0, 0, 1]), slice(1, [0, 0, 9], CORONAL)])).toEqual([1, 2]);
  });

  it('lets one pass follow the other where every place occurs equally often', () => {
    const time = [slice(1, [0, 0, 1]), slice(2, [0, 0, 2]), slice(3, [0, 0, 1]), slice(4, [0, 0, 2])];
    expect(order(time)).toEqual([2, 1, 4, 3]);
  });

  it('keeps doubled slices beside each other when only some are doubled', () => {
    expect(order([slice(1, [0, 0, 3]), slice(2, [0, 0, 2]), slice(3, [0, 0, 2]), slice(4, [0, 0, 1])])).toEqual([1, 2, 3, 4]);
  });

  it('takes the planes of enhanced frames from their functional groups', () => {
    const plane = (z: number): unknown => dataset({ PlanePositionSequence: dataset({ ImagePositionPatient: [0, 0, z] }) });
    const shared = dataset({ PlaneOrientationSequence: dataset({ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }) });
    const instance = image({ NumberOfFrames: 3, SharedFunctionalGroups: shared, PerFrameFunctionalGroups: [plane(5), plane(7), plane(6)] });
    expect(sortFrames([1, 2, 3].map((number) => ({ instance, number }))).map(({ number }) => number)).toEqual([2, 3, 1]);
  });

  it('does not lose or double a frame of a thousand', () => {
    const many = Array.from({ length: 1000 }, (_, index) => slice(index, [0, 0, (index * 37) % 1000]));
    expect(new Set(order(many)).size).toBe(1000);
  });
});

describe('slicePosition', () => {
  it.each([
    [[0, 0, -12.5], undefined, { side: 'F', distanceMm: 12.5 }],
    [[0, -3, 0], CORONAL, { side: 'A', distanceMm: 3 }],
    [[4, 0, 0], SAGITTAL, { side: 'L', distanceMm: 4 }],
  ])('names the side of %j', (position, orientation, expected) => {
    expect(slicePosition({ instance: slice(1, position, orientation), number: 1 })).toEqual(expected);
  });

  it('is silent without a plane, and with cosines that are none', () => {
    expect(slicePosition({ instance: image(), number: 1 })).toBeUndefined();
    expect(slicePosition({ instance: slice(1, [0, 0, 0], [1, 0, 0, 1, 0, 0]), number: 1 })).toBeUndefined();
    expect(slicePosition({ instance: slice(1, [0, 0, 0], [0, 0, 0, 0, 0, 0]), number: 1 })).toBeUndefined();
  });
});
