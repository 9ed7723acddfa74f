/** An annotation as the server keeps it (contract/annotation.schema.json). */
import type { MeasureTool, Point, Value } from './measure';

export interface Annotation {
  readonly uid: string;
  readonly tool: string;
  readonly study_instance_uid: string;
  readonly series_instance_uid: string;
  readonly sop_instance_uid: string;
  readonly frame: number;
  readonly points: readonly Point[];
  readonly world: readonly (readonly [number, number, number])[] | null;
  readonly frame_of_reference_uid: string;
  readonly label: string;
  readonly values: readonly Value[];
  readonly note: string;
  readonly colour: string;
}

export interface KeptAnnotation extends Annotation {
  readonly revision: number;
  readonly author: string;
  readonly is_mine: boolean;
}

/** What became of a change: kept under a revision, or somebody else's came first. */
export type Kept = { readonly revision: number } | { readonly conflict: KeptAnnotation | undefined };

/** Who keeps annotations; what fails is an error with a `status`, 0 when nobody answered. */
export interface AnnotationServer {
  readonly list: (study: string) => Promise<readonly KeptAnnotation[]>;
  readonly put: (annotation: Annotation, revision: number) => Promise<Kept>;
  readonly remove: (uid: string, revision: number) => Promise<void>;
}

/** An image of a study: frames count from 1. */
export interface MarkedImage {
  readonly sop: string;
  readonly frame: number;
}

/** Who keeps key images: all of a study's at once. */
export interface KeyImageServer {
  readonly list: (study: string) => Promise<readonly MarkedImage[]>;
  readonly mark: (study: string, images: readonly MarkedImage[]) => Promise<void>;
}

const TOOLS: ReadonlySet<string> = new Set(['length', 'bidirectional', 'angle', 'cobb', 'ellipse', 'rectangle', 'freehand', 'probe', 'circle', 'arrow', 'text']);

/** Whether it can be drawn here. */
export const isMeasureTool = (tool: string): tool is MeasureTool => TOOLS.has(tool);

/** A UUID as a UID: 2.25 and its number (PS3.5 B.2). */
export const uidOfUUID = (uuid: string): string => `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`;

/** The UUID of such a UID; undefined for any other. */
export function uuidOfUID(uid: string): string | undefined {
  const digits = /^2\.25\.(\d{1,39})$/.exec(uid)?.[1];
  if (digits === undefined) return undefined;
  const hex = BigInt(digits).toString(16).padStart(32, '0');
  return hex.length > 32 ? undefined : [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// Freehand lines come with a point for each pixel; the contract takes 2000.
const MOST_POINTS = 2000;

/** At most 2000 points, evenly taken; coordinates to a hundredth of a pixel. */
export function thinned(points: readonly Point[]): Point[] {
  const step = Math.max(1, points.length / MOST_POINTS);
  const count = Math.min(points.length, MOST_POINTS);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return Array.from({ length: count }, (_, index) => points[Math.floor(index * step)] ?? [0, 0]).map(([column, row]) => [rounded(column), rounded(row)]);
}
