import { describe, expect, it } from 'vitest';
import { displaySetsOf, readSeries, sortSeries } from '../src/domain/displaySet';
import { readInstance } from '../src/domain/instance';
import { objectName } from '../src/domain/sopClass';
import { frameAccept, isDecodedHere, isVideo } from '../src/domain/transferSyntax';
import { dataset, image, slice } from './datasets';

const SERIES = readSeries(dataset({ SeriesInstanceUID: '1.9', Modality: 'US', SeriesNumber: 4 }), '1.8');

describe('displaySetsOf', () => {
  it('puts single frames into one stack and gives each clip its own', () => {
    const clip = image({ SOPInstanceUID: '1.5', NumberOfFrames: 3, FrameTime: 40 });
    const sets = displaySetsOf(SERIES, [slice(1, [0, 0, 1]), clip, slice(2, [0, 0, 2])]);
    expect(sets.map((set) => (set.kind === 'pictures' ? [set.clip, set.frames.length, set.rate] : []))).toEqual([
      [false, 2, 15],
      [true, 3, 25],
    ]);
    expect(new Set(sets.map(({ id }) => id)).size).toBe(2);
  });

  it('says what has no picture, and why', () => {
    const report = readInstance(dataset({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.22', Modality: 'SR', SOPInstanceUID: '1.6' }));
    const video = image({ AvailableTransferSyntaxUID: '1.2.840.10008.1.2.4.102', NumberOfFrames: 30 });
    const empty = readInstance(dataset({ Rows: 512, Columns: 512, BitsAllocated: 16 }));
    expect(displaySetsOf(SERIES, [report, video, empty]).map((set) => [set.kind === 'message' && set.reason, set.instances.length])).toEqual([
      ['video', 1],
      ['no-picture', 2],
    ]);
  });

  it('takes no picture from zero rows', () => {
    expect(displaySetsOf(SERIES, [image({ Rows: 0 })])[0]?.kind).toBe('message');
  });
});

describe('sortSeries', () => {
  it('goes by number, and puts reports last', () => {
    const series = [
      { Modality: 'SR', SeriesNumber: 1 },
      { Modality: 'CT', SeriesNumber: 12 },
      { Modality: 'CT' },
      { Modality: 'CT', SeriesNumber: 2 },
    ].map((values) => readSeries(dataset(values), '1'));
    expect(sortSeries(series).map(({ modality, number }) => [modality, number])).toEqual([['CT', 2], ['CT', 12], ['CT', undefined], ['SR', 1]]);
  });
});

describe('objectName', () => {
  it('knows the SOP class, else the modality', () => {
    expect(objectName('1.2.840.10008.5.1.4.1.1.104.1', 'DOC')).toBe('PDF document');
    expect(objectName('1.2.3', 'KO')).toBe('Key object selection');
    expect(objectName('1.2.3', 'XX')).toBe('');
  });
});

describe('frameAccept', () => {
  const colour = { SamplesPerPixel: 3, BitsAllocated: 8, BitsStored: 8 };
  it.each([
    ['explicit little endian, grey', '1.2.840.10008.1.2.1', {}, true],
    ['big endian', '1.2.840.10008.1.2.2', {}, false],
    ['deflated', '1.2.840.10008.1.2.1.99', {}, false],
    ['RLE', '1.2.840.10008.1.2.5', {}, false],
    ['JPEG-LS, grey', '1.2.840.10008.1.2.4.80', {}, true],
    ['JPEG 2000, colour', '1.2.840.10008.1.2.4.90', { ...colour, PhotometricInterpretation: 'YBR_RCT' }, false],
    ['JPEG baseline, YBR', '1.2.840.10008.1.2.4.50', { ...colour, PhotometricInterpretation: 'YBR_FULL_422' }, true],
    ['JPEG baseline, RGB', '1.2.840.10008.1.2.4.50', { ...colour, PhotometricInterpretation: 'RGB' }, false],
    ['native YBR', '1.2.840.10008.1.2.1', { ...colour, PhotometricInterpretation: 'YBR_FULL' }, true],
    ['native YBR, partial', '1.2.840.10008.1.2.1', { ...colour, PhotometricInterpretation: 'YBR_PARTIAL_422' }, false],
    ['native RGB', '1.2.840.10008.1.2.1', { ...colour, PhotometricInterpretation: 'RGB' }, true],
    ['an unknown syntax', '1.2.3', {}, false],
  ] as const)('%s', (_name, syntax, values, here) => {
    const instance = image({ AvailableTransferSyntaxUID: syntax, ...values });
    expect(isDecodedHere(instance)).toBe(here);
    expect(frameAccept(instance)).toContain(here ? 'transfer-syntax=*' : 'transfer-syntax=1.2.840.10008.1.2.1');
  });

  it('tells video from pictures', () => {
    expect(['100', '101', '102', '106', '107', '108', '103.1', '106.1'].map((end) => isVideo(`1.2.840.10008.1.2.4.${end}`))).not.toContain(false);
    expect(isVideo('1.2.840.10008.1.2.4.90')).toBe(false);
  });
});
