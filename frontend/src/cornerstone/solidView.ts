/** A series in 3D: presets, opacity, a box to look into, and turning around it. */
import { cache, Enums, RenderingEngine, setVolumesForViewports, type Types } from '@cornerstonejs/core';
import { addTool, Enums as ToolEnums, PanTool, ToolGroupManager, TrackballRotateTool, ZoomTool } from '@cornerstonejs/tools';
import vtkPlane from '@kitware/vtk.js/Common/DataModel/Plane';
import { BlendMode } from '@kitware/vtk.js/Rendering/Core/VolumeMapper/Constants';
import type { PictureSet } from '../domain/displaySet';
import { ViewerError, toViewerError } from '../domain/failure';
import { windowsOf } from '../domain/frame';
import { NO_EDGES, edgesInPatient, type EdgeLabels } from '../domain/orientation';
import { cropPlanes, hasOwnScale, lookFrom, moveEnd, orbit, WHOLE, type Crop, type Eye, type RenderPreset, type ViewName } from '../domain/rendering';
import { normalize, subtract, toVector, type Vector } from '../domain/vector';
import { automaticRange, toRange, type ValueRange } from '../domain/window';
import { loadImages, SeriesVolume } from './seriesVolume';
import { brightnessCurves, readCurves, stretch, writeCurves, type Curves } from './transferCurves';

export interface SolidState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly loaded: number;
  readonly total: number;
  readonly failure: ViewerError | undefined;
  readonly preset: number;
  /** How far the curves are moved, as a share of the range that they cover; more is more transparent. */
  readonly shift: number;
  readonly crop: Crop;
  readonly edges: EdgeLabels;
  /** The picture is as good as it gets; not so while something moves. */
  readonly fine: boolean;
}

const { ViewportType, OrientationAxis, Events } = Enums;
const { MouseBindings, KeyboardBindings } = ToolEnums;
const [ROTATE, PAN, ZOOM] = ([TrackballRotateTool, PanTool, ZoomTool] as readonly { readonly toolName: string }[]).map(({ toolName }) => toolName) as [string, string, string];
const GROUP = 'noctis-3d';
const ENGINE = 'noctis-3d';
const VIEWPORT = 'solid';
const STILL_MS = 250;
const MOST_SHIFT = 0.6;
interface Fineness {
  /** Between samples on a ray, in halves of a voxel. */
  readonly alongRay: number;
  /** Between rays, in pixels of the screen. */
  readonly acrossScreen: number;
}

/** When nothing moves, and while something does. */
const FINENESS: Readonly<Record<'graphics' | 'software', readonly [still: Fineness, moving: Fineness]>> = {
  graphics: [{ alongRay: 1, acrossScreen: 1 }, { alongRay: 4, acrossScreen: 2 }],
  software: [{ alongRay: 4, acrossScreen: 2 }, { alongRay: 10, acrossScreen: 5 }],
};

/** Without a graphics card a fine picture takes seconds. */
function isSoftware(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  const renderer = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

/** Why this browser cannot; undefined when it can. */
function obstacle(set: PictureSet): ViewerError | undefined {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return new ViewerError('decode', 'This browser draws no 3D (WebGL 2 is off or missing). Planes (MPR) and stacks work without.');
  const largest = Number(gl.getParameter(gl.MAX_3D_TEXTURE_SIZE));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  const pixels = set.frames[0]?.instance.pixels;
  const longest = Math.max(set.frames.length, pixels?.rows ?? 0, pixels?.columns ?? 0);
  if (longest <= largest) return undefined;
  return new ViewerError('decode', `The series is larger (${longest}) than what this graphics card can hold in 3D (${largest}).`);
}

export class SolidView {
  private current: SolidState;
  private engine: RenderingEngine | undefined;
  private readonly volume: SeriesVolume;
  private readonly listeners = new Set<() => void>();
  private readonly fineness: readonly [still: Fineness, moving: Fineness];
  private closed = false;
  private missed: unknown;
  private curves: Curves | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly set: PictureSet,
    readonly presets: readonly RenderPreset[],
  ) {
    this.volume = new SeriesVolume(set);
    this.fineness = FINENESS[isSoftware() ? 'software' : 'graphics'];
    this.current = { status: 'loading', loaded: 0, total: set.frames.length, failure: undefined, preset: 0, shift: 0, crop: WHOLE, edges: NO_EDGES, fine: false };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): SolidState => this.current;

  /** Load what is missing, then show it: a volume that is not whole would be drawn with holes. */
  async mount(element: HTMLDivElement): Promise<void> {
    try {
      const reason = obstacle(this.set);
      if (reason) throw reason;
      await this.load();
      if (this.isClosed()) return;
      await this.show(element);
      if (this.isClosed()) this.takeDown();
    } catch (error) {
      if (!this.closed) this.update({ status: 'failed', failure: toViewerError(error) });
    }
  }

  unmount(): void {
    this.closed = true;
    this.takeDown();
  }

  private isClosed(): boolean {
    return this.closed;
  }

  private takeDown(): void {
    clearTimeout(this.settling);
    ToolGroupManager.destroyToolGroup(GROUP);
    this.engine?.destroy();
    this.engine = undefined;
    this.volume.dropAll();
  }

  // --- What the reader does ------------------------------------------------------------------

  choose(index: number): void {
    if (!this.presets[index]) return;
    this.update({ preset: index, shift: 0 });
    this.dress();
  }

  /** More transparent (or less) by moving the curves along the values. */
  setShift(shift: number): void {
    this.update({ shift: Math.min(MOST_SHIFT, Math.max(-MOST_SHIFT, shift)) });
    this.layCurves();
    this.stir();
  }

  moveCrop(axis: 0 | 1 | 2, end: 0 | 1, value: number): void {
    this.setCrop(moveEnd(this.current.crop, axis, end, value));
  }

  setCrop(crop: Crop): void {
    this.update({ crop });
    const mapper = this.actor?.getMapper();
    if (!mapper) return;
    mapper.removeAllClippingPlanes();
    for (const { origin, normal } of cropPlanes(crop, this.bounds)) mapper.addClippingPlane(vtkPlane.newInstance({ origin: [...origin], normal: [...normal] }));
    this.stir();
  }

  lookFrom(view: ViewName): void {
    this.look((eye) => lookFrom(eye, view));
  }

  /** Walk around by so many degrees. */
  orbit(right: number, upwards: number): void {
    this.look((eye) => orbit(eye, right, upwards));
  }

  zoomBy(factor: number): void {
    const { viewport } = this;
    if (!viewport) return;
    viewport.setCamera({ parallelScale: (viewport.getCamera().parallelScale ?? 1) / factor });
    this.stir();
  }

  reset(): void {
    this.viewport?.resetCamera();
    this.setCrop(WHOLE);
    this.lookFrom('A');
    this.choose(this.current.preset);
  }

  // --- Cornerstone's side --------------------------------------------------------------------

  private get viewport(): Types.IVolumeViewport | undefined {
    return this.engine?.getViewport<Types.IVolumeViewport>(VIEWPORT);
  }

  private get actor(): Types.VolumeActor | undefined {
    return this.viewport?.getActors()[0]?.actor as Types.VolumeActor | undefined;
  }

  /** Of the volume: LPS, mm, least and greatest by axis. */
  private get bounds(): readonly number[] {
    return this.actor ? this.actor.getBounds() : [];
  }

  private async load(): Promise<void> {
    const { imageIds } = this.volume;
    const count = (): void => this.update({ loaded: imageIds.filter((imageId) => cache.isLoaded(imageId)).length });
    count();
    await loadImages(imageIds, () => this.closed, (_, error) => {
      this.missed ??= error;
      count();
    });
    if (this.missed !== undefined) throw toViewerError(this.missed);
  }

  private async show(element: HTMLDivElement): Promise<void> {
    const volumeId = await this.volume.make(false);
    if (this.closed) return;
    this.engine = new RenderingEngine(ENGINE);
    this.engine.setViewports([{ viewportId: VIEWPORT, type: ViewportType.VOLUME_3D, element, defaultOptions: { orientation: OrientationAxis.CORONAL, background: [0, 0, 0], parallelProjection: true } }]);
    await setVolumesForViewports(this.engine, [{ volumeId }], [VIEWPORT]);
    if (this.isClosed()) return;
    element.addEventListener(Events.CAMERA_MODIFIED, this.onCamera);
    this.bind();
    this.update({ status: 'ready', failure: undefined });
    this.dress();
    this.lookFrom('A');
    this.volume.upload();
  }

  private bind(): void {
    addTool(TrackballRotateTool);
    const group = ToolGroupManager.createToolGroup(GROUP);
    if (!group) throw new Error('The tools could not be set up');
    // How fine it is drawn meanwhile is ours to say.
    group.addTool(ROTATE, { rotateSampleDistanceFactor: 1 });
    for (const name of [PAN, ZOOM]) group.addTool(name);
    group.addViewport(VIEWPORT, ENGINE);
    group.setToolActive(ROTATE, { bindings: [{ mouseButton: MouseBindings.Primary }] });
    group.setToolActive(PAN, { bindings: [{ mouseButton: MouseBindings.Auxiliary }, { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Shift }] });
    group.setToolActive(ZOOM, { bindings: [{ mouseButton: MouseBindings.Wheel }, { numTouchPoints: 2 }] });
  }

  /** Values to which presets of other scanners' units are stretched. */
  private get range(): ValueRange {
    const middle = this.set.frames[Math.floor(this.set.frames.length / 2)];
    const [window] = middle ? windowsOf(middle) : [];
    const image = cache.getImage(this.volume.imageIds[Math.floor(this.volume.imageIds.length / 2)] ?? '');
    return window ? toRange(window) : automaticRange(image?.getPixelData() ?? new Float32Array(1));
  }

  /** Put on the chosen preset. */
  private dress(): void {
    const { viewport, actor } = this;
    const chosen = this.presets[this.current.preset];
    if (!viewport || !actor || !chosen) return;
    const isMip = chosen.name === 'MIP';
    viewport.setProperties({ preset: isMip ? 'CT-MIP' : chosen.name });
    const property = actor.getProperty();
    if (isMip) {
      property.setUseGradientOpacity(0, false);
      property.setShade(false);
    }
    actor.getMapper()?.setBlendMode(isMip ? BlendMode.MAXIMUM_INTENSITY_BLEND : BlendMode.COMPOSITE_BLEND);
    this.curves = isMip ? brightnessCurves(this.range) : readCurves(property);
    this.layCurves();
    this.stir();
  }

  private layCurves(): void {
    const { actor, curves } = this;
    if (!actor || !curves) return;
    const chosen = this.presets[this.current.preset];
    const isForeign = chosen?.name !== 'MIP' && hasOwnScale(this.set.series.modality);
    const place = isForeign ? stretch(curves, this.range) : (value: number): number => value;
    const values = curves.opacity.map(([value = 0]) => place(value));
    const shift = this.current.shift * (Math.max(...values) - Math.min(...values));
    writeCurves(actor.getProperty(), curves, (value) => place(value) + shift);
  }

  private look(change: (eye: Eye) => Eye): void {
    const { viewport } = this;
    const { position, focalPoint, viewUp } = viewport?.getCamera() ?? {};
    if (!viewport || !position || !focalPoint || !viewUp) return;
    const eye = change({ position: toVector(position), focus: toVector(focalPoint), up: toVector(viewUp) });
    const viewPlaneNormal = normalize(subtract(eye.position, eye.focus));
    viewport.setCamera({ position: [...eye.position], focalPoint: [...eye.focus], viewUp: [...eye.up], viewPlaneNormal: [...viewPlaneNormal] });
    this.stir();
  }

  private readonly onCamera = (): void => {
    const { viewport } = this;
    if (!viewport) return;
    const at = (x: number, y: number): Vector => toVector(viewport.canvasToWorld([x, y]));
    const [origin, right, down] = [at(0, 0), at(100, 0), at(0, 100)];
    const edges = edgesInPatient({ right: normalize(subtract(right, origin)), down: normalize(subtract(down, origin)) });
    if (JSON.stringify(edges) !== JSON.stringify(this.current.edges)) this.update({ edges });
    this.stir();
  };

  /** Coarse now, fine as soon as nothing changes any more. */
  private stir(): void {
    if (this.current.status !== 'ready') return;
    if (this.current.fine) this.update({ fine: false });
    this.draw(this.fineness[1]);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.draw(this.fineness[0]);
      this.update({ fine: true });
    }, STILL_MS);
  }

  private draw({ alongRay, acrossScreen }: Fineness): void {
    const mapper = this.actor?.getMapper();
    mapper?.setAutoAdjustSampleDistances(false);
    mapper?.setImageSampleDistance(acrossScreen);
    // Draws as well.
    this.viewport?.setProperties({ sampleDistanceMultiplier: alongRay });
  }

  private update(change: Partial<SolidState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
