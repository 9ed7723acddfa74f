import { describe, expect, it } from 'vitest';
import { displaySetsOf, readSeries, readStudy, type PictureSet } from '../src/domain/displaySet';
import type { Instance } from '../src/domain/instance';
import { ageAt, cornerText } from '../src/domain/overlay';
import { displayName, distinctPatients, readPatient } from '../src/domain/patient';
import { frameRate } from '../src/domain/cine';
import { dataset, image, slice } from './datasets';

const patient = (values: Record<string, unknown>): ReturnType<typeof readPatient> => readPatient(dataset(values));
const named = (name: unknown, id = '7', rest = {}): ReturnType<typeof readPatient> => patient({ PatientName: name, PatientID: id, ...rest });

function pictures(instances: readonly Instance[]): PictureSet {
  const [set] = displaySetsOf(readSeries(dataset({ SeriesNumber: 3, SeriesDescription: 'Thin', Modality: 'CT' }), '1'), instances);
  if (set?.kind !== 'pictures') throw new Error('no pictures');
  return set;
}

const presentation = { index: 0, range: { lower: -160, upper: 239 }, shape: 'LINEAR', colour: false, magnification: 1.25 } as const;

describe('cornerText', () => {
  const person = { PatientName: { Alphabetic: 'DOE^JANE' }, PatientID: 'P1', PatientBirthDate: '19600315', PatientSex: 'F' };
  const study = readStudy(dataset({ ...person, StudyDate: '20240314', StudyTime: '0815', StudyDescription: 'CT chest' }));

  it('says who, what, where and how', () => {
    const set = pictures([image({ ...person, InstanceNumber: 9, ImagePositionPatient: [0, 0, 42.25], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], SliceThickness: 1.5 })]);
    expect(cornerText(set, study, presentation)).toEqual({
      topLeft: ['DOE, JANE', 'P1', '1960-03-15 (63y) · F'],
      topRight: ['CT chest', '2024-03-14 · 08:15', '3  Thin'],
      bottomLeft: ['Image 1/1 · #9', 'H 42.3 mm · Thickness 1.5 mm'],
      bottomRight: ['W 400  L 40  HU', 'Zoom 1.25×'],
    });
  });

  it('has no window for colour and says when compression lost something', () => {
    const set = pictures([image({ LossyImageCompression: '01', LossyImageCompressionRatio: 12.34 })]);
    expect(cornerText(set, undefined, { ...presentation, colour: true }).bottomRight).toEqual(['Zoom 1.25×', 'Lossy 12.3:1']);
  });

  it('counts in reading order', () => {
    const set = pictures([slice(1, [0, 0, 1]), slice(2, [0, 0, 2])]);
    expect(cornerText(set, study, presentation).bottomLeft[0]).toBe('Image 1/2 · #2');
  });

  it('does not hide a missing name', () => {
    expect(cornerText(pictures([image()]), study, presentation).topLeft).toEqual(['No name']);
  });
});

describe('ageAt', () => {
  it.each([
    [{ PatientAge: '063Y' }, '63y'],
    [{ PatientAge: '007M' }, '7m'],
    [{ PatientBirthDate: '20000601' }, '23y'],
    [{ PatientBirthDate: '18000101' }, ''],
    [{ PatientBirthDate: '20990101' }, ''],
  ])('%j', (values, age) => {
    expect(ageAt(patient(values), '20240531')).toBe(age);
  });
});

describe('distinctPatients', () => {
  it('sees one person through case and punctuation', () => {
    expect(distinctPatients([named('DOE^JANE'), named('Doe^Jane^'), named({ Alphabetic: 'doe jane' })])).toHaveLength(1);
  });

  it.each([
    ['another ID', named('DOE^JANE', '8')],
    ['another name under the same ID', named('DOE^JOHN')],
    ['another issuer', named('DOE^JANE', '7', { IssuerOfPatientID: 'B' })],
    ['another date of birth', named('DOE^JANE', '7', { PatientBirthDate: '19700101' })],
  ])('tells apart by %s', (_reason, other) => {
    expect(distinctPatients([named('DOE^JANE'), other])).toHaveLength(2);
  });
});

describe('displayName', () => {
  it.each([
    [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }, 'Yamada, Tarou (山田 太郎)'],
    [{ Ideographic: '王^小东' }, '王 小东'],
    [{ Alphabetic: 'Adams^John Robert Quincy^^Rev.^B.A.' }, 'Adams, Rev. John Robert Quincy B.A.'],
    ['<b>^x', '<b>, x'],
  ])('%j', (value, expected) => {
    expect(displayName(named(value).name)).toBe(expected);
  });
});

describe('frameRate', () => {
  it.each([
    [{ FrameTime: 33.33 }, 30],
    [{ CineRate: 12, FrameTime: 100 }, 12],
    [{ RecommendedDisplayFrameRate: 24, CineRate: 12 }, 24],
    [{ FrameTimeVector: [0, 50, 50, 50] }, 20],
    [{ FrameTime: 0 }, 15],
    [{ FrameTime: 0.1 }, 60],
    [{}, 15],
  ])('%j', (values, rate) => {
    expect(frameRate(image(values))).toBe(rate);
  });
});
