/** How many frames of each display set are in memory. */
import { cache, Enums, eventTarget } from '@cornerstonejs/core';

type Listener = () => void;

export class LoadProgress {
  private readonly setOf = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  private scheduled = false;

  constructor() {
    eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, (event: Event) => this.add(imageIdOf(event), 1));
    eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, (event: Event) => this.add(imageIdOf(event), -1));
  }

  /** Count the frames `imageIds` for the display set `setId`; those in memory count at once. */
  follow(setId: string, imageIds: readonly string[]): void {
    for (const imageId of imageIds) {
      if (this.setOf.has(imageId)) continue;
      this.setOf.set(imageId, setId);
      if (cache.isLoaded(imageId)) this.add(imageId, 1);
    }
  }

  loaded(setId: string): number {
    return this.counts.get(setId) ?? 0;
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private add(imageId: string, change: number): void {
    const setId = this.setOf.get(imageId);
    if (setId === undefined) return;
    this.counts.set(setId, Math.max(0, this.loaded(setId) + change));
    this.notify();
  }

  /** Frames arrive by the hundred: tell it once per painted frame. */
  private notify(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      for (const listener of this.listeners) listener();
    });
  }
}

function imageIdOf(event: Event): string {
  const { image, imageId } = (event as CustomEvent<{ image?: { imageId?: string }; imageId?: string }>).detail;
  return imageId ?? image?.imageId ?? '';
}
