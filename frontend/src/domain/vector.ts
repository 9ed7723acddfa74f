/** Vectors in the patient's coordinates: LPS, millimetres (PS3.3 C.7.6.2.1.1). */
export type Vector = readonly [x: number, y: number, z: number];

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const subtract = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const scale = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor];
export const negate = (a: Vector): Vector => [-a[0], -a[1], -a[2]];
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const distance = (a: Vector, b: Vector): number => Math.hypot(...subtract(a, b));

/** The angle at `corner` between the ways to `a` and `b`; degrees. */
export function angleBetween(a: Vector, corner: Vector, b: Vector): number {
  const [one, other] = [normalize(subtract(a, corner)), normalize(subtract(b, corner))];
  return (Math.acos(Math.min(1, Math.max(-1, dot(one, other)))) * 180) / Math.PI;
}

export function normalize(a: Vector): Vector {
  const length = Math.hypot(...a);
  return length === 0 ? a : [a[0] / length, a[1] / length, a[2] / length];
}

export function toVector(components: readonly number[], offset = 0): Vector {
  return [components[offset] ?? 0, components[offset + 1] ?? 0, components[offset + 2] ?? 0];
}
