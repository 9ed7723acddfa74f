/** Frames that are on their way before anything asks for them; without Cornerstone, which comes later. */
import type { FrameRef } from '../domain/frame';
import { frameAccept } from '../domain/transferSyntax';
import { fetchFrame, type FrameBytes } from './frameRequest';
import { addressOf, registerFrame } from './imageRegistry';
import { packsFrames } from './linkSpeed';

interface Awaited {
  readonly promise: Promise<FrameBytes | undefined>;
  /** undefined: it did not come and has to be asked for by itself. */
  readonly settle: (frame: FrameBytes | undefined) => void;
}

const awaited = new Map<string, Awaited>();

/** The frame, if it is on its way; undefined when it is not, or did not come. */
export const frameAhead = (imageId: string): Promise<FrameBytes | undefined> | undefined => awaited.get(imageId)?.promise;

export function expectFrame(imageId: string): void {
  let settle: Awaited['settle'] = () => undefined;
  const promise = new Promise<FrameBytes | undefined>((resolve) => (settle = resolve));
  awaited.set(imageId, { promise, settle });
}

/** Hand a frame to who waits for it. */
export const deliverFrame = (imageId: string, frame: FrameBytes | undefined): void => awaited.get(imageId)?.settle(frame);

export function forgetFrame(imageId: string): void {
  deliverFrame(imageId, undefined);
  awaited.delete(imageId);
}

/** Fetch one frame now for whoever asks for it later; settles when it is there, or did not come. */
export async function announceFrame(frame: FrameRef): Promise<void> {
  const imageId = registerFrame(frame);
  if (isAwaited(imageId)) return;
  // A large one is fetched by its loader, which shows it while it comes.
  const { pixels } = frame.instance;
  if (pixels && packsFrames() && pixels.rows * pixels.columns > LARGE_SAMPLES) return;
  expectFrame(imageId);
  await fetchFrame(addressOf(imageId), frameAccept(frame.instance, packsFrames())).then(
    (bytes) => deliverFrame(imageId, bytes),
    () => deliverFrame(imageId, undefined),
  );
}

/** From this many samples on a frame is worth a coarse picture (preview.ts). */
export const LARGE_SAMPLES = 1_500_000;

/** Whether somebody waits for the frame already. */
export const isAwaited = (imageId: string): boolean => awaited.has(imageId);
