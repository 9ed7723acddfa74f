/** The frames of a series as one volume: what must be loaded for it, made coarse and whole, and taken away again. */
import { cache, Enums, volumeLoader } from '@cornerstonejs/core';
import type { PictureSet } from '../domain/displaySet';
import { coarseFrames } from '../domain/volume';
import type { Vector } from '../domain/vector';
import { loadBatch, takeBatch } from './frameBatches';
import { registerFrame } from './imageRegistry';

const PARALLEL_LOADS = 3;

type OnLoaded = (imageId: string, error: unknown) => void;

/** Load images into the cache, in this order, until it is no longer wanted. */
export async function loadImages(imageIds: readonly string[], isClosed: () => boolean, onLoaded: OnLoaded): Promise<void> {
  const missing = imageIds.filter((imageId) => !cache.isLoaded(imageId));
  const next = async (): Promise<void> => {
    for (let batch = takeBatch(missing); batch.length > 0 && !isClosed(); batch = takeBatch(missing)) {
      await loadBatch(batch, Enums.RequestType.Interaction, onLoaded);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_LOADS }, next));
}

interface Grid {
  readonly worldToIndex: (world: Vector) => readonly number[];
}

export class SeriesVolume {
  readonly imageIds: readonly string[];
  /** Some of them, evenly spaced, which make a volume with thicker slices; none when it would not be worth it. */
  readonly coarseIds: readonly string[];
  private readonly id: string;

  constructor(readonly set: PictureSet) {
    this.imageIds = set.frames.map(registerFrame);
    this.coarseIds = coarseFrames(set.frames.length).map((index) => this.imageIds[index] ?? '');
    this.id = `noctis-volume:${set.id}`;
  }

  idOf(coarse: boolean): string {
    return coarse && this.coarseIds.length > 0 ? `${this.id}:coarse` : this.id;
  }

  /** Make the volume of images that have been loaded; return its id. */
  async make(coarse: boolean): Promise<string> {
    const id = this.idOf(coarse);
    await volumeLoader.createAndCacheVolumeFromImages(id, [...(id === this.id ? this.imageIds : this.coarseIds)]);
    return id;
  }

  /** The slices stay in memory for the stacks. */
  drop(coarse: boolean): void {
    const id = this.idOf(coarse);
    if (cache.getVolume(id)) cache.removeVolumeLoadObject(id);
  }

  dropAll(): void {
    this.drop(true);
    this.drop(false);
  }

  /** Every viewport draws with a context of its own: each has to be given the whole volume. */
  upload(): void {
    for (const coarse of [true, false]) cache.getVolume(this.idOf(coarse))?.invalidate();
  }

  /** The value of the voxel nearest to a place of the patient (LPS, mm). */
  valueAt(world: Vector): number | undefined {
    const volume = cache.getVolume(this.id);
    if (!volume?.imageData || !volume.voxelManager) return undefined;
    const index = (volume.imageData as unknown as Grid).worldToIndex(world).map(Math.round);
    if (index.some((place, axis) => place < 0 || place >= (volume.dimensions[axis] ?? 0))) return undefined;
    const [i = 0, j = 0, k = 0] = index;
    const value: unknown = volume.voxelManager.getAtIJK(i, j, k);
    return typeof value === 'number' ? value : undefined;
  }
}
