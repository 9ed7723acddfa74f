/** Planes in the patient: where three of them meet, and whether one is oblique. */
import { cross, dot, type Vector } from './vector';

/** A plane by a point in it and its normal: LPS, mm. */
export interface Cut {
  readonly point: Vector;
  readonly normal: Vector;
}

const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];
const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** The one place that three planes share; undefined when two of them are parallel. */
export function meeting([a, b, c]: readonly [Cut, Cut, Cut]): Vector | undefined {
  const [bc, ca, ab] = [cross(b.normal, c.normal), cross(c.normal, a.normal), cross(a.normal, b.normal)];
  const volume = dot(a.normal, bc);
  if (Math.abs(volume) < 1e-6) return undefined;
  const sum = add(add(scale(bc, dot(a.point, a.normal)), scale(ca, dot(b.point, b.normal))), scale(ab, dot(c.point, c.normal)));
  return scale(sum, 1 / volume);
}

const ONE_DEGREE = Math.cos(Math.PI / 180);

/** Whether a plane lies along no two axes of the patient, by more than a degree. */
export const isOblique = (normal: Vector): boolean => Math.max(...normal.map(Math.abs)) < ONE_DEGREE;
