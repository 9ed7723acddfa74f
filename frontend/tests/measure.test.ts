import { describe, expect, it } from 'vitest';
import { thinned, uidOfUUID, uuidOfUID } from '../src/domain/annotation';
import { measure, measuredText, regionOf, scaleOf, statisticsOf, type Point, type Samples } from '../src/domain/measure';
import { suvFactor } from '../src/domain/suv';
import { dataset, image } from './datasets';

const frameOf = (values: Parameters<typeof image>[0]): { instance: ReturnType<typeof image>; number: number } => ({ instance: image(values), number: 1 });
const ct = frameOf({ PixelSpacing: [1, 0.5], RescaleSlope: 1, RescaleIntercept: 0 });

const picture = (columns: number, rows: number, value: (column: number, row: number) => number): Samples => ({
  columns,
  rows,
  colour: false,
  values: Float32Array.from({ length: columns * rows }, (_, index) => value(index % columns, Math.floor(index / columns))),
});

describe('lengths and angles', () => {
  it('take columns and rows each with their own spacing', () => {
    expect(measure('length', [[0, 0], [6, 4]], ct).values).toEqual([{ name: 'length', value: 5, unit: 'mm' }]);
    expect(measure('angle', [[2, 0], [0, 0], [0, 5]], ct).values[0]?.value).toBeCloseTo(90);
    // In pixels this would be 45 degrees.
    expect(measure('angle', [[2, 0], [0, 0], [2, 2]], ct).values[0]?.value).toBeCloseTo(Math.atan(2) * (180 / Math.PI));
  });

  it('of two lines are the smaller angle, whichever way they were drawn', () => {
    const wide: Point[] = [[0, 0], [20, 0], [0, 10], [20, 20]];
    const turned: Point[] = [[20, 0], [0, 0], [0, 10], [20, 20]];
    const [a, b] = [measure('cobb', wide, ct).values[0]?.value, measure('cobb', turned, ct).values[0]?.value];
    expect(a).toBeCloseTo(45);
    expect(b).toBeCloseTo(45);
  });

  it('of two diameters name the longer one first', () => {
    const found = measure('bidirectional', [[0, 0], [0, 2], [0, 0], [10, 0]], ct);
    expect(measuredText('bidirectional', found)).toBe('5.0 mm × 2.0 mm');
  });
});

describe('the size of a pixel', () => {
  const points: Point[] = [[1, 1], [5, 5]];
  it('at the detector is said to be so, or brought to the patient', () => {
    expect(scaleOf(frameOf({ ImagerPixelSpacing: [0.2, 0.2] }), points)).toMatchObject({ column: 0.2, unit: 'mm', note: 'at the detector' });
    expect(scaleOf(frameOf({ ImagerPixelSpacing: [0.2, 0.2], EstimatedRadiographicMagnificationFactor: 2 }), points)).toMatchObject({ column: 0.1, note: 'magnification estimated' });
  });

  it('that only repeats the detector is no calibration', () => {
    expect(scaleOf(frameOf({ PixelSpacing: [0.2, 0.2], ImagerPixelSpacing: [0.2, 0.2] }), points).note).toBe('at the detector');
    expect(scaleOf(frameOf({ PixelSpacing: [0.15, 0.15], ImagerPixelSpacing: [0.2, 0.2] }), points)).toMatchObject({ column: 0.15, note: '' });
  });

  it('of which only the aspect is known still gives angles', () => {
    expect(measure('angle', [[2, 0], [0, 0], [1, 1]], frameOf({ PixelAspectRatio: [2, 1] })).values[0]?.value).toBeCloseTo(Math.atan(2) * (180 / Math.PI));
  });

  it('is a pixel where nothing is stated', () => {
    expect(measure('length', [[0, 0], [3, 4]], frameOf({}))).toEqual({ values: [{ name: 'length', value: 5, unit: '{pixels}' }], note: 'no spacing stated' });
  });

  it('in ultrasound is that of the region in which all points lie', () => {
    const region = dataset({ RegionLocationMinX0: 0, RegionLocationMinY0: 0, RegionLocationMaxX1: 100, RegionLocationMaxY1: 80, PhysicalUnitsXDirection: 3, PhysicalUnitsYDirection: 3, PhysicalDeltaX: 0.05, PhysicalDeltaY: -0.1 });
    const frame = frameOf({ Modality: 'US', SequenceOfUltrasoundRegions: region });
    expect(scaleOf(frame, points)).toEqual({ column: 0.5, row: 1, unit: 'mm', note: '' });
    expect(scaleOf(frame, [[1, 1], [101, 5]]).unit).toBe('{pixels}');
  });
});

describe('regions', () => {
  it('count the pixels whose centres lie inside, edges included', () => {
    const region = regionOf('rectangle', [[1, 1], [3, 2]]);
    expect(region && statisticsOf(region, picture(5, 5, (column, row) => column + 10 * row))).toEqual({ count: 6, mean: 17, sd: expect.closeTo(Math.sqrt(25 + 2 / 3)) as number, min: 11, max: 23 });
  });

  it('give the area of an ellipse whatever its direction', () => {
    const flat = measure('ellipse', [[0, 5], [20, 5], [10, 0], [10, 10]], ct);
    expect(flat.values.find(({ name }) => name === 'area')).toMatchObject({ value: expect.closeTo(Math.PI * 5 * 5, 3) as number, unit: 'mm2' });
    const turned = regionOf('ellipse', [[0, 0], [10, 10], [7, 3], [3, 7]]);
    expect(turned?.contains(5, 5)).toBe(true);
    expect(turned?.contains(1, 9)).toBe(false);
    expect(turned?.area).toBeCloseTo((Math.PI * Math.hypot(10, 10) * Math.hypot(4, 4)) / 4);
  });

  it('follow a line drawn freely', () => {
    const hook = regionOf('freehand', [[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [0, 2]]);
    expect(hook?.area).toBe(36);
    expect([hook?.contains(9, 8), hook?.contains(4, 6)]).toEqual([true, false]);
  });

  it('outside of the picture, or in colour, have no mean', () => {
    const far = regionOf('rectangle', [[90, 90], [95, 95]]);
    expect(far && statisticsOf(far, picture(5, 5, () => 1))).toBeUndefined();
    expect(measure('rectangle', [[0, 0], [2, 2]], ct, { ...picture(5, 5, () => 1), colour: true }).values.map(({ name }) => name)).toEqual(['area']);
  });
});

describe('uptake', () => {
  const dose = { RadionuclideTotalDose: 370e6, RadionuclideHalfLife: 6586.2, RadiopharmaceuticalStartTime: '100000' };
  const pet = { Modality: 'PT', Units: 'BQML', PatientWeight: 70, DecayCorrection: 'START', SeriesDate: '20260101', SeriesTime: '110000', RadiopharmaceuticalInformationSequence: dataset(dose) };

  it('is corrected for the decay between injection and scan', () => {
    expect(suvFactor(dataset(pet)).factor).toBeCloseTo(70_000 / (370e6 * 2 ** (-3600 / 6586.2)), 12);
    expect(suvFactor(dataset({ ...pet, DecayCorrection: 'ADMIN' })).factor).toBeCloseTo(70_000 / 370e6, 12);
  });

  it('says what is missing instead of guessing', () => {
    expect(suvFactor(dataset({ ...pet, PatientWeight: 0 })).missing).toBe('no SUV: the weight is missing');
    expect(suvFactor(dataset({ ...pet, DecayCorrection: 'NONE' })).missing).toContain('decay correction');
    expect(suvFactor(dataset({ ...pet, SeriesTime: '090000' })).missing).toContain('time of injection');
    // The series was made anew an hour after its acquisition.
    expect(suvFactor(dataset({ ...pet, AcquisitionTime: '100500' })).missing).toContain('time of injection or scan');
    expect(suvFactor(dataset({ ...pet, AcquisitionTime: '110300' })).factor).toBeDefined();
    expect(suvFactor(dataset({ ...pet, RadiopharmaceuticalInformationSequence: dataset({}) })).missing).toContain('dose');
  });
});

describe('names and points of annotations', () => {
  it('go from UUID to UID and back', () => {
    for (const uuid of ['00000000-0000-0000-0000-000000000001', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6']) expect(uuidOfUID(uidOfUUID(uuid))).toBe(uuid);
    expect(uidOfUUID('f81d4fae-7dec-11d0-a765-00a0c91e6bf6')).toBe('2.25.329800735698586629295641978511506172918');
    expect(uuidOfUID('1.2.3')).toBeUndefined();
  });

  it('are thinned to what the server takes', () => {
    const line: Point[] = Array.from({ length: 5001 }, (_, index) => [index + 0.123456, 0]);
    const kept = thinned(line);
    expect(kept).toHaveLength(2000);
    expect(kept[0]).toEqual([0.12, 0]);
    expect(thinned(line.slice(0, 3))).toHaveLength(3);
  });
});

describe('a circle', () => {
  // 20 pixels of half a millimetre across: 10 mm, which are 10 rows of one millimetre.
  const points: Point[] = [[50, 40], [70, 40]];

  it('is round in the patient, whatever the shape of a pixel', () => {
    const area = measure('circle', points, ct).values.find(({ name }) => name === 'area');
    expect(area).toMatchObject({ unit: 'mm2' });
    expect(area?.value).toBeCloseTo(Math.PI * 10 * 10);
    const region = regionOf('circle', points, 2);
    expect([region?.contains(69, 40), region?.contains(50, 49), region?.contains(50, 51), region?.contains(71, 40)]).toEqual([true, true, false, false]);
  });

  it('has the same size from any point of its rim', () => {
    const down = measure('circle', [[50, 40], [50, 50]], ct).values.find(({ name }) => name === 'area');
    expect(down?.value).toBeCloseTo(Math.PI * 100);
  });

  it('counts the pixels inside', () => {
    const found = measure('circle', points, ct, picture(100, 100, (column) => column));
    expect(Object.fromEntries(found.values.map(({ name, value }) => [name, value]))).toMatchObject({ mean: 50, min: 30, max: 70 });
  });
});

it('arrows and texts measure nothing', () => {
  expect(measure('arrow', [[1, 1], [5, 5]], ct)).toEqual({ values: [], note: '' });
  expect(measure('text', [[1, 1]], frameOf({}))).toEqual({ values: [], note: '' });
});
