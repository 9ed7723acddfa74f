/**
 * Measuring within planes that were cut: between places of the patient, so that it is as true as the
 * geometry of the slices. It is of no image, and so it goes when the planes go.
 */
import { AngleTool, annotation as annotations, LengthTool } from '@cornerstonejs/tools';
import { angleBetween, distance, toVector, type Vector } from '../domain/vector';
import type { AnnotationData } from './measureTools';

export type Ruler = 'length' | 'angle';

class PlaneLengthTool extends LengthTool {
  static override toolName = 'PlaneLength';
}

class PlaneAngleTool extends AngleTool {
  static override toolName = 'PlaneAngle';
}

export const RULERS: Readonly<Record<Ruler, typeof LengthTool>> = { length: PlaneLengthTool, angle: PlaneAngleTool as unknown as typeof LengthTool };
export const rulerName = (ruler: Ruler): string => (RULERS[ruler] as { readonly toolName: string }).toolName;

const placesOf = ({ handles }: AnnotationData): Vector[] => handles.points.map((point) => toVector(point));

function linesOf(ruler: Ruler, data: AnnotationData): string[] {
  const [first, second, third] = placesOf(data);
  if (ruler === 'length') return first && second ? [`${distance(first, second).toFixed(1)} mm`] : [];
  return first && second && third ? [`${angleBetween(first, second, third).toFixed(1)}°`] : [];
}

export const rulerSettings = (ruler: Ruler): Record<string, unknown> => ({ getTextLines: (data: AnnotationData) => linesOf(ruler, data), calculateStats: false, shadow: true });

/** What the rulers say, in the order in which they were drawn. */
export function readings(): string[] {
  return annotations.state.getAllAnnotations().flatMap(({ metadata, data }) => {
    const ruler = (['length', 'angle'] as const).find((one) => rulerName(one) === metadata?.toolName);
    return ruler ? linesOf(ruler, data as unknown as AnnotationData) : [];
  });
}

export function dropRulers(): void {
  const names = (['length', 'angle'] as const).map(rulerName);
  for (const { annotationUID, metadata } of annotations.state.getAllAnnotations()) {
    if (annotationUID !== undefined && names.includes(metadata?.toolName ?? '')) annotations.state.removeAnnotation(annotationUID);
  }
}
