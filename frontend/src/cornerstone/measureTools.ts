/** Cornerstone's drawing tools, with our own figures beside what is drawn. */
import { cache, metaData } from '@cornerstonejs/core';
import {
  AngleTool,
  ArrowAnnotateTool,
  annotation as annotations,
  BidirectionalTool,
  CobbAngleTool,
  EllipticalROITool,
  LengthTool,
  PlanarFreehandROITool,
  ProbeTool,
  RectangleROITool,
} from '@cornerstonejs/tools';
import type { FrameRef } from '../domain/frame';
import { isMark, measure, measuredLines, type Measured, type MeasureTool, type Point, type Samples } from '../domain/measure';
import type { Vector } from '../domain/vector';
import { frameOf } from './imageRegistry';
import { CircleTool, TextTool } from './markTools';
import { askingSettings } from './textPrompt';

type ToolClass = typeof LengthTool;

export const MEASURE_TOOLS: Readonly<Record<MeasureTool, { readonly toolName: string }>> = {
  length: LengthTool,
  bidirectional: BidirectionalTool,
  angle: AngleTool,
  cobb: CobbAngleTool,
  ellipse: EllipticalROITool,
  rectangle: RectangleROITool,
  freehand: PlanarFreehandROITool,
  probe: ProbeTool,
  circle: CircleTool,
  arrow: ArrowAnnotateTool,
  text: TextTool,
};

export const toolClass = (tool: MeasureTool): ToolClass => MEASURE_TOOLS[tool] as ToolClass;

const BY_NAME = new Map(Object.entries(MEASURE_TOOLS).map(([tool, { toolName }]) => [toolName, tool as MeasureTool]));

/** Which of our tools Cornerstone's is; undefined for those that measure nothing. */
export const toolOf = (toolName: string): MeasureTool | undefined => BY_NAME.get(toolName);

interface ImagePlane {
  readonly rowCosines: Vector;
  readonly columnCosines: Vector;
  readonly imagePositionPatient: Vector;
  readonly rowPixelSpacing: number;
  readonly columnPixelSpacing: number;
  readonly frameOfReferenceUID?: string;
}

export const imagePlaneOf = (imageId: string): ImagePlane | undefined => metaData.get('imagePlaneModule', imageId) as ImagePlane | undefined;

const dot = (a: Vector, b: readonly number[]): number => a[0] * (b[0] ?? 0) + a[1] * (b[1] ?? 0) + a[2] * (b[2] ?? 0);

/**
 * From Cornerstone's world to columns and rows; (0, 0) is the centre of the first pixel. Its own
 * function of this name has the spacings of columns and rows the other way round.
 */
export function toImage(imageId: string, world: readonly number[]): Point | undefined {
  const plane = imagePlaneOf(imageId);
  if (!plane) return undefined;
  const offset = world.map((value, axis) => value - (plane.imagePositionPatient[axis] ?? 0));
  return [dot(plane.rowCosines, offset) / plane.columnPixelSpacing, dot(plane.columnCosines, offset) / plane.rowPixelSpacing];
}

export function toWorld(imageId: string, [column, row]: Point): [number, number, number] | undefined {
  const plane = imagePlaneOf(imageId);
  if (!plane) return undefined;
  const at = (axis: 0 | 1 | 2): number =>
    plane.imagePositionPatient[axis] + plane.rowCosines[axis] * column * plane.columnPixelSpacing + plane.columnCosines[axis] * row * plane.rowPixelSpacing;
  return [at(0), at(1), at(2)];
}

/** What Cornerstone keeps of an annotation, as far as we read it. */
export interface AnnotationData {
  readonly handles: { readonly points: readonly (readonly number[])[] };
  readonly label?: string;
  readonly contour?: { readonly polyline: readonly (readonly number[])[] };
}

/** Cornerstone keeps handles of its own behind ours. */
const HANDLES: Readonly<Partial<Record<MeasureTool, number>>> = { circle: 2, arrow: 2, text: 1 };

export function pointsOf(imageId: string, tool: MeasureTool, data: AnnotationData): Point[] {
  const world = tool === 'freehand' ? (data.contour?.polyline ?? []) : data.handles.points.slice(0, HANDLES[tool]);
  return world.flatMap((point) => {
    const found = toImage(imageId, point);
    return found ? [found] : [];
  });
}

/** The values of a picture that is in memory. */
export function samplesOf(imageId: string): Samples | undefined {
  const image = cache.getImage(imageId);
  return image && { columns: image.columns, rows: image.rows, values: image.getPixelData(), colour: image.color };
}

export function measureOn(frame: FrameRef, imageId: string, tool: MeasureTool, points: readonly Point[]): Measured {
  return measure(tool, points, frame, samplesOf(imageId));
}

interface Remembered {
  readonly key: string;
  readonly lines: string[];
}

/** Text is asked for with every picture drawn; regions are counted only when they have changed. */
const remembered = new WeakMap<AnnotationData, Remembered>();

function linesOf(tool: MeasureTool, data: AnnotationData, targetId: string | undefined): string[] {
  const imageId = targetId?.startsWith('imageId:') ? targetId.slice('imageId:'.length) : undefined;
  const frame = imageId === undefined ? undefined : frameOf(imageId);
  if (imageId === undefined || !frame) return [];
  const points = pointsOf(imageId, tool, data);
  const key = JSON.stringify([imageId, cache.isLoaded(imageId), points]);
  const known = remembered.get(data);
  if (known?.key === key) return known.lines;
  const lines = measuredLines(tool, measureOn(frame, imageId, tool, points));
  remembered.set(data, { key, lines });
  return lines;
}

/** Settings for Cornerstone's tool: the words beside it are ours. */
export function toolSettings(tool: MeasureTool): Record<string, unknown> {
  return {
    getTextLines: (data: AnnotationData, target: string | readonly string[] | undefined) => linesOf(tool, data, typeof target === 'string' ? target : target?.[0]),
    calculateStats: tool === 'circle', // CircleTool counts nothing either way
    shadow: true,
    ...(isMark(tool) ? askingSettings(tool === 'arrow') : {}),
  };
}

const INK = 'rgb(240, 205, 120)';
const CHOSEN = 'rgb(125, 211, 240)';
const OTHERS = 'rgb(190, 175, 230)';

/** Amber on grey pictures, blue what is in hand, violet what a colleague has drawn. */
export function setInk(): void {
  const global = {
    color: INK,
    colorHighlighted: CHOSEN,
    colorSelected: CHOSEN,
    colorLocked: OTHERS,
    lineWidth: '1.5',
    lineDash: '',
    shadow: true,
    textBoxVisibility: true,
    textBoxFontFamily: 'system-ui, sans-serif',
    textBoxFontSize: '13px',
    textBoxColor: INK,
    textBoxColorHighlighted: CHOSEN,
    textBoxColorSelected: CHOSEN,
    textBoxColorLocked: OTHERS,
    textBoxBackground: 'rgba(0, 0, 0, 0.55)',
    textBoxLinkLineWidth: '1',
    textBoxLinkLineDash: '2,3',
    textBoxShadow: true,
    markerSize: '10',
    angleArcLineDash: '',
  };
  annotations.config.style.setDefaultToolStyles({ global });
}
