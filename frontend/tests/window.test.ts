import { describe, expect, it } from 'vitest';
import { automaticRange, presetsFor, readWindows, toRange, toWindow } from '../src/domain/window';
import { dataset } from './datasets';

const read = (center: unknown, width: unknown, rest: Record<string, unknown> = {}): ReturnType<typeof readWindows> =>
  readWindows(dataset({ WindowCenter: center, WindowWidth: width, ...rest }));

describe('readWindows', () => {
  it('keeps all windows with their explanations', () => {
    const windows = read([40, -600], [400, 1500], { WindowCenterWidthExplanation: ['Soft tissue', 'Lung'] });
    expect(windows).toEqual([
      { center: 40, width: 400, shape: 'LINEAR', explanation: 'Soft tissue' },
      { center: -600, width: 1500, shape: 'LINEAR', explanation: 'Lung' },
    ]);
  });

  it('leaves out what is no window', () => {
    expect(read(40, 0)).toEqual([]);
    expect(read(40, 0.5)).toEqual([]);
    expect(read([40, 50], 400)).toHaveLength(1);
    expect(read('x', 400)).toEqual([]);
    expect(read(0.5, 0.5, { VOILUTFunction: 'LINEAR_EXACT' })).toHaveLength(1);
  });
});

describe('toRange', () => {
  // PS3.3 C.11.2.1.2.1, note 4: a width of 1 is a threshold; c=2048, w=4096 covers 0 to 4095.
  it.each([
    [2048, 4096, 0, 4095],
    [2048, 1, 2047.5, 2047.5],
    [40, 400, -160, 239],
  ])('LINEAR %f / %f', (center, width, lower, upper) => {
    expect(toRange({ center, width, shape: 'LINEAR', explanation: '' })).toEqual({ lower, upper });
  });

  it('LINEAR_EXACT takes the width as it is', () => {
    expect(toRange({ center: 0.5, width: 1, shape: 'LINEAR_EXACT', explanation: '' })).toEqual({ lower: 0, upper: 1 });
  });

  it('is undone by toWindow', () => {
    for (const shape of ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const) {
      expect(toWindow(toRange({ center: 37.5, width: 81, shape, explanation: '' }), shape)).toMatchObject({ center: 37.5, width: 81 });
    }
  });
});

describe('presetsFor', () => {
  it('puts the customary CT windows on the first digits, then those of the image', () => {
    const labels = presetsFor('CT', read(40, 400, { WindowCenterWidthExplanation: 'WINDOW1' })).map(({ label }) => label);
    expect(labels.slice(0, 5)).toEqual(['Abdomen', 'Lung', 'Bone', 'Brain', 'Mediastinum']);
    expect(labels.slice(-3)).toEqual(['WINDOW1', 'Automatic', 'Full range']);
  });

  it('offers a window once that the image states twice', () => {
    const labels = presetsFor('MR', read([40, 40, 50], [80, 80, 80])).map(({ label }) => label);
    expect(labels).toEqual(['As stored 1', 'As stored 2', 'Automatic', 'Full range']);
    expect(presetsFor('MR', read([40, 40], [80, 80]))[0]?.label).toBe('As stored');
  });

  it('offers only what the values say for other modalities', () => {
    expect(presetsFor('MR', []).map(({ kind }) => kind)).toEqual(['auto', 'full']);
    expect(presetsFor('DX', read(40, 400), true).map(({ kind }) => kind)).toEqual(['window', 'curve', 'auto', 'full']);
  });
});

describe('automaticRange', () => {
  it('leaves out padding and outliers', () => {
    const values = [...Array.from({ length: 5000 }, () => -2000), ...Array.from({ length: 5000 }, (_, index) => index % 1000), 60000];
    const { lower, upper } = automaticRange(values);
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(upper).toBeLessThan(1000);
    expect(upper).toBeGreaterThan(900);
  });

  it('is never empty', () => {
    expect(automaticRange(new Uint8Array(16))).toEqual({ lower: 0, upper: 1 });
  });
});
