import { describe, expect, it } from 'vitest';
import { isOblique, meeting } from '../src/domain/planes';

describe('three planes', () => {
  it('meet in one place, oblique or not', () => {
    const upright = meeting([
      { point: [9, 9, 3], normal: [0, 0, 1] },
      { point: [9, 2, 9], normal: [0, -1, 0] },
      { point: [1, 9, 9], normal: [1, 0, 0] },
    ]);
    expect(upright?.map((value) => value + 0)).toEqual([1, 2, 3]);
    const place = [10, -20, 30] as const;
    const turned = meeting([
      { point: place, normal: [0, 0.6, 0.8] },
      { point: place, normal: [0, 0.8, -0.6] },
      { point: place, normal: [0.6, 0.8, 0] },
    ]);
    for (const axis of [0, 1, 2] as const) expect(turned?.[axis]).toBeCloseTo(place[axis]);
  });

  it('meet nowhere when two are parallel', () => {
    const plane = { point: [0, 0, 0], normal: [0, 0, 1] } as const;
    expect(meeting([plane, { ...plane, point: [0, 0, 5] }, { point: [0, 0, 0], normal: [1, 0, 0] }])).toBeUndefined();
  });

  it('are oblique beyond a degree', () => {
    expect(isOblique([0, 0, -1])).toBe(false);
    expect(isOblique([0, Math.sin(0.01), Math.cos(0.01)])).toBe(false);
    expect(isOblique([0, Math.sin(0.05), Math.cos(0.05)])).toBe(true);
  });
});
