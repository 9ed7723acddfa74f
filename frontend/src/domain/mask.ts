/** Masks: which pixels belong to a segment, and how much; cut down to where there is anything. */

/** `values`: 0 to 255, row by row, of the part that begins at `column`, `row` of the frame. */
export interface Mask {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  readonly values: Uint8Array;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function extent(columns: number, rows: number, at: (index: number) => number): Box {
  const box = { left: columns, right: -1, top: rows, bottom: -1 };
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (at(row * columns + column) <= 0) continue;
      box.left = Math.min(box.left, column);
      box.right = Math.max(box.right, column);
      box.top = Math.min(box.top, row);
      box.bottom = row;
    }
  }
  return box;
}

/** Undefined where nothing belongs to the segment. `at` gives 0 to 255 for the pixel `index` of the frame. */
export function cutOut(columns: number, rows: number, at: (index: number) => number): Mask | undefined {
  const { left, right, top, bottom } = extent(columns, rows, at);
  if (right < 0) return undefined;
  const [width, tall] = [right - left + 1, bottom - top + 1];
  const values = new Uint8Array(width * tall);
  for (let index = 0; index < values.length; index += 1) values[index] = at((top + Math.floor(index / width)) * columns + left + (index % width));
  return { column: left, row: top, columns: width, rows: tall, values };
}

/** The numbers of a label map that occur, without the background (0). */
export const labelsIn = (values: ArrayLike<number>): number[] => [...new Set(Array.from(values))].filter((label) => label > 0);

/** A stretch between pixels, from corner to corner; 0,0 is the outer corner of the mask's first pixel. */
export type Stretch = readonly [x0: number, y0: number, x1: number, y1: number];

const HALF = 128;

/** Where `differs` holds for neighbouring places of a line, as runs [from, to). */
function runs(length: number, differs: (place: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let begin = -1;
  for (let place = 0; place <= length; place += 1) {
    const now = place < length && differs(place);
    if (now && begin < 0) begin = place;
    if (!now && begin >= 0) {
      found.push([begin, place]);
      begin = -1;
    }
  }
  return found;
}

/** The border between pixels of at least one half and the others. */
export function outline({ columns, rows, values }: Mask): Stretch[] {
  const inside = (column: number, row: number): boolean => column >= 0 && row >= 0 && column < columns && row < rows && (values[row * columns + column] ?? 0) >= HALF;
  const found: Stretch[] = [];
  for (let y = 0; y <= rows; y += 1) {
    for (const [from, to] of runs(columns, (x) => inside(x, y - 1) !== inside(x, y))) found.push([from, y, to, y]);
  }
  for (let x = 0; x <= columns; x += 1) {
    for (const [from, to] of runs(rows, (y) => inside(x - 1, y) !== inside(x, y))) found.push([x, from, x, to]);
  }
  return found;
}
