/** The curves by which a volume is given colour and opacity, as the presets have them and as they are shifted. */
import type { Types } from '@cornerstonejs/core';
import type { ValueRange } from '../domain/window';

type Property = ReturnType<Types.VolumeActor['getProperty']>;
type Node = readonly number[];

interface Curve {
  getSize: () => number;
  getNodeValue: (index: number, node: number[]) => number;
  removeAllPoints: () => void;
}

export interface Curves {
  readonly colour: readonly Node[];
  readonly opacity: readonly Node[];
}

const nodesOf = (curve: Curve, length: number): Node[] =>
  Array.from({ length: curve.getSize() }, (_, index) => {
    const node = Array.from({ length }, () => 0);
    curve.getNodeValue(index, node);
    return node;
  });

/** As a preset has laid them: value, red, green, blue; value, opacity. */
export function readCurves(property: Property): Curves {
  return { colour: nodesOf(property.getRGBTransferFunction(0), 6), opacity: nodesOf(property.getScalarOpacity(0) as unknown as Curve, 4) };
}

/** The line that takes the values of the curves to `range`. */
export function stretch({ opacity }: Curves, range: ValueRange): (value: number) => number {
  const values = opacity.map(([value = 0]) => value);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const factor = (range.upper - range.lower) / Math.max(greatest - least, Number.MIN_VALUE);
  return (value) => range.lower + (value - least) * factor;
}

export function writeCurves(property: Property, { colour, opacity }: Curves, place: (value: number) => number): void {
  const [colours, opacities] = [property.getRGBTransferFunction(0), property.getScalarOpacity(0)];
  colours.removeAllPoints();
  for (const [value = 0, red = 0, green = 0, blue = 0] of colour) colours.addRGBPoint(place(value), red, green, blue);
  opacities.removeAllPoints();
  for (const [value = 0, share = 0] of opacity) opacities.addPoint(place(value), share);
}

/** Black to white, and as opaque as bright. */
export const brightnessCurves = ({ lower, upper }: ValueRange): Curves => ({ colour: [[lower, 0, 0, 0], [upper, 1, 1, 1]], opacity: [[lower, 0], [upper, 1]] });
