/** The annotations on the images: drawn by hand, put there by us, told of when they change. */
import { eventTarget, getRenderingEngines } from '@cornerstonejs/core';
import { annotation as annotations, cancelActiveManipulations, Enums, utilities, type Types } from '@cornerstonejs/tools';
import { planeOf, type FrameRef } from '../domain/frame';
import { isMark, type Measured, type MeasureTool, type Point } from '../domain/measure';
import { normalize, cross } from '../domain/vector';
import { frameOf, registerFrame } from './imageRegistry';
import { imagePlaneOf, measureOn, MEASURE_TOOLS, pointsOf, toolOf, toWorld, type AnnotationData } from './measureTools';
import { writtenText } from './textPrompt';

/** An annotation as it stands on its image. */
export interface Drawn {
  /** Cornerstone's name of it: a UUID. */
  readonly key: string;
  readonly tool: MeasureTool;
  readonly frame: FrameRef;
  readonly points: readonly Point[];
  /** LPS mm of the points; null where the frame lies in no plane. */
  readonly world: readonly (readonly [number, number, number])[] | null;
  readonly frameOfReferenceUID: string;
  readonly measured: Measured;
  /** What is written on the image: of arrows and texts, '' otherwise. */
  readonly label: string;
}

export type MeasuringEvent = { readonly kind: 'changed' | 'completed' | 'removed' | 'abandoned'; readonly key: string } | { readonly kind: 'selected' };

interface Kept {
  readonly annotationUID?: string;
  readonly metadata?: { readonly toolName?: string; readonly referencedImageId?: string };
  readonly data?: unknown;
}

function read(key: string, data: AnnotationData, tool: MeasureTool, imageId: string, frame: FrameRef): Drawn {
  const points = pointsOf(imageId, tool, data);
  const world = planeOf(frame) ? points.map((point) => toWorld(imageId, point) ?? ([0, 0, 0] as const)) : null;
  const frameOfReferenceUID = imagePlaneOf(imageId)?.frameOfReferenceUID ?? '';
  return { key, tool, frame, points, world, frameOfReferenceUID, measured: measureOn(frame, imageId, tool, points), label: isMark(tool) ? writtenText(data.label) : '' };
}

/** The annotation of this name as it stands now; undefined when it is none of ours. */
export function drawn(key: string): Drawn | undefined {
  const { metadata, data } = (annotations.state.getAnnotation(key) as Kept | undefined) ?? {};
  const tool = toolOf(metadata?.toolName ?? '');
  const imageId = metadata?.referencedImageId ?? '';
  const frame = frameOf(imageId);
  return tool && frame ? read(key, data as AnnotationData, tool, imageId, frame) : undefined;
}

function redraw(): void {
  const ids = getRenderingEngines()?.flatMap((engine) => engine.getViewports().map(({ id }) => id)) ?? [];
  utilities.triggerAnnotationRenderForViewportIds(ids);
}

const TEXT_BOX = { hasMoved: false, worldPosition: [0, 0, 0], worldBoundingBox: { topLeft: [0, 0, 0], topRight: [0, 0, 0], bottomLeft: [0, 0, 0], bottomRight: [0, 0, 0] } };

function dataOf(tool: MeasureTool, world: [number, number, number][], label: string): Record<string, unknown> {
  const handles = { points: tool === 'freehand' ? [] : world, activeHandleIndex: null, textBox: structuredClone(TEXT_BOX) };
  const contour = tool === 'freehand' ? { contour: { polyline: world, closed: true, windingDirection: 1 }, isOpenUShapeContour: false } : {};
  return { handles, cachedStats: {}, label: isMark(tool) ? label : '', frameNumber: 1, ...(tool === 'ellipse' ? { initialRotation: 0 } : {}), ...contour };
}

/** Pixels from the tip to the tail of an arrow of which only the tip is told. */
const ARROW_STEP = 24;

/** The points that a tool needs: others may have left out an arrow's tail. */
function wholePoints({ tool, points }: Pick<Drawn, 'tool' | 'points'>): readonly Point[] {
  const [tip] = points;
  if (tool === 'text') return points.slice(0, 1);
  return tool === 'arrow' && tip && points.length === 1 ? [tip, [tip[0] + ARROW_STEP, tip[1] + ARROW_STEP]] : points;
}

/** Draw an annotation, or draw it anew; a colleague's is not to be moved. */
export function put(what: Pick<Drawn, 'key' | 'tool' | 'frame' | 'points' | 'label'>, locked: boolean): void {
  const imageId = registerFrame(what.frame);
  const plane = imagePlaneOf(imageId);
  const world = wholePoints(what).map((point) => toWorld(imageId, point));
  if (!plane || world.some((point) => !point)) return;
  quietly(() => annotations.state.removeAnnotation(what.key));
  const made = {
    annotationUID: what.key,
    highlighted: false,
    isLocked: locked,
    isVisible: true,
    invalidated: true,
    metadata: {
      toolName: MEASURE_TOOLS[what.tool].toolName,
      referencedImageId: imageId,
      FrameOfReferenceUID: plane.frameOfReferenceUID,
      viewPlaneNormal: normalize(cross(plane.rowCosines, plane.columnCosines)),
      viewUp: plane.columnCosines.map((value) => -value),
    },
    data: dataOf(what.tool, world as [number, number, number][], what.label),
  };
  quietly(() => annotations.state.addAnnotation(made as unknown as Types.Annotation, plane.frameOfReferenceUID ?? ''));
  annotations.locking.setAnnotationLocked(what.key, locked);
  redraw();
}

export function erase(key: string): void {
  quietly(() => annotations.state.removeAnnotation(key));
  redraw();
}

/** What is chosen, by name. */
export const chosen = (): string[] => annotations.selection.getAnnotationsSelected();

export function choose(key: string): void {
  annotations.selection.setAnnotationSelected(key, true, false);
  redraw();
}

/** While it is above zero, what changes is our own doing and nobody is told. */
let quiet = 0;

function quietly(act: () => void): void {
  quiet += 1;
  try {
    act();
  } finally {
    quiet -= 1;
  }
}

/** Take away what Cornerstone needed only while the mark was made: a second corner, a blank word. */
function tidy({ metadata, data }: Kept): void {
  const tool = toolOf(metadata?.toolName ?? '');
  const known = data as { handles: { points: unknown[] }; label?: string };
  if (tool === 'text') known.handles.points.length = 1;
  if (tool && isMark(tool)) known.label = writtenText(known.label);
}

let tell: (event: MeasuringEvent) => void = () => undefined;

/** Let go of what is being drawn or moved here. */
export function abandon(element: HTMLDivElement): void {
  let key: string | undefined;
  quietly(() => {
    key = cancelActiveManipulations(element);
  });
  if (key !== undefined) tell({ kind: 'abandoned', key });
}

type Told = { readonly annotation?: Kept };

/** Hear of what the reader draws, moves and removes. */
export function listen(listener: (event: MeasuringEvent) => void): void {
  tell = listener;
  const teller = (kind: 'changed' | 'completed' | 'removed') => (event: Event) => {
    const { annotation } = (event as CustomEvent<Told>).detail;
    const key = annotation?.annotationUID;
    if (kind === 'completed' && annotation) tidy(annotation);
    if (quiet === 0 && key !== undefined) listener({ kind, key });
  };
  const { Events } = Enums;
  eventTarget.addEventListener(Events.ANNOTATION_COMPLETED, teller('completed'));
  eventTarget.addEventListener(Events.ANNOTATION_MODIFIED, teller('changed'));
  eventTarget.addEventListener(Events.ANNOTATION_REMOVED, teller('removed'));
  eventTarget.addEventListener(Events.ANNOTATION_SELECTION_CHANGE, () => listener({ kind: 'selected' }));
}
