/** A coarse picture of a frame, brought to the frame's own size. */
import type { Samples } from './samples';

/**
 * Repeat each sample of a picture that was halved `level` times (sizes rounded up) so that it has
 * `rows` and `columns`; row by row.
 */
export function enlarge(samples: Samples, rows: number, columns: number, level: number): Samples {
  const factor = 2 ** level;
  const [height, width] = [Math.ceil(rows / factor), Math.ceil(columns / factor)];
  if (samples.length < height * width) throw new RangeError('The coarse picture is smaller than its resolution says');
  const full = new (samples.constructor as new (length: number) => Samples)(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const from = Math.min(height - 1, row >> level) * width;
    const to = row * columns;
    for (let column = 0; column < columns; column += 1) full[to + column] = samples[from + (column >> level)] as number;
  }
  return full;
}
