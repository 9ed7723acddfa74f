import { describe, expect, it } from 'vitest';
import type { PictureSet } from '../src/domain/displaySet';
import { fusionPair, opacityPoints, openingLook, type FusionPair } from '../src/domain/fusion';
import { image } from './datasets';

interface Made {
  readonly modality: string;
  readonly id: string;
  readonly reference?: string;
  readonly study?: string;
  readonly gap?: (index: number) => number;
  readonly corrected?: boolean;
  readonly slices?: number;
}

function series({ modality, id, reference = '1.2.9', study = '1.2', gap = (index) => 2 * index, corrected = false, slices = 6 }: Made): PictureSet {
  const frames = Array.from({ length: slices }, (_, index) => ({
    instance: image({ InstanceNumber: index, ImagePositionPatient: [0, 0, gap(index)], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], PixelSpacing: [1, 1], FrameOfReferenceUID: reference, ...(corrected ? { CorrectedImage: ['DECY', 'ATTN'] } : {}) }),
    number: 1,
  }));
  return { kind: 'pictures', id, frames, clip: false, rate: 15, series: { modality, studyInstanceUID: study }, instances: [], patient: {} } as unknown as PictureSet;
}

const CT = series({ modality: 'CT', id: 'ct' });
const PET = series({ modality: 'PT', id: 'pet', corrected: true });
const idsOf = (pair: FusionPair | string): unknown => (typeof pair === 'string' ? pair : [pair.under.id, pair.over.id]);

describe('what is laid over what', () => {
  it('is PET over CT, whichever is chosen', () => {
    expect(idsOf(fusionPair(CT, [CT, PET]))).toEqual(['ct', 'pet']);
    expect(idsOf(fusionPair(PET, [CT, PET]))).toEqual(['ct', 'pet']);
  });

  it('prefers what is corrected for attenuation, even with fewer slices', () => {
    const raw = series({ modality: 'PT', id: 'raw', slices: 9 });
    expect(idsOf(fusionPair(CT, [CT, raw, PET]))).toEqual(['ct', 'pet']);
  });

  it('says why there is nothing to lay', () => {
    expect(fusionPair(series({ modality: 'US', id: 'us' }), [CT])).toContain('neither');
    expect(fusionPair(CT, [CT])).toContain('no PET');
    expect(fusionPair(CT, [CT, series({ modality: 'PT', id: 'other', study: '1.3' })])).toContain('no PET');
    expect(fusionPair(CT, [CT, series({ modality: 'PT', id: 'other', reference: '1.2.8' })])).toContain('frame of reference');
    expect(fusionPair(series({ modality: 'CT', id: 'none', reference: '' }), [series({ modality: 'PT', id: 'none too', reference: '' })])).toContain('frame of reference');
    expect(fusionPair(CT, [CT, series({ modality: 'PT', id: 'uneven', gap: (index) => index * index })])).toContain('evenly');
  });
});

describe('the look of a fusion', () => {
  it('covers nothing without uptake and most where it is hot', () => {
    const points = opacityPoints({ lower: 0, upper: 10 }, 0.5);
    expect(points[0]).toEqual({ value: 0, opacity: 0 });
    expect(points.at(-1)).toEqual({ value: 10, opacity: 0.5 });
  });
  it('begins with SUV 0 to 7, or half of the greatest value', () => {
    expect(openingLook(true, 900).range).toEqual({ lower: 0, upper: 7 });
    expect(openingLook(false, 900).range).toEqual({ lower: 0, upper: 450 });
  });
});
