/** The letters at the edges of a picture. */
import { dot, negate, type Vector } from './vector';

export interface EdgeLabels {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

type Sides = readonly [negative: string, positive: string];

export const NO_EDGES: EdgeLabels = { left: '', right: '', top: '', bottom: '' };

/** What the screen's right and down point at. */
export interface ScreenAxes {
  readonly right: Vector;
  readonly down: Vector;
}

/** The sides of the patient at which the axes of LPS begin and end. */
export const SIDES: readonly [Sides, Sides, Sides] = [
  ['R', 'L'],
  ['A', 'P'],
  ['F', 'H'],
];

/**
 * Letters for a direction in the patient (LPS), strongest first, at most two: L, R, A, P, H, F.
 * Parts below sin(15 degrees) are left out, so that a slight tilt doesn't hide the main side.
 *
 * References: PS3.3 C.7.6.1.1.1 (Patient Orientation).
 */
export function directionLetters(direction: Vector, threshold = 0.26): string {
  return ([0, 1, 2] as const)
    .map((axis) => ({ size: direction[axis], sides: SIDES[axis] }))
    .filter(({ size }) => Math.abs(size) > threshold)
    .toSorted((a, b) => Math.abs(b.size) - Math.abs(a.size))
    .slice(0, 2)
    .map(({ size, sides }) => (size < 0 ? sides[0] : sides[1]))
    .join('');
}

/** Edge letters of a frame that has a plane: `axes` are directions in the patient. */
export function edgesInPatient(axes: ScreenAxes): EdgeLabels {
  return {
    right: directionLetters(axes.right),
    left: directionLetters(negate(axes.right)),
    bottom: directionLetters(axes.down),
    top: directionLetters(negate(axes.down)),
  };
}

const OPPOSITE: Readonly<Record<string, string>> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };

const opposite = (letters: string): string => letters.replace(/[LRAPHF]/g, (letter) => OPPOSITE[letter] ?? letter);

/**
 * Edge letters of a frame that only names the sides of its rows and columns (radiography):
 * `axes` are then directions in the image, x along a row and y down a column.
 */
export function edgesInImage(axes: ScreenAxes, orientation: readonly [row: string, column: string]): EdgeLabels {
  const [row, column] = orientation;
  const letters = (direction: Vector): string => {
    const alongRow = dot(direction, [1, 0, 0]);
    const alongColumn = dot(direction, [0, 1, 0]);
    const [size, label] = Math.abs(alongRow) >= Math.abs(alongColumn) ? [alongRow, row] : [alongColumn, column];
    return size < 0 ? opposite(label) : label;
  };
  return { right: letters(axes.right), left: letters(negate(axes.right)), bottom: letters(axes.down), top: letters(negate(axes.down)) };
}
