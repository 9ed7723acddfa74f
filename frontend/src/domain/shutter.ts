/** Display shutters: what of an image is left to see (PS3.3 C.7.6.11). */
import { number, numbers, texts, type Dataset } from './dataset';
import type { ShutterShape } from './drawing';
import type { Point } from './grid';
import { OverlayTag } from './overlayTags';

const CIRCLE_STEPS = 128;

/** Rows and columns of shutters count from 1; the pixels on the edge are seen. */
function rectangle(dataset: Dataset): Point[] | undefined {
  const [left, right, top, bottom] = [OverlayTag.ShutterLeftVerticalEdge, OverlayTag.ShutterRightVerticalEdge, OverlayTag.ShutterUpperHorizontalEdge, OverlayTag.ShutterLowerHorizontalEdge].map((tag) => number(dataset, tag));
  if (left === undefined || right === undefined || top === undefined || bottom === undefined) return undefined;
  const [x0, x1, y0, y1] = [left - 1.5, right - 0.5, top - 1.5, bottom - 0.5];
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

function circle(dataset: Dataset): Point[] | undefined {
  const [row, column] = numbers(dataset, OverlayTag.CenterOfCircularShutter);
  const radius = number(dataset, OverlayTag.RadiusOfCircularShutter);
  if (row === undefined || column === undefined || radius === undefined) return undefined;
  return Array.from({ length: CIRCLE_STEPS }, (_, step): Point => {
    const angle = (2 * Math.PI * step) / CIRCLE_STEPS;
    return [column - 1 + radius * Math.cos(angle), row - 1 + radius * Math.sin(angle)];
  });
}

function polygon(dataset: Dataset): Point[] | undefined {
  const data = numbers(dataset, OverlayTag.VerticesOfPolygonalShutter);
  if (data.length < 6) return undefined;
  return Array.from({ length: data.length >> 1 }, (_, index): Point => [(data[2 * index + 1] ?? 0) - 1, (data[2 * index] ?? 0) - 1]);
}

const OPENINGS: Readonly<Record<string, (dataset: Dataset) => Point[] | undefined>> = { RECTANGULAR: rectangle, CIRCULAR: circle, POLYGONAL: polygon };

/** Presentation values have 16 bits, whatever the screen has. */
const greyOf = (value: number): number => Math.round((Math.min(65535, Math.max(0, value)) / 65535) * 255);

export function readShutter(dataset: Dataset): ShutterShape | undefined {
  const openings = texts(dataset, OverlayTag.ShutterShape).flatMap((shape) => {
    const opening = OPENINGS[shape]?.(dataset);
    return opening ? [opening] : [];
  });
  return openings.length > 0 ? { kind: 'shutter', openings, grey: greyOf(number(dataset, OverlayTag.ShutterPresentationValue) ?? 0) } : undefined;
}

/** Shutters of a kind that is not drawn. */
export const hasOtherShutter = (dataset: Dataset): boolean => texts(dataset, OverlayTag.ShutterShape).some((shape) => shape !== '' && !(shape in OPENINGS));
