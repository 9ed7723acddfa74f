/** Coarse pictures of a large frame from the beginning of its stream. */
import { resolutionEnds } from '../domain/codestream';
import type { PixelFormat } from '../domain/instance';
import { enlarge } from '../domain/preview';
import type { Samples } from '../domain/samples';
import { LARGE_SAMPLES } from './frameAhead';

/** A picture of fewer pixels on its longer side is no help. */
const FEWEST_PIXELS = 180;

type Decode = (bytes: Uint8Array, decodeLevel: number) => Promise<Samples>;

export class Preview {
  private ends: readonly number[] = [];
  private shown = -1;
  private busy = false;
  private closed = false;

  /** `onPicture` gets samples of the full size, for each resolution at most once. */
  constructor(
    private readonly format: PixelFormat,
    private readonly onPicture: (samples: Samples) => void,
  ) {}

  /** `bytes`: what has come of the stream. */
  show(bytes: Uint8Array, decode: Decode): void {
    const { rows, columns } = this.format;
    if (this.busy || this.closed || rows * columns < LARGE_SAMPLES) return;
    if (this.ends.length === 0) this.ends = resolutionEnds(bytes);
    const resolution = this.ends.findLastIndex((end) => end <= bytes.length);
    const decodeLevel = this.ends.length - 1 - resolution;
    if (resolution <= this.shown || decodeLevel < 1 || Math.max(rows, columns) / 2 ** decodeLevel < FEWEST_PIXELS) return;
    this.shown = resolution;
    void this.decode(bytes.slice(0, this.ends[resolution]), decodeLevel, decode);
  }

  /** The frame is there, or failed: nothing coarse is shown any more. */
  close(): void {
    this.closed = true;
  }

  private async decode(bytes: Uint8Array, decodeLevel: number, decode: Decode): Promise<void> {
    this.busy = true;
    try {
      const samples = await decode(bytes, decodeLevel);
      if (!this.closed) this.onPicture(enlarge(samples, this.format.rows, this.format.columns, decodeLevel));
    } catch {
      this.closed = true; // the whole frame will show what there is to show
    } finally {
      this.busy = false;
    }
  }
}
