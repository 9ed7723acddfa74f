/** The graphic annotations of a presentation state, as lines and text over an image (PS3.3 C.10.5). */
import { number, numbers, text, texts, type Dataset } from './dataset';
import type { PathShape, PointShape, TextShape } from './drawing';
import type { Point } from './grid';
import type { RGB } from './overlayColour';
import { OverlayTag } from './overlayTags';
import { Tag } from './tags';

/** A place in the units of the annotation as pixels of the image. */
type Place = (point: Point) => Point;

/** How the picture stands on the screen, so that places on the screen are places in it. */
export interface DisplayedArea {
  /** Outer corners, in pixels of the image: 0,0 is the centre of the first. */
  readonly topLeft: Point;
  readonly bottomRight: Point;
  /** Clockwise, in degrees, and then mirrored left to right. */
  readonly rotation: number;
  readonly flip: boolean;
}

/** A place of the displayed area, 0 to 1, in the picture before it was turned and mirrored. */
function unturned([x, y]: Point, { rotation, flip }: DisplayedArea): Point {
  const u = flip ? 1 - x : x;
  if (rotation === 90) return [y, 1 - u];
  if (rotation === 180) return [1 - u, 1 - y];
  return rotation === 270 ? [1 - y, u] : [u, y];
}

/**
 * PIXEL: 0,0 is the outer corner of the first pixel; DISPLAY: 0 to 1 of the displayed area.
 * Undefined for other units.
 */
function placeIn(units: string, area: DisplayedArea): Place | undefined {
  if (units === 'PIXEL') return ([x, y]) => [x - 0.5, y - 0.5];
  if (units !== 'DISPLAY') return undefined;
  const [[left, top], [right, bottom]] = [area.topLeft, area.bottomRight];
  return (point) => {
    const [u, v] = unturned(point, area);
    return [left + u * (right - left), top + v * (bottom - top)];
  };
}

const pairs = (data: readonly number[]): Point[] => Array.from({ length: data.length >> 1 }, (_, index): Point => [data[2 * index] ?? 0, data[2 * index + 1] ?? 0]);

const ROUND_STEPS = 96;

/** An ellipse about `centre` with two half axes. */
const round = (centre: Point, a: Point, b: Point): Point[] =>
  Array.from({ length: ROUND_STEPS }, (_, step): Point => {
    const [cos, sin] = [Math.cos((2 * Math.PI * step) / ROUND_STEPS), Math.sin((2 * Math.PI * step) / ROUND_STEPS)];
    return [centre[0] + a[0] * cos + b[0] * sin, centre[1] + a[1] * cos + b[1] * sin];
  });

function circle([centre, rim]: readonly Point[]): Point[] {
  if (!centre || !rim) return [];
  const radius = Math.hypot(rim[0] - centre[0], rim[1] - centre[1]);
  return round(centre, [radius, 0], [0, radius]);
}

/** By the ends of the longer axis, then those of the shorter one. */
function ellipse([a, b, c, d]: readonly Point[]): Point[] {
  if (!a || !b || !c || !d) return [];
  return round([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2], [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2]);
}

const CURVE_STEPS = 12;

/** A smooth line through the points (Catmull-Rom); how to interpolate the standard leaves open. */
export function curve(points: readonly Point[]): Point[] {
  if (points.length < 3) return [...points];
  const at = (index: number): Point => points[Math.min(Math.max(index, 0), points.length - 1)] ?? [0, 0];
  const between = (index: number, t: number): Point => {
    const [p, q, r, s] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const axis = (k: 0 | 1): number => 0.5 * (2 * q[k] + (r[k] - p[k]) * t + (2 * p[k] - 5 * q[k] + 4 * r[k] - s[k]) * t ** 2 + (3 * q[k] - p[k] - 3 * r[k] + s[k]) * t ** 3);
    return [axis(0), axis(1)];
  };
  const steps = points.slice(0, -1).flatMap((_, index) => Array.from({ length: CURVE_STEPS }, (_unused, step) => between(index, step / CURVE_STEPS)));
  return [...steps, at(points.length - 1)];
}

const LINES: Readonly<Record<string, (points: readonly Point[]) => Point[]>> = { POLYLINE: (points) => [...points], INTERPOLATED: curve, CIRCLE: circle, ELLIPSE: ellipse };

const isClosed = (type: string, points: readonly Point[]): boolean => {
  const [first, last] = [points[0], points.at(-1)];
  return type === 'CIRCLE' || type === 'ELLIPSE' || (points.length > 2 && first?.[0] === last?.[0] && first?.[1] === last?.[1]);
};

/** A graphic object; undefined when its type or units are not known here. */
export function graphicShape(dataset: Dataset, area: DisplayedArea, colour: RGB): PathShape | PointShape | undefined {
  const type = text(dataset, Tag.GraphicType);
  const place = placeIn(text(dataset, OverlayTag.GraphicAnnotationUnits), area);
  const points = pairs(numbers(dataset, OverlayTag.GraphicData));
  const [first] = points;
  if (!place || !first) return undefined;
  if (type === 'POINT') return { kind: 'point', at: place(first), label: '', colour };
  const line = LINES[type]?.(points);
  if (!line || line.length === 0) return undefined;
  return { kind: 'path', lines: [line.map(place)], closed: isClosed(type, line), fill: text(dataset, OverlayTag.GraphicFilled) === 'Y' ? 'full' : 'none', colour };
}

function cornersOf(dataset: Dataset, area: DisplayedArea): readonly [Point, Point] | undefined {
  const place = placeIn(text(dataset, OverlayTag.BoundingBoxAnnotationUnits), area);
  const [first] = pairs(numbers(dataset, OverlayTag.BoundingBoxTopLeftHandCorner));
  const [last] = pairs(numbers(dataset, OverlayTag.BoundingBoxBottomRightHandCorner));
  return place && first && last ? [place(first), place(last)] : undefined;
}

const ALIGN: Readonly<Record<string, TextShape['align']>> = { CENTER: 'center', RIGHT: 'right' };

/** A text object; undefined when it has no place that is known here. */
export function textShape(dataset: Dataset, area: DisplayedArea, colour: RGB): TextShape | undefined {
  const place = placeIn(text(dataset, OverlayTag.AnchorPointAnnotationUnits), area);
  const [first] = pairs(numbers(dataset, OverlayTag.AnchorPoint));
  const anchor = place && first && place(first);
  const box = cornersOf(dataset, area);
  if (!anchor && !box) return undefined;
  return {
    kind: 'text',
    text: texts(dataset, OverlayTag.UnformattedTextValue).join('\n'),
    box,
    align: ALIGN[text(dataset, OverlayTag.BoundingBoxTextHorizontalJustification)] ?? 'left',
    anchor,
    anchorVisible: text(dataset, OverlayTag.AnchorPointVisibility) === 'Y',
    colour,
  };
}

/** Whether a value is there that makes an order. */
export const orderOf = (dataset: Dataset): number => number(dataset, OverlayTag.GraphicLayerOrder) ?? 0;
