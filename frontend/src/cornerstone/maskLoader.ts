/** The pixels of a segmentation: fetched frame by frame as they are wanted, then the rest if it is not too much. */
import { toViewerError, type ViewerError } from '../domain/failure';
import type { PixelFormat } from '../domain/instance';
import { cutOut, labelsIn, type Mask } from '../domain/mask';
import { readNative, sampleCount, type Samples } from '../domain/samples';
import type { MaskFrame, Segmentation } from '../domain/segmentation';
import { DECODED_FRAME } from '../domain/transferSyntax';
import { batchPath, framePath } from '../domain/urls';
import { fetchFrame, fetchFrames, type FrameBytes } from './frameRequest';
import { resourceURL } from './imageRegistry';

const AT_ONCE = 32;
/** Larger segmentations are fetched as far as they are looked at. */
const MOST_AHEAD_BYTES = 64 * 1024 * 1024;

/** Masks of a frame by the number of their segment. */
type Masks = ReadonlyMap<number, Mask>;

/** Single bits come packed, unless a codec has made bytes of them. */
function samplesOf({ bytes }: FrameBytes, format: PixelFormat): Samples {
  const spread = format.bitsAllocated === 1 && bytes.length >= sampleCount(format);
  return readNative(bytes, spread ? { ...format, bitsAllocated: 8, bitsStored: 8 } : format);
}

function masksOf(samples: Samples, frame: MaskFrame, { type, maximum }: Segmentation, { columns, rows }: PixelFormat): Masks {
  const labels = type === 'LABELMAP' ? labelsIn(samples) : [frame.segment ?? 1];
  const share = (index: number): number => Math.min(255, Math.round(((samples[index] ?? 0) / maximum) * 255));
  return new Map(
    labels.flatMap((label) => {
      const mask = cutOut(columns, rows, type === 'LABELMAP' ? (index) => (samples[index] === label ? 255 : 0) : share);
      return mask ? [[label, mask] as const] : [];
    }),
  );
}

export class MaskLoader {
  private readonly masks = new Map<number, Masks>();
  private readonly asked = new Set<number>();
  private queue: MaskFrame[] = [];
  private busy = false;
  failure: ViewerError | undefined;

  /** `onChange`: more is there, or something failed. */
  constructor(
    private readonly segmentation: Segmentation,
    private readonly onChange: () => void,
  ) {}

  /** How many frames are there. */
  get loaded(): number {
    return this.masks.size;
  }

  /** The masks of a frame; undefined while they are on their way, which begins with asking. */
  get(frame: MaskFrame): Masks | undefined {
    const found = this.masks.get(frame.number);
    if (!found) this.want([frame]);
    return found;
  }

  /** Everything, unless it is too much. */
  wantAll(): void {
    const { pixels } = this.segmentation.instance;
    const { frames } = this.segmentation;
    const bytes = pixels ? (pixels.rows * pixels.columns * pixels.bitsAllocated * frames.length) / 8 : 0;
    if (bytes <= MOST_AHEAD_BYTES) this.queue = [...this.queue, ...this.fresh(frames)];
    void this.work();
  }

  private want(frames: readonly MaskFrame[]): void {
    const fresh = this.fresh(frames);
    const numbers = new Set(frames.map(({ number }) => number));
    // What is looked at goes ahead of what is fetched ahead.
    const [first, rest] = [this.queue.filter(({ number }) => numbers.has(number)), this.queue.filter(({ number }) => !numbers.has(number))];
    this.queue = [...fresh, ...first, ...rest];
    void this.work();
  }

  private fresh(frames: readonly MaskFrame[]): MaskFrame[] {
    const fresh = frames.filter(({ number }) => !this.asked.has(number));
    for (const { number } of fresh) this.asked.add(number);
    return fresh;
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await Promise.resolve(); // what is asked for in one go comes in one answer
    while (this.queue.length > 0 && !this.failure) await this.fetch(this.queue.splice(0, AT_ONCE));
    this.busy = false;
  }

  private async fetch(batch: readonly MaskFrame[]): Promise<void> {
    const { instance } = this.segmentation;
    const frames = batch.map(({ number }) => ({ instance, number }));
    const [first] = frames;
    if (!first) return;
    try {
      if (frames.length === 1) this.take(batch, first.number, await fetchFrame(resourceURL(framePath(first)), DECODED_FRAME));
      else await fetchFrames(resourceURL(batchPath(frames)), DECODED_FRAME, (location, bytes) => this.take(batch, Number(location.split('/').at(-1)), bytes));
    } catch (error) {
      this.failure = toViewerError(error);
    }
    this.onChange();
  }

  private take(batch: readonly MaskFrame[], number: number, bytes: FrameBytes): void {
    const frame = batch.find((one) => one.number === number);
    const { pixels } = this.segmentation.instance;
    if (frame && pixels) this.masks.set(number, masksOf(samplesOf(bytes, pixels), frame, this.segmentation, pixels));
  }
}
