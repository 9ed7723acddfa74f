/** One scale for several pictures, and where a chest wall lies. */
import { patientOrientationOf, spacingOf, type FrameRef } from './frame';
import type { Side } from './hangingProtocol';

export interface Room {
  readonly frame: FrameRef;
  /** Of the viewport, in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Millimetres per pixel of the screen at which a picture just fits; undefined without a spacing in mm. */
export function fittingScale({ frame, width, height }: Room): number | undefined {
  const { pixels } = frame.instance;
  const { row, column, source } = spacingOf(frame);
  if (!pixels || source === 'aspect' || source === 'none' || width <= 0 || height <= 0) return undefined;
  return Math.max((pixels.columns * column) / width, (pixels.rows * row) / height);
}

/** The scale at which all of them fit: that of the largest. Those without a spacing have no say. */
export function commonScale(rooms: readonly Room[]): number | undefined {
  const scales = rooms.flatMap((room) => fittingScale(room) ?? []);
  return scales.length > 0 ? Math.max(...scales) : undefined;
}

/**
 * The side of the stored picture at which the chest wall lies: behind, by Patient Orientation;
 * undefined when the object does not say so.
 *
 * References: PS3.3 C.7.6.1.1.1 (Patient Orientation).
 */
export function chestWallOf(frame: FrameRef): Side | undefined {
  const [row = ''] = patientOrientationOf(frame) ?? [];
  if (row.startsWith('P')) return 'right';
  return row.startsWith('A') ? 'left' : undefined;
}
