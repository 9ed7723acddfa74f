/** Fetching frames ahead of the reader, a few at a time, within the memory that there is. */
import { cache, Enums } from '@cornerstonejs/core';
import { toViewerError, type ViewerError } from '../domain/failure';
import { prefetchLimit, prefetchOrder } from '../domain/prefetch';
import { loadBatch, takeBatch } from './frameBatches';

/** Batches at once. A browser opens six connections to one server: the others are for what is looked at. */
const PARALLEL = 3;
const SHARE_OF_CACHE = 0.7;

/** A stack in a viewport and where its reader is. */
export interface ReadingPlace {
  readonly imageIds: readonly string[];
  readonly index: number;
  readonly direction: 1 | -1;
}

/** The nearest frames of every stack first, in turn. */
function interleave(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const merged: string[] = [];
  for (let index = 0; index < longest; index += 1) {
    for (const list of lists) {
      const imageId = list[index];
      if (imageId !== undefined) merged.push(imageId);
    }
  }
  return [...new Set(merged)];
}

function ahead({ imageIds, index, direction }: ReadingPlace): string[] {
  const current = imageIds[index];
  const bytes = current === undefined ? undefined : cache.getImage(current)?.sizeInBytes;
  const limit = prefetchLimit(bytes ?? 512 * 1024, cache.getMaxCacheSize() * SHARE_OF_CACHE);
  return prefetchOrder(index, imageIds.length, direction)
    .slice(0, limit)
    .flatMap((place) => imageIds[place] ?? []);
}

export class Prefetcher {
  /** What stopped the fetching ahead: a lost connection or session makes every further request pointless. */
  obstacle: ViewerError | undefined;
  private onCaughtUp: (() => void) | undefined;
  private queue: string[] = [];
  private running = 0;
  private readonly failed = new Set<string>();

  /** `onObstacle` is told when fetching ahead stops. */
  constructor(private readonly onObstacle: () => void) {}

  /** Replace what is to be fetched; what is on its way already is not called back. */
  plan(places: readonly ReadingPlace[]): void {
    this.queue = interleave(places.map(ahead));
    this.pump();
  }

  /** Tell `listener`, once, when all is there that lies in the viewports; returns how to call it off. */
  whenCaughtUp(listener: () => void): () => void {
    this.onCaughtUp = listener;
    return () => {
      this.onCaughtUp = undefined;
    };
  }

  /** Try again what failed, e.g. after the network came back. */
  forgetFailures(): void {
    this.obstacle = undefined;
    this.failed.clear();
  }

  private next(): string[] {
    this.queue = this.queue.filter((imageId) => !this.failed.has(imageId) && !cache.getImageLoadObject(imageId));
    return takeBatch(this.queue);
  }

  private onFailure(imageId: string, failure: ViewerError): void {
    if (failure.kind !== 'network' && failure.kind !== 'session') this.failed.add(imageId);
    else if (!this.obstacle) {
      this.obstacle = failure;
      this.onObstacle();
    }
  }

  private caughtUp(): void {
    const listener = this.onCaughtUp;
    this.onCaughtUp = undefined;
    listener?.();
  }

  private pump(): void {
    while (this.running < PARALLEL && !this.obstacle) {
      const batch = this.next();
      if (batch.length === 0) {
        if (this.running === 0) this.caughtUp();
        return;
      }
      this.running += 1;
      void this.fetch(batch).finally(() => {
        this.running -= 1;
        this.pump();
      });
    }
  }

  /** Each frame fails or comes by itself. */
  private async fetch(batch: readonly string[]): Promise<void> {
    await loadBatch(batch, Enums.RequestType.Prefetch, (imageId, error) => {
      if (error !== undefined) this.onFailure(imageId, toViewerError(error));
    });
  }
}
