import { describe, expect, it } from 'vitest';
import { cropPlanes, lookFrom, moveEnd, orbit, renderPresets, turn, WHOLE, type Eye } from '../src/domain/rendering';
import type { Vector } from '../src/domain/vector';
import { coarseFrames } from '../src/domain/volume';

const near = (a: Vector, b: Vector): void => a.forEach((value, axis) => expect(value).toBeCloseTo(b[axis] ?? Number.NaN, 6));
const EYE: Eye = { position: [10, -100, 5], focus: [10, 0, 5], up: [0, 0, 1] };

describe('presets in 3D', () => {
  it('begin with what the series is of', () => {
    expect(renderPresets('CT', 'HEAD 1.0')[0]?.label).toBe('Bone');
    expect(renderPresets('CT', 'CTA thorax')[0]?.label).toBe('Vessels');
    expect(renderPresets('MR', 'TOF circle of Willis')[0]?.label).toBe('MR angiography');
    expect(renderPresets('PT', 'WB AC')[0]?.name).toBe('MIP');
  });

  it('name each of them once', () => {
    for (const [modality, words] of [['CT', ''], ['CT', 'CHEST'], ['CT', 'ABDOMEN'], ['MR', 'BRAIN'], ['MR', '']] as const) {
      const names = renderPresets(modality, words).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('looking at a volume', () => {
  it('turns by the right hand', () => near(turn([1, 0, 0], [0, 0, 1], 90), [0, 1, 0]));

  it('goes to a side of the patient at the same distance', () => {
    const eye = lookFrom(EYE, 'L');
    near(eye.position, [110, 0, 5]);
    near(eye.up, [0, 0, 1]);
  });

  it('walks around to the right, and comes back', () => {
    const right = orbit(EYE, 90, 0);
    near(right.position, [110, 0, 5]);
    near(orbit(right, -90, 0).position, EYE.position);
  });

  it('rises to the head with the nose down', () => {
    const above = orbit(EYE, 0, 90);
    near(above.position, [10, 0, 105]);
    near(above.up, [0, 1, 0]);
  });
});

describe('the box', () => {
  it('has no planes while nothing is cut', () => expect(cropPlanes(WHOLE, [0, 10, 0, 10, 0, 10])).toEqual([]));

  it('keeps what lies between its ends', () => {
    const crop = moveEnd(moveEnd(WHOLE, 0, 0, 0.25), 2, 1, 0.5);
    expect(cropPlanes(crop, [-40, 40, 0, 10, 100, 300])).toEqual([
      { origin: [-20, 0, 0], normal: [1, 0, 0] },
      { origin: [0, 0, 200], normal: [0, 0, -1] },
    ]);
  });

  it('never turns inside out', () => {
    const [[from, to]] = moveEnd(moveEnd(WHOLE, 0, 1, 0.3), 0, 0, 0.9);
    expect(from).toBeLessThan(to);
  });
});

describe('frames for a coarse volume', () => {
  it('are few and evenly apart', () => expect(coarseFrames(40)).toEqual([0, 8, 16, 24, 32]));
  it('are none where all are few', () => expect(coarseFrames(24)).toEqual([]));
});
