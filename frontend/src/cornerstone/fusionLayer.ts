/** The upper volume of a fusion: its colours, window and opacity on every plane. */
import { cache, utilities, type Types } from '@cornerstonejs/core';
import { FUSION_MAPS, MAP_POINTS, openingLook, opacityPoints, type FusionLook, type FusionMap } from '../domain/fusion';
import { valueUnit } from '../domain/measure';
import type { PictureSet } from '../domain/displaySet';
import type { Vector } from '../domain/vector';
import { SeriesVolume } from './seriesVolume';

const nameOf = (map: FusionMap): string => `noctis-${map}`;

function registerMaps(): void {
  for (const map of FUSION_MAPS) utilities.colormap.registerColormap({ Name: nameOf(map), ColorSpace: 'RGB', RGBPoints: [...MAP_POINTS[map]] });
}

/** A ray through a plane is so long (mm): the library cuts 0.05 mm before and behind it. */
const PLANE_THICKNESS = 0.1;

/** Opacities are meant for a millimetre; what covers a plane shall do so within its thickness. */
function cover(viewport: Types.IVolumeViewport, volumeId: string): void {
  const actor = viewport.getActors().find(({ referencedId }) => referencedId === volumeId)?.actor as Types.VolumeActor | undefined;
  actor?.getProperty().setScalarOpacityUnitDistance(0, PLANE_THICKNESS);
}

export class FusionLayer {
  readonly volume: SeriesVolume;
  readonly unit: string;
  /** Why there is no SUV; empty when there is. */
  readonly note: string;
  private readonly factor: number;
  private kept: FusionLook | undefined;

  constructor(readonly set: PictureSet) {
    this.volume = new SeriesVolume(set);
    const [first] = set.frames;
    const { unit, factor, note } = first ? valueUnit(first) : { unit: '', factor: 1, note: '' };
    this.unit = unit;
    this.factor = factor;
    this.note = note;
    registerMaps();
  }

  /** Known once images are there. */
  get look(): FusionLook {
    return (this.kept ??= openingLook(this.unit.includes('SUV'), this.greatest() * this.factor));
  }

  private greatest(): number {
    return Math.max(1, ...this.volume.imageIds.map((imageId) => cache.getImage(imageId)?.maxPixelValue ?? 0));
  }

  /** Show it so on these planes, in which the volume lies under `volumeId`. */
  apply(viewports: readonly Types.IVolumeViewport[], volumeId: string, change: Partial<FusionLook> = {}): void {
    this.kept = { ...this.look, ...change };
    const { map, opacity, range } = this.kept;
    const stored = { lower: range.lower / this.factor, upper: range.upper / this.factor };
    for (const viewport of viewports) {
      viewport.setProperties({ voiRange: stored, colormap: { name: nameOf(map), opacity: opacityPoints(stored, opacity) } }, volumeId);
      cover(viewport, volumeId);
    }
  }

  /** In `unit`. */
  valueAt(world: Vector): number | undefined {
    const value = this.volume.valueAt(world);
    return value === undefined ? undefined : value * this.factor;
  }
}
