/** Three planes through a volume, joined by crosshairs. */
import { cache, Enums, RenderingEngine, setVolumesForViewports, type Types } from '@cornerstonejs/core';
import type { PictureSet } from '../domain/displaySet';
import { toViewerError, type ViewerError } from '../domain/failure';
import { planeOf, spacingOf, windowsOf, type FrameRef } from '../domain/frame';
import { isOblique, meeting, type Cut } from '../domain/planes';
import { edgesInPatient, NO_EDGES, type EdgeLabels } from '../domain/orientation';
import { normalize, subtract, toVector, type Vector } from '../domain/vector';
import { automaticRange, toRange, type Preset, type ValueRange } from '../domain/window';
import type { FusionLook } from '../domain/fusion';
import { FusionLayer } from './fusionLayer';
import { registerFrame } from './imageRegistry';
import { bindTools, destroyTools, idOf, planeTools, PLANES, type PlaneName } from './mprTools';
import { dropRulers, type Ruler } from './planeRulers';
import { loadImages, SeriesVolume } from './seriesVolume';

export type Slab = 'off' | 'maximum' | 'minimum' | 'average';

export interface MprState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly loaded: number;
  readonly total: number;
  readonly failure: ViewerError | undefined;
  readonly range: ValueRange | undefined;
  readonly crosshairs: boolean;
  readonly slab: Slab;
  readonly slabMm: number;
  readonly edges: Readonly<Record<PlaneName, EdgeLabels>>;
  /** Planes that have been turned out of the patient's axes. */
  readonly oblique: Readonly<Record<PlaneName, boolean>>;
  /** Where the planes meet: LPS, mm. */
  readonly centre: Vector | undefined;
  /** What the left button measures with; undefined: it moves the crosshairs, or scrolls. */
  readonly ruler: Ruler | undefined;
  /** Thick slices are shown until all are there. */
  readonly coarse: boolean;
  /** How the upper volume of a fusion is shown. */
  readonly look: FusionLook | undefined;
}

const { ViewportType, OrientationAxis, BlendModes, Events } = Enums;

const ENGINE = 'noctis-mpr';
const THICKEST_MM = 200;
// The rest is for what the stacks beside hold.
const SHARE_OF_CACHE = 0.9;
export const SLABS: readonly Slab[] = ['off', 'maximum', 'minimum', 'average'];

const AXES: Readonly<Record<PlaneName, Enums.OrientationAxis>> = { axial: OrientationAxis.AXIAL, coronal: OrientationAxis.CORONAL, sagittal: OrientationAxis.SAGITTAL };
const BLENDS: Readonly<Record<Slab, Enums.BlendModes>> = {
  off: BlendModes.COMPOSITE,
  maximum: BlendModes.MAXIMUM_INTENSITY_BLEND,
  minimum: BlendModes.MINIMUM_INTENSITY_BLEND,
  average: BlendModes.AVERAGE_INTENSITY_BLEND,
};

/** Whether all frames of a stack can be in memory at once, judged by one that is there. */
export function fitsInMemory(set: PictureSet, index: number): boolean {
  const frame = set.frames[index];
  const pixels = frame?.instance.pixels;
  const bytes = frame && (cache.getImage(registerFrame(frame))?.sizeInBytes ?? (pixels ? pixels.rows * pixels.columns * 4 : undefined));
  return bytes === undefined || bytes * set.frames.length <= cache.getMaxCacheSize() * SHARE_OF_CACHE;
}

/** The middle of a frame: LPS, mm. */
function middleOf(frame: FrameRef): Vector | undefined {
  const plane = planeOf(frame);
  const { pixels } = frame.instance;
  if (!plane || !pixels) return undefined;
  const { row, column } = spacingOf(frame);
  const [across, down] = [((pixels.columns - 1) / 2) * column, ((pixels.rows - 1) / 2) * row];
  return toVector(([0, 1, 2] as const).map((axis) => plane.position[axis] + plane.rowDirection[axis] * across + plane.columnDirection[axis] * down));
}

export class MprView {
  private current: MprState;
  private engine: RenderingEngine | undefined;
  private readonly volume: SeriesVolume;
  /** What is laid over the planes: PET over CT. */
  readonly layer: FusionLayer | undefined;
  private readonly listeners = new Set<() => void>();
  private closed = false;
  private missed: ViewerError | undefined;

  constructor(
    readonly set: PictureSet,
    private readonly startAt: number,
    over?: PictureSet,
  ) {
    this.volume = new SeriesVolume(set);
    this.layer = over && new FusionLayer(over);
    const total = set.frames.length + (over?.frames.length ?? 0);
    const edges = { axial: NO_EDGES, coronal: NO_EDGES, sagittal: NO_EDGES };
    this.current = { status: 'loading', loaded: 0, total, failure: undefined, range: undefined, crosshairs: true, slab: 'off', slabMm: 10, edges, oblique: { axial: false, coronal: false, sagittal: false }, centre: undefined, ruler: undefined, coarse: false, look: undefined };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): MprState => this.current;

  /** Load what is missing and show it, coarse at first if that takes a while; `elements` in the order of PLANES. */
  async mount(elements: readonly HTMLDivElement[]): Promise<void> {
    try {
      await this.loadAndShow(elements);
      if (this.isClosed()) this.takeDown();
      else this.update({ status: 'ready', failure: undefined });
    } catch (error) {
      if (!this.closed) this.update({ status: 'failed', coarse: false, failure: toViewerError(error) });
    }
  }

  private async loadAndShow(elements: readonly HTMLDivElement[]): Promise<void> {
    await this.load(this.volumes.flatMap(({ coarseIds }) => coarseIds));
    if (this.isClosed()) return;
    const isWaiting = this.volumes.some(({ imageIds }) => imageIds.some((imageId) => !cache.isLoaded(imageId)));
    const isCoarse = isWaiting && this.volumes.every(({ coarseIds }) => coarseIds.length > 0);
    if (isCoarse) await this.show(elements, true);
    await this.load(this.volumes.flatMap(({ imageIds }) => imageIds));
    if (this.isClosed()) return;
    if (isCoarse) await this.refine();
    else await this.show(elements, false);
  }

  unmount(): void {
    this.closed = true;
    this.takeDown();
  }

  /** Asked anew: it may have been closed while something was awaited. */
  private isClosed(): boolean {
    return this.closed;
  }

  private takeDown(): void {
    for (const plane of PLANES) planeTools().removeViewports(ENGINE, idOf(plane));
    destroyTools();
    dropRulers();
    this.engine?.destroy();
    this.engine = undefined;
    for (const volume of this.volumes) volume.dropAll();
  }

  // --- What the reader does ------------------------------------------------------------------

  toggleCrosshairs(): void {
    const crosshairs = this.current.ruler !== undefined || !this.current.crosshairs;
    this.update({ crosshairs, ruler: undefined });
    this.bind();
    this.engine?.render();
  }

  /** Measure with the left button; undefined goes back to the crosshairs. */
  takeRuler(ruler: Ruler | undefined): void {
    this.update({ ruler });
    this.bind();
    this.engine?.render();
  }

  nextSlab(): void {
    this.setSlab(SLABS[(SLABS.indexOf(this.current.slab) + 1) % SLABS.length] ?? 'off', this.current.slabMm);
  }

  thicken(factor: number): void {
    const { slab, slabMm } = this.current;
    this.setSlab(slab === 'off' ? 'maximum' : slab, Math.min(THICKEST_MM, Math.max(1, Math.round(slabMm * factor))));
  }

  setRange(range: ValueRange): void {
    const volumeId = this.shownId(this.volume);
    for (const viewport of this.viewports()) viewport.setProperties({ voiRange: { ...range } }, volumeId);
    this.engine?.render();
    this.update({ range });
  }

  /** How what is laid over the planes looks. */
  setLook(change: Partial<FusionLook>): void {
    if (!this.layer) return;
    this.layer.apply(this.viewports(), this.shownId(this.layer.volume), change);
    this.engine?.render();
    this.update({ look: this.layer.look });
  }

  /** What the voxels say where the planes meet, of the lower and of the upper volume. */
  valuesAtCentre(): readonly (number | undefined)[] {
    const { centre, status } = this.current;
    if (!centre || status !== 'ready') return [];
    return [this.volume.valueAt(centre), this.layer?.valueAt(centre)];
  }

  private shownId(volume: SeriesVolume): string {
    return this.viewports().some((viewport) => viewport.hasVolumeId(volume.idOf(false))) ? volume.idOf(false) : volume.idOf(true);
  }

  applyPreset(preset: Preset): void {
    const image = this.anyImage();
    if (!image) return;
    if (preset.kind === 'window') this.setRange(toRange(preset.window));
    else if (preset.kind === 'auto') this.setRange(automaticRange(image.getPixelData()));
    else this.setRange({ lower: image.minPixelValue, upper: Math.max(image.maxPixelValue, image.minPixelValue + 1) });
  }

  /** The image that the reader came from, or else one that is there. */
  private anyImage(): Types.IImage | undefined {
    const { imageIds } = this.volume;
    return [imageIds[this.startAt] ?? '', ...imageIds].map((imageId) => cache.getImage(imageId)).find(Boolean);
  }

  reset(): void {
    for (const viewport of this.viewports()) viewport.resetCamera();
    this.setSlab('off', 10);
    this.bind();
    this.engine?.render();
  }

  /** Where a place in the patient (LPS, mm) lies on a plane's canvas (CSS pixels). */
  canvasOf(plane: PlaneName, world: Vector): readonly [number, number] | undefined {
    return this.viewport(plane)?.worldToCanvas([...world]);
  }

  // --- Cornerstone's side --------------------------------------------------------------------

  private get volumes(): readonly SeriesVolume[] {
    return this.layer ? [this.volume, this.layer.volume] : [this.volume];
  }

  private async load(imageIds: readonly string[]): Promise<void> {
    const count = (): void => this.update({ loaded: this.volumes.reduce((sum, one) => sum + one.imageIds.filter((imageId) => cache.isLoaded(imageId)).length, 0) });
    count();
    await loadImages(imageIds, () => this.closed, (_, error) => (error === undefined ? count() : this.onMissed(error)));
    if (this.missed) throw this.missed;
  }

  private onMissed(error: unknown): void {
    this.missed ??= toViewerError(error);
  }

  private async show(elements: readonly HTMLDivElement[], coarse: boolean): Promise<void> {
    this.engine = new RenderingEngine(ENGINE);
    this.engine.setViewports(
      PLANES.map((plane, index) => {
        const element = elements[index];
        if (!element) throw new Error('A plane has no place');
        return { viewportId: idOf(plane), type: ViewportType.ORTHOGRAPHIC, element, defaultOptions: { orientation: AXES[plane], background: [0, 0, 0] } };
      }),
    );
    await this.setVolumes(coarse);
    if (this.isClosed()) return;
    for (const plane of PLANES) {
      planeTools().addViewport(idOf(plane), ENGINE);
      elements[PLANES.indexOf(plane)]?.addEventListener(Events.CAMERA_MODIFIED, this.onCamera);
      elements[PLANES.indexOf(plane)]?.addEventListener(Events.VOI_MODIFIED, this.onRange);
    }
    this.begin();
    this.update({ coarse });
  }

  private async setVolumes(coarse: boolean): Promise<void> {
    const volumeIds = await Promise.all(this.volumes.map((volume) => volume.make(coarse)));
    if (this.engine) await setVolumesForViewports(this.engine, volumeIds.map((volumeId) => ({ volumeId })), PLANES.map(idOf));
    if (this.layer) this.setLook({});
  }

  /** All slices instead of some; what the reader did meanwhile stays. */
  private async refine(): Promise<void> {
    const { range, slab, slabMm } = this.current;
    const cameras = this.viewports().map((viewport) => viewport.getCamera());
    await this.setVolumes(false);
    if (this.isClosed()) return;
    this.viewports().forEach((viewport, index) => viewport.setCamera(cameras[index] ?? {}));
    if (range) this.setRange(range);
    if (slab !== 'off') this.setSlab(slab, slabMm);
    for (const volume of this.volumes) if (volume.coarseIds.length > 0) volume.drop(true);
    this.update({ coarse: false });
    this.onCamera();
    this.uploadTwice();
  }

  /** The window of the stack, the slice that was on the screen, and the tools. */
  private begin(): void {
    const frame = this.set.frames[this.startAt];
    const [first] = frame ? windowsOf(frame) : [];
    this.setRange(first ? toRange(first) : automaticRange(this.anyImage()?.getPixelData() ?? new Float32Array(1)));
    const centre = frame && middleOf(frame);
    if (centre) for (const viewport of this.viewports()) viewport.jumpToWorld([...centre]);
    this.bind();
    this.onCamera();
    this.uploadTwice();
  }

  /** The first picture may have been drawn before a context had all of it. */
  private uploadTwice(): void {
    this.upload();
    requestAnimationFrame(() => requestAnimationFrame(() => this.upload()));
  }

  /** Let the planes meet at a place of the patient (LPS, mm). */
  meetAt(centre: Vector): void {
    for (const viewport of this.viewports()) viewport.jumpToWorld([...centre]);
    this.engine?.render();
    this.onCamera();
  }

  private upload(): void {
    for (const volume of this.volumes) volume.upload();
    this.engine?.render();
  }

  private bind(): void {
    bindTools(this.current);
  }

  private setSlab(slab: Slab, slabMm: number): void {
    for (const viewport of this.viewports()) {
      viewport.setBlendMode(BLENDS[slab]);
      if (slab === 'off') viewport.resetSlabThickness();
      else viewport.setSlabThickness(slabMm);
    }
    this.engine?.render();
    this.update({ slab, slabMm });
  }

  private viewport(plane: PlaneName): Types.IVolumeViewport | undefined {
    return this.engine?.getViewport<Types.IVolumeViewport>(idOf(plane));
  }

  private viewports(): Types.IVolumeViewport[] {
    return PLANES.flatMap((plane) => this.viewport(plane) ?? []);
  }

  private readonly onRange = (event: Event): void => {
    const { range, volumeId } = (event as CustomEvent<{ range?: ValueRange; volumeId?: string }>).detail;
    if (range && (volumeId === undefined || volumeId === this.shownId(this.volume))) this.update({ range });
  };

  private readonly onCamera = (): void => {
    const [axial, coronal, sagittal] = PLANES.map((plane) => this.cutOf(plane));
    if (!axial || !coronal || !sagittal) return;
    const edges = Object.fromEntries(PLANES.map((plane) => [plane, this.edgesOf(plane)])) as Record<PlaneName, EdgeLabels>;
    const oblique = { axial: isOblique(axial.normal), coronal: isOblique(coronal.normal), sagittal: isOblique(sagittal.normal) };
    const next = { edges, oblique, centre: meeting([axial, coronal, sagittal]) };
    const { edges: before, oblique: turned, centre } = this.current;
    if (JSON.stringify(next) !== JSON.stringify({ edges: before, oblique: turned, centre })) this.update(next);
  };

  private cutOf(plane: PlaneName): Cut | undefined {
    const { focalPoint, viewPlaneNormal } = this.viewport(plane)?.getCamera() ?? {};
    return focalPoint && viewPlaneNormal && { point: toVector(focalPoint), normal: toVector(viewPlaneNormal) };
  }

  private edgesOf(plane: PlaneName): EdgeLabels {
    const viewport = this.viewport(plane);
    if (!viewport) return NO_EDGES;
    const at = (x: number, y: number): Vector => toVector(viewport.canvasToWorld([x, y]));
    const origin = at(0, 0);
    return edgesInPatient({ right: normalize(subtract(at(100, 0), origin)), down: normalize(subtract(at(0, 100), origin)) });
  }

  private update(change: Partial<MprState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
