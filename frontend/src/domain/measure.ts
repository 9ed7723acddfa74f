/** What is measured on an image: lengths, angles and regions from points in image coordinates. */
import { items, number, numbers, text } from './dataset';
import { rescaleOf, spacingOf, type FrameRef } from './frame';
import { suvFactor } from './suv';
import { Tag } from './tags';

export type MeasureTool = 'length' | 'bidirectional' | 'angle' | 'cobb' | 'ellipse' | 'rectangle' | 'freehand' | 'probe' | 'circle' | 'arrow' | 'text';

/** What points at something or names it, and measures nothing: its words are its label. */
export const isMark = (tool: MeasureTool): boolean => tool === 'arrow' || tool === 'text';

/** Column and row in pixels; (0, 0) is the centre of the first pixel. */
export type Point = readonly [column: number, row: number];

/** Units are UCUM codes; '{pixels}' where nothing says how large a pixel is. */
export interface Value {
  readonly name: 'length' | 'short_axis' | 'angle' | 'area' | 'mean' | 'sd' | 'min' | 'max' | 'value';
  readonly value: number;
  readonly unit: string;
}

export interface Scale {
  /** Lengths of one column and one row, in `unit`. */
  readonly column: number;
  readonly row: number;
  readonly unit: 'mm' | '{pixels}';
  /** What the reader must know of it; '' in the patient's own millimetres. */
  readonly note: string;
}

const CENTIMETRES = 3; // Physical Units X and Y Direction, PS3.3 C.8.5.5.1.15

/** The scale of the ultrasound region in which all points lie; undefined outside of one in centimetres. */
function ultrasoundScale(frame: FrameRef, points: readonly Point[]): Scale | undefined {
  for (const region of items(frame.instance.dataset, Tag.SequenceOfUltrasoundRegions)) {
    const [left, top, right, bottom] = [Tag.RegionLocationMinX0, Tag.RegionLocationMinY0, Tag.RegionLocationMaxX1, Tag.RegionLocationMaxY1].map((tag) => number(region, tag) ?? Number.NaN) as [number, number, number, number];
    if (!points.every(([column, row]) => column >= left && column <= right && row >= top && row <= bottom)) continue;
    if (number(region, Tag.PhysicalUnitsXDirection) !== CENTIMETRES || number(region, Tag.PhysicalUnitsYDirection) !== CENTIMETRES) return undefined;
    const [x, y] = [number(region, Tag.PhysicalDeltaX) ?? 0, number(region, Tag.PhysicalDeltaY) ?? 0];
    return x !== 0 && y !== 0 ? { column: Math.abs(x) * 10, row: Math.abs(y) * 10, unit: 'mm', note: '' } : undefined;
  }
  return undefined;
}

/** A Pixel Spacing that is only the detector's, copied: nobody has calibrated it (PS3.3 10.7.1.3). */
function isOfDetector({ instance: { dataset } }: FrameRef): boolean {
  const [stated, imager] = [numbers(dataset, Tag.PixelSpacing), numbers(dataset, Tag.ImagerPixelSpacing)];
  return imager.length === 2 && stated.length === 2 && stated.every((value, index) => Math.abs(value - (imager[index] ?? 0)) < 1e-6);
}

/**
 * How large pixels are where these points lie.
 *
 * Projections have their spacing at the detector; with an Estimated Radiographic Magnification Factor
 * it is brought to the patient, without one the note says that lengths are magnified.
 *
 * References: PS3.3 10.7 (Basic Pixel Spacing Calibration), C.8.5.5 (US Region Calibration).
 */
export function scaleOf(frame: FrameRef, points: readonly Point[]): Scale {
  const region = ultrasoundScale(frame, points);
  if (region) return region;
  const { row, column, source } = spacingOf(frame);
  const atDetector = source === 'detector' || isOfDetector(frame);
  if (source === 'patient' && !atDetector) return { column, row, unit: 'mm', note: '' };
  // Of an aspect alone: angles are right, lengths are in columns.
  if (!atDetector) return { column: 1, row: row / column, unit: '{pixels}', note: 'no spacing stated' };
  const magnification = number(frame.instance.dataset, Tag.EstimatedRadiographicMagnificationFactor);
  if (magnification === undefined || magnification <= 0) return { column, row, unit: 'mm', note: 'at the detector' };
  return { column: column / magnification, row: row / magnification, unit: 'mm', note: 'magnification estimated' };
}

type Vector2 = readonly [number, number];

const between = ([a, b]: Point, [c, d]: Point, scale: Scale): Vector2 => [(c - a) * scale.column, (d - b) * scale.row];
const lengthOf = ([x, y]: Vector2): number => Math.hypot(x, y);

function angleBetween(a: Vector2, b: Vector2): number {
  const product = lengthOf(a) * lengthOf(b);
  if (product === 0) return 0;
  return (Math.acos(Math.min(1, Math.max(-1, (a[0] * b[0] + a[1] * b[1]) / product))) * 180) / Math.PI;
}

/** The pixels whose centres lie in the region, and its area in pixels. */
export interface Region {
  readonly contains: (column: number, row: number) => boolean;
  readonly area: number;
  readonly bounds: readonly [left: number, top: number, right: number, bottom: number];
}

function boundsOf(points: readonly Point[]): Region['bounds'] {
  const [columns, rows] = [points.map(([column]) => column), points.map(([, row]) => row)];
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
}

function rectangle(points: readonly Point[]): Region {
  const bounds = boundsOf(points);
  const [left, top, right, bottom] = bounds;
  return { bounds, area: (right - left) * (bottom - top), contains: (column, row) => column >= left && column <= right && row >= top && row <= bottom };
}

/** An ellipse from the ends of its two axes. */
function ellipse([a, b, c, d]: readonly [Point, Point, Point, Point]): Region {
  const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const u: Vector2 = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2];
  const v: Vector2 = [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2];
  const cross = u[0] * v[1] - u[1] * v[0];
  const [width, height] = [Math.hypot(u[0], v[0]), Math.hypot(u[1], v[1])];
  const contains = (column: number, row: number): boolean => {
    const [x, y] = [column - middle[0], row - middle[1]];
    return cross !== 0 && ((x * v[1] - y * v[0]) / cross) ** 2 + ((u[0] * y - u[1] * x) / cross) ** 2 <= 1;
  };
  return { contains, area: Math.PI * Math.abs(cross), bounds: [middle[0] - width, middle[1] - height, middle[0] + width, middle[1] + height] };
}

/** A closed line; a point is inside when a ray from it crosses the line an odd number of times. */
function polygon(points: readonly Point[]): Region {
  const edges = points.map((point, index) => [point, points[(index + 1) % points.length] ?? point] as const);
  const contains = (column: number, row: number): boolean => {
    let inside = false;
    for (const [[x1, y1], [x2, y2]] of edges) {
      if (y1 > row !== y2 > row && column < ((x2 - x1) * (row - y1)) / (y2 - y1) + x1) inside = !inside;
    }
    return inside;
  };
  const doubled = edges.reduce((sum, [[x1, y1], [x2, y2]]) => sum + x1 * y2 - x2 * y1, 0);
  return { contains, area: Math.abs(doubled) / 2, bounds: boundsOf(points) };
}

/**
 * A circle from its centre and a point on it. It is round in the patient: where columns are not as far
 * apart as rows (`aspect`: rows in columns), it is an ellipse of pixels.
 */
function circle([centre, rim]: readonly [Point, Point], aspect: number): Region {
  const radius = Math.hypot(rim[0] - centre[0], (rim[1] - centre[1]) * aspect);
  const [x, y] = [radius, radius / aspect];
  return ellipse([[centre[0] - x, centre[1]], [centre[0] + x, centre[1]], [centre[0], centre[1] - y], [centre[0], centre[1] + y]]);
}

/** What makes a region, of how many points at least. */
const LEAST_POINTS: Readonly<Partial<Record<MeasureTool, number>>> = { circle: 2, rectangle: 2, ellipse: 4, freehand: 3 };

export function regionOf(tool: MeasureTool, points: readonly Point[], aspect = 1): Region | undefined {
  if (points.length < (LEAST_POINTS[tool] ?? Infinity)) return undefined;
  if (tool === 'circle') return circle(points as [Point, Point], aspect);
  if (tool === 'rectangle') return rectangle(points);
  return tool === 'ellipse' ? ellipse(points as [Point, Point, Point, Point]) : polygon(points);
}

/** The values of a picture, row after row: of the modality, or three of colour for each pixel. */
export interface Samples {
  readonly columns: number;
  readonly rows: number;
  readonly values: ArrayLike<number>;
  readonly colour: boolean;
}

export interface Statistics {
  readonly count: number;
  readonly mean: number;
  /** Of all these pixels, not an estimate for more of them. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

export function statisticsOf(region: Region, { columns, rows, values, colour }: Samples): Statistics | undefined {
  if (colour) return undefined;
  const [left, top, right, bottom] = region.bounds;
  let [count, mean, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let row = Math.max(0, Math.ceil(top)); row <= Math.min(rows - 1, Math.floor(bottom)); row += 1) {
    for (let column = Math.max(0, Math.ceil(left)); column <= Math.min(columns - 1, Math.floor(right)); column += 1) {
      if (!region.contains(column, row)) continue;
      const value = values[row * columns + column] ?? 0;
      count += 1;
      const step = value - mean; // Welford: one pass, no cancellation
      mean += step / count;
      squares += step * (value - mean);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return count > 0 ? { count, mean, sd: Math.sqrt(squares / count), min, max } : undefined;
}

const UNITS: Readonly<Record<string, string>> = { HU: "[hnsf'U]", 'Bq/ml': 'Bq/ml' };

/** The unit of pixel values, and by how much they are multiplied to be in it. */
export function valueUnit(frame: FrameRef): { readonly unit: string; readonly factor: number; readonly note: string } {
  const { unit } = rescaleOf(frame);
  if (frame.instance.modality === 'PT' && text(frame.instance.dataset, Tag.Units) === 'BQML') {
    const suv = suvFactor(frame.instance.dataset);
    return suv.factor === undefined ? { unit: 'Bq/ml', factor: 1, note: suv.missing } : { unit: '{SUVbw}g/ml', factor: suv.factor, note: '' };
  }
  return { unit: UNITS[unit] ?? '1', factor: 1, note: '' };
}

export interface Measured {
  readonly values: readonly Value[];
  readonly note: string;
}

function lineValues(tool: MeasureTool, points: readonly Point[], scale: Scale): Value[] {
  const [a, b, c, d] = points;
  if (!a || !b) return [];
  const first = between(a, b, scale);
  if (tool === 'length') return [{ name: 'length', value: lengthOf(first), unit: scale.unit }];
  if (!c) return [];
  if (tool === 'angle') return [{ name: 'angle', value: angleBetween(between(b, a, scale), between(b, c, scale)), unit: 'deg' }];
  if (!d) return [];
  const second = between(c, d, scale);
  if (tool === 'bidirectional') {
    const [long, short] = [lengthOf(first), lengthOf(second)].toSorted((left, right) => right - left) as [number, number];
    return [{ name: 'length', value: long, unit: scale.unit }, { name: 'short_axis', value: short, unit: scale.unit }];
  }
  if (tool !== 'cobb') return [];
  const angle = angleBetween(first, second);
  return [{ name: 'angle', value: Math.min(angle, 180 - angle), unit: 'deg' }];
}

function regionValues(region: Region, scale: Scale, frame: FrameRef, samples: Samples | undefined): Value[] {
  const area: Value = { name: 'area', value: region.area * scale.column * scale.row, unit: scale.unit === 'mm' ? 'mm2' : '{pixels}' };
  const found = samples && statisticsOf(region, samples);
  if (!found) return [area];
  const { unit, factor } = valueUnit(frame);
  return [...(['mean', 'sd', 'min', 'max'] as const).map((name): Value => ({ name, value: found[name] * factor, unit })), area];
}

function probeValues([point]: readonly Point[], frame: FrameRef, samples: Samples | undefined): Value[] {
  if (!point || !samples || samples.colour) return [];
  const [column, row] = [Math.round(point[0]), Math.round(point[1])];
  if (column < 0 || row < 0 || column >= samples.columns || row >= samples.rows) return [];
  const { unit, factor } = valueUnit(frame);
  return [{ name: 'value', value: (samples.values[row * samples.columns + column] ?? 0) * factor, unit }];
}

const isAngle = (tool: MeasureTool): boolean => tool === 'angle' || tool === 'cobb';

/** Everything that is said of an annotation; without `samples` what needs no pixels. */
export function measure(tool: MeasureTool, points: readonly Point[], frame: FrameRef, samples?: Samples): Measured {
  const scale = scaleOf(frame, points);
  const spacing = spacingOf(frame);
  const region = regionOf(tool, points, spacing.row / spacing.column);
  if (isMark(tool)) return { values: [], note: '' };
  const pixelNote = valueUnit(frame).note;
  if (tool === 'probe') return { values: probeValues(points, frame, samples), note: pixelNote };
  if (region) return { values: regionValues(region, scale, frame, samples), note: [scale.note, pixelNote].filter(Boolean).join('; ') };
  // An angle is right at the detector, too, where columns and rows are equally far apart.
  return { values: lineValues(tool, points, scale), note: isAngle(tool) ? '' : scale.note };
}

const SIGNS: Readonly<Record<string, string>> = { deg: '°', "[hnsf'U]": ' HU', '{SUVbw}g/ml': ' SUVbw', mm2: ' mm²', '{pixels}': ' px', '1': '' };
const DIGITS: Readonly<Record<string, number>> = { mm: 1, deg: 1, mm2: 0, "[hnsf'U]": 0, '{SUVbw}g/ml': 2, '{pixels}': 0 };

/** A value as it is read: '12.3 mm', '45.0°', '40 HU'. */
export function valueText({ value, unit }: Value): string {
  const digits = unit === 'mm2' && value < 100 ? 1 : (DIGITS[unit] ?? (Number.isInteger(value) ? 0 : 1));
  return `${value.toFixed(digits)}${SIGNS[unit] ?? ` ${unit}`}`;
}

const LABELS: Readonly<Partial<Record<Value['name'], string>>> = { mean: 'Mean', sd: 'SD', min: 'Min', max: 'Max', area: 'Area' };

/** The lines beside an annotation. */
export function measuredLines(tool: MeasureTool, { values, note }: Measured): string[] {
  const named = (name: Value['name']): string => {
    const found = values.find((value) => value.name === name);
    return found ? valueText(found) : '';
  };
  const noted = (lines: readonly string[]): string[] => [...lines, note].filter(Boolean);
  if (tool === 'bidirectional') return noted([[named('length'), named('short_axis')].join(' × ')]);
  if (values.length === 1 && values[0]?.name !== 'area') return noted([valueText(values[0] as Value)]);
  return noted(values.filter(({ name }) => name !== 'min' && name !== 'max').map((value) => `${LABELS[value.name] ?? ''} ${valueText(value)}`.trim()).concat(named('min') ? [`${named('min')} … ${named('max')}`] : []));
}

/** One line for lists and reports: '12.3 mm', '12.3 mm × 8.1 mm', 'mean 40 HU, area 80 mm²'. */
export function measuredText(tool: MeasureTool, { values }: Measured): string {
  if (tool === 'bidirectional') return values.map(valueText).join(' × ');
  const mean = values.find(({ name }) => name === 'mean');
  const area = values.find(({ name }) => name === 'area');
  if (mean && area) return `mean ${valueText(mean)}, area ${valueText(area)}`;
  return values.map(valueText).join(', ');
}

