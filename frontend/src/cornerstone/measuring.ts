/** The annotations on the images: drawn by hand, put there by us, told of when they change. */
import { eventTarget, getRenderingEngines } from '@cornerstonejs/core';
import { annotation as annotations, Enums, utilities, type Types } from '@cornerstonejs/tools';
import { planeOf, type FrameRef } from '../domain/frame';
import type { Measured, MeasureTool, Point } from '../domain/measure';
import { normalize, cross } from '../domain/vector';
import { frameOf, registerFrame } from './imageRegistry';
import { imagePlaneOf, measureOn, MEASURE_TOOLS, pointsOf, toolOf, toWorld, type AnnotationData } from './measureTools';

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
}

export type MeasuringEvent = { readonly kind: 'changed' | 'completed' | 'removed'; readonly key: string } | { readonly kind: 'selected' };

interface Kept {
  readonly annotationUID?: string;
  readonly metadata?: { readonly toolName?: string; readonly referencedImageId?: string };
  readonly data?: unknown;
}

function read(key: string, data: AnnotationData, tool: MeasureTool, imageId: string, frame: FrameRef): Drawn {
  const points = pointsOf(imageId, tool, data);
  const world = planeOf(frame) ? points.map((point) => toWorld(imageId, point) ?? ([0, 0, 0] as const)) : null;
  const frameOfReferenceUID = imagePlaneOf(imageId)?.frameOfReferenceUID ?? '';
  return { key, tool, frame, points, world, frameOfReferenceUID, measured: measureOn(frame, imageId, tool, points) };
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

function dataOf(tool: MeasureTool, world: [number, number, number][]): Record<string, unknown> {
  const handles = { points: tool === 'freehand' ? [] : world, activeHandleIndex: null, textBox: structuredClone(TEXT_BOX) };
  const contour = tool === 'freehand' ? { contour: { polyline: world, closed: true, windingDirection: 1 }, isOpenUShapeContour: false } : {};
  return { handles, cachedStats: {}, label: '', frameNumber: 1, ...(tool === 'ellipse' ? { initialRotation: 0 } : {}), ...contour };
}

/** Draw an annotation, or draw it anew; a colleague's is not to be moved. */
export function put(what: Pick<Drawn, 'key' | 'tool' | 'frame' | 'points'>, locked: boolean): void {
  const imageId = registerFrame(what.frame);
  const plane = imagePlaneOf(imageId);
  const world = what.points.map((point) => toWorld(imageId, point));
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
    data: dataOf(what.tool, world as [number, number, number][]),
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

type Told = { readonly annotation?: Kept };

/** Hear of what the reader draws, moves and removes. */
export function listen(listener: (event: MeasuringEvent) => void): void {
  const tell = (kind: 'changed' | 'completed' | 'removed') => (event: Event) => {
    const key = (event as CustomEvent<Told>).detail.annotation?.annotationUID;
    if (quiet === 0 && key !== undefined) listener({ kind, key });
  };
  const { Events } = Enums;
  eventTarget.addEventListener(Events.ANNOTATION_COMPLETED, tell('completed'));
  eventTarget.addEventListener(Events.ANNOTATION_MODIFIED, tell('changed'));
  eventTarget.addEventListener(Events.ANNOTATION_REMOVED, tell('removed'));
  eventTarget.addEventListener(Events.ANNOTATION_SELECTION_CHANGE, () => listener({ kind: 'selected' }));
}
