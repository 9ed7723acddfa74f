/** Frames that are fetched ahead, several with one request. */
import { cache, Enums, imageLoader } from '@cornerstonejs/core';
import { batchSize } from '../domain/delivery';
import type { FrameRef } from '../domain/frame';
import { frameAccept } from '../domain/transferSyntax';
import { batchPath } from '../domain/urls';
import { deliverFrame, expectFrame, forgetFrame, isAwaited } from './frameAhead';
import { fetchFrame, fetchFrames } from './frameRequest';
import { addressOf, frameOf, resourceURL } from './imageRegistry';
import { bytesPerSecond, packsFrames } from './linkSpeed';

/** Frames with the same key can come in one answer. */
function batchKey({ instance }: FrameRef): string {
  const whole = instance.numberOfFrames > 1 ? instance.sopInstanceUID : '';
  return `${instance.seriesInstanceUID}/${whole}/${frameAccept(instance, packsFrames())}`;
}

const expectedBytes = ({ instance: { pixels } }: FrameRef): number => {
  const bytes = pixels ? (pixels.rows * pixels.columns * pixels.samplesPerPixel * pixels.bitsAllocated) / 8 : 0;
  return packsFrames() ? bytes * 0.45 : bytes;
};

/** Take from the head of `queue` what can be fetched together, nearest first. */
export function takeBatch(queue: string[]): string[] {
  const first = queue[0] === undefined ? undefined : frameOf(queue[0]);
  if (!first) return queue.splice(0, 1);
  const [key, size] = [batchKey(first), batchSize(expectedBytes(first), bytesPerSecond())];
  const taken: string[] = [];
  for (let index = 0; index < queue.length && taken.length < size; ) {
    const frame = frameOf(queue[index] ?? '');
    if (frame && batchKey(frame) === key) taken.push(...queue.splice(index, 1));
    else index += 1;
  }
  return taken;
}

/** Frames are told apart by the end of their address: the server may call itself otherwise. */
const placeOf = (address: string): string => address.slice(Math.max(0, address.indexOf('/studies/')));

async function fetchBatch(imageIds: readonly string[], frames: readonly FrameRef[]): Promise<void> {
  const [first] = frames;
  if (!first) return;
  const byPlace = new Map(imageIds.map((imageId) => [placeOf(addressOf(imageId)), imageId]));
  try {
    await fetchFrames(resourceURL(batchPath(frames)), frameAccept(first.instance, packsFrames()), (location, frame) => deliverFrame(byPlace.get(placeOf(location)) ?? '', frame));
  } catch {
    // What failed is asked for one by one: then each frame has its own reason.
  }
  imageIds.forEach(forgetFrame);
}

type OnSettled = (imageId: string, error?: unknown) => void;

/** Load images into the cache, with one request if possible; `onSettled` is told of each, with what it failed for. */
export async function loadBatch(imageIds: readonly string[], requestType: Enums.RequestType, onSettled: OnSettled): Promise<void> {
  const missing = imageIds.filter((imageId) => !cache.getImageLoadObject(imageId) && !isAwaited(imageId));
  const frames = missing.flatMap((imageId) => frameOf(imageId) ?? []);
  if (frames.length > 1 && frames.length === missing.length) {
    missing.forEach(expectFrame);
    void fetchBatch(missing, frames);
  }
  const load = (imageId: string): Promise<void> => imageLoader.loadAndCacheImage(imageId, { requestType, priority: 0 }).then(() => onSettled(imageId), (error: unknown) => onSettled(imageId, error ?? new Error('The image did not come')));
  await Promise.all(imageIds.map(load));
}

/** The reader waits for this frame: it does not wait for its turn in a batch. */
export function hurry(imageId: string): void {
  const frame = frameOf(imageId);
  if (!frame || !isAwaited(imageId) || cache.isLoaded(imageId)) return;
  void fetchFrame(addressOf(imageId), frameAccept(frame.instance, packsFrames())).then((bytes) => deliverFrame(imageId, bytes), () => undefined);
}
