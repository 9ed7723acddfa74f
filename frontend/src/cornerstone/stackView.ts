/** One viewport: a display set's frames, how they are shown, and a snapshot of that for the page. */
import { Enums, eventTarget, RenderingEngine, type Types } from '@cornerstonejs/core';
import { utilities as toolUtilities } from '@cornerstonejs/tools';
import { clampRate } from '../domain/cine';
import type { PictureSet } from '../domain/displaySet';
import { toViewerError } from '../domain/failure';
import { windowsOf, type FrameRef } from '../domain/frame';
import { acrossPasses } from '../domain/passes';
import { subtract, toVector, type Vector } from '../domain/vector';
import type { Standing } from '../domain/viewLink';
import type { Preset, ValueRange, WindowShape } from '../domain/window';
import { fitWhole, flip, isWhole, moveBy, refit, rotate, zoomAbout } from './camera';
import { GreyWindow } from './greyWindow';
import { hurry } from './frameBatches';
import { PREVIEW } from './imageLoader';
import { registerFrame } from './imageRegistry';
import { readGeometry, setGeometry, setScale, type Scaling } from './standing';
import { EMPTY, presentationOf, type ViewState } from './stackState';
import { addToToolGroup, removeFromToolGroup } from './toolGroup';
import { lookOf, pixelUnder, zoomAlong, type Look } from './look';
import { attachOverlayLayer } from './overlayLayer';
import { listenToFingers } from './touch';

export type { Look } from './look';
export type { Probe, ViewState } from './stackState';

const { Events } = Enums;

const ZOOM_PER_WHEEL_PIXEL = 0.0015; // a notch of 100 pixels: 16 %

/** The engine behind all viewports of the page; made with the first of them. */
let engine: RenderingEngine | undefined;
const renderingEngine = (): RenderingEngine => (engine ??= new RenderingEngine('noctis'));

export class StackView {
  private current = EMPTY;
  private imageIds: readonly string[] = [];
  private element: HTMLDivElement | undefined;
  private readonly greys = new GreyWindow(() => ({ viewport: this.ready, frame: this.frame }));
  private resizing: ResizeObserver | undefined;
  private endTouch: (() => void) | undefined;
  private endOverlay: (() => void) | undefined;
  private readonly listeners = new Set<() => void>();
  /** The camera with which the picture was hung; undefined: fitted. A resized viewport keeps it. */
  private hung: { readonly scale: number; readonly focus: Vector } | undefined;
  /** As it was told to stand; in a viewport of another shape it has to be told again. */
  private stood: Standing | undefined;
  /** The size of the viewport that the picture's camera is made for. */
  private shapedFor: readonly [number, number] = [0, 0];
  /** Hangs the picture again, after it was reset or the viewport has got another shape. */
  onRefit: (() => void) | undefined;

  constructor(readonly id: string) {}

  // --- The page's side -----------------------------------------------------------------------

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): ViewState => this.current;

  get frameIds(): readonly string[] {
    return this.imageIds;
  }

  /** The frame on the screen. */
  get frame(): FrameRef | undefined {
    return this.current.set?.frames[this.current.index];
  }

  /** Whether the frame on the screen has a VOI table. */
  get hasCurve(): boolean {
    return this.greys.curve !== undefined;
  }

  mount(element: HTMLDivElement): void {
    this.element = element;
    renderingEngine().enableElement({ viewportId: this.id, element, type: Enums.ViewportType.STACK, defaultOptions: { background: [0, 0, 0] } });
    addToToolGroup(this.id, renderingEngine().id);
    element.addEventListener(Events.STACK_NEW_IMAGE, this.onNewImage);
    element.addEventListener(Events.PRE_STACK_NEW_IMAGE, this.onWanted);
    element.addEventListener(Events.VOI_MODIFIED, this.onPresentation);
    element.addEventListener(Events.CAMERA_MODIFIED, this.onPresentation);
    element.addEventListener(Events.IMAGE_RENDERED, this.onRendered);
    // Ahead of the tools, whose own steps are too small for a wheel.
    element.addEventListener('wheel', this.onWheel, { capture: true, passive: false });
    this.endTouch = listenToFingers(element, this);
    this.endOverlay = attachOverlayLayer(element);
    eventTarget.addEventListener(Events.IMAGE_LOAD_ERROR, this.onFailure);
    eventTarget.addEventListener(PREVIEW, this.onPreview);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(element);
    if (this.current.set) this.show(this.current.set, this.current.wanted);
  }

  unmount(): void {
    this.stop();
    this.element?.removeEventListener('wheel', this.onWheel, { capture: true });
    this.resizing?.disconnect();
    this.endTouch?.();
    this.endOverlay?.();
    eventTarget.removeEventListener(Events.IMAGE_LOAD_ERROR, this.onFailure);
    eventTarget.removeEventListener(PREVIEW, this.onPreview);
    removeFromToolGroup(this.id, renderingEngine().id);
    renderingEngine().disableElement(this.id);
    this.element = undefined;
  }

  /** Show a display set from frame `index` (0-based); undefined empties the viewport. */
  show(set: PictureSet | undefined, index = 0): void {
    this.stop();
    this.greys.throughCurve = undefined;
    this.hung = this.stood = undefined;
    this.onRefit = undefined;
    this.imageIds = set ? set.frames.map(registerFrame) : [];
    this.current = set ? { ...EMPTY, set, status: 'loading', index, wanted: index, rate: set.rate } : EMPTY;
    this.notify();
    if (set) void this.viewport?.setStack([...this.imageIds], index);
  }

  // --- What the reader does ------------------------------------------------------------------

  goTo(index: number): void {
    const last = this.imageIds.length - 1;
    void this.viewport?.setImageIdIndex(Math.min(Math.max(index, 0), last));
  }

  /** Go to the frame that `choose` finds among those shown here, if it is another one. */
  followTo(choose: (frames: readonly FrameRef[]) => number | undefined): void {
    const { set, wanted } = this.current;
    const place = set && choose(set.frames);
    if (place !== undefined && place !== wanted) this.goTo(place);
  }

  scroll(delta: number): void {
    this.goTo(this.current.wanted + delta);
  }

  /** To the same place at another point in time (or b-value, or phase), `delta` passes on. */
  acrossPasses(delta: number): void {
    const { set, wanted } = this.current;
    const index = set && acrossPasses(set.frames, wanted, delta);
    if (index !== undefined) this.goTo(index);
  }

  /** Ask again for a frame that failed. */
  retry(): void {
    const { set, wanted } = this.current;
    if (set) this.show(set, wanted);
  }

  setRange(range: ValueRange, shape: WindowShape = 'LINEAR'): void {
    this.greys.set(range, shape);
  }

  applyPreset(preset: Preset): void {
    this.greys.apply(preset);
  }

  /** Grey values as the image itself asks for, slice by slice. */
  resetWindow(): void {
    const { inverted } = this.current;
    this.greys.throughCurve = undefined;
    this.ready?.resetProperties();
    this.greys.keepCurve();
    if (inverted) this.invert();
  }

  invert(): void {
    const viewport = this.ready;
    if (!viewport) return;
    viewport.setProperties({ invert: !viewport.getProperties().invert });
    viewport.render();
    this.refresh();
  }

  /** Mirror what is on the screen. */
  flip(axis: 'horizontal' | 'vertical'): void {
    if (this.ready) flip(this.ready, axis);
  }

  /** Turn what is on the screen clockwise; degrees. */
  rotate(degrees: number): void {
    if (this.ready) rotate(this.ready, degrees);
  }

  /** Enlarge about `point` of the viewport (CSS pixels), or about its middle. */
  zoomBy(factor: number, point?: readonly [number, number]): void {
    if (this.ready) zoomAbout(this.ready, factor, point);
  }

  /** Move the picture by so many CSS pixels. */
  panBy(x: number, y: number): void {
    if (this.ready) moveBy(this.ready, x, y);
  }

  probeAt(place: readonly [number, number] | undefined): void {
    const pixel = place && this.ready && pixelUnder(this.ready, place);
    this.update({ probe: place && pixel ? { place, pixel, value: this.pixelAt(...pixel) } : undefined });
  }

  look(): Look | undefined {
    return this.ready && lookOf(this.ready);
  }

  /** Follow another stack by as much as it was enlarged and moved. */
  zoomAlong(factor: number, shift: readonly [number, number]): void {
    if (this.ready) zoomAlong(this.ready, factor, shift);
  }

  /** The whole picture, in the middle; windows, flips and rotation stay. */
  fit(): void {
    const viewport = this.ready;
    if (!viewport) return;
    this.hung = this.stood = undefined;
    fitWhole(viewport);
  }

  /** Everything as when the display set was opened, but the frame. */
  reset(): void {
    const viewport = this.ready;
    if (!viewport) return;
    this.greys.throughCurve = undefined;
    viewport.resetCamera();
    viewport.resetProperties();
    this.greys.keepCurve();
    this.hung = this.stood = undefined;
    this.onRefit?.();
    this.refresh();
  }

  // --- Hanging, and going back to what was seen ------------------------------------------------

  /** Of the viewport, in CSS pixels. */
  get size(): readonly [width: number, height: number] {
    return [this.element?.clientWidth ?? 0, this.element?.clientHeight ?? 0];
  }

  /** How the picture stands; undefined before there is one. */
  get standing(): Standing | undefined {
    const viewport = this.ready;
    const { range, shape, inverted, colour, status } = this.current;
    if (!viewport || status !== 'ready') return undefined;
    const isOwn = colour || !range || this.greys.isOwn(range, shape);
    return { ...readGeometry(viewport), voi: isOwn || this.greys.throughCurve ? undefined : { ...range, shape }, curve: this.greys.throughCurve === true, invert: inverted };
  }

  /** Let the picture stand as it stood. */
  stand(standing: Standing): void {
    this.catchUp();
    const viewport = this.ready;
    if (!viewport) return;
    if (standing.curve) this.greys.showCurve();
    else if (standing.voi) this.setRange({ lower: standing.voi.lower, upper: standing.voi.upper }, standing.voi.shape);
    if (standing.invert !== presentationOf(this.ready).inverted) this.invert();
    setGeometry(viewport, standing);
    this.keepHung(viewport);
    this.stood = standing;
    viewport.render();
    this.refresh();
  }

  /** Mirror the picture, and bring it to a scale and an edge of the viewport. */
  hangAs(scaling: Scaling): void {
    this.catchUp();
    const viewport = this.ready;
    if (!viewport || !this.frame) return;
    setScale(viewport, this.frame, scaling);
    this.keepHung(viewport);
    this.stood = undefined;
    viewport.render();
    this.refresh();
  }

  private keepHung(viewport: Types.IStackViewport): void {
    const { parallelScale = 1, focalPoint = [] } = viewport.getCamera();
    this.hung = { scale: parallelScale, focus: toVector(focalPoint) };
  }

  /** Take the shape that the page has given the viewport before one is told of it. */
  private catchUp(): void {
    if (this.size.some((length, axis) => length !== this.shapedFor[axis])) this.resize();
  }

  play(rate = this.current.rate): void {
    if (!this.element || this.imageIds.length < 2 || this.current.status === 'empty') return;
    this.current = { ...this.current, playing: true, rate: clampRate(rate) };
    toolUtilities.cine.playClip(this.element, { framesPerSecond: this.current.rate, loop: true });
    this.notify();
  }

  stop(): void {
    if (!this.current.playing || !this.element) return;
    toolUtilities.cine.stopClip(this.element);
    this.current = { ...this.current, playing: false };
    this.notify();
  }

  setRate(rate: number): void {
    if (this.current.playing) this.play(rate);
    else this.update({ rate: clampRate(rate) });
  }

  /** The modality value (or red, green, blue) of a pixel of the frame on the screen; 0,0 is its first pixel. */
  pixelAt(column: number, row: number): number | readonly number[] | undefined {
    const image = this.current.status === 'ready' && !this.current.coarse ? this.ready?.getCornerstoneImage() : undefined;
    if (!image || column < 0 || row < 0 || column >= image.columns || row >= image.rows) return undefined;
    const values = image.getPixelData();
    const place = row * image.columns + column;
    return image.color ? Array.from(values.slice(place * 3, place * 3 + 3)) : values[place];
  }

  // --- Cornerstone's side --------------------------------------------------------------------

  private get viewport(): Types.IStackViewport | undefined {
    return this.element && renderingEngine().getViewport<Types.IStackViewport>(this.id);
  }

  /** The viewport once it has a picture. */
  private get ready(): Types.IStackViewport | undefined {
    const viewport = this.viewport;
    return viewport?.getImageData() ? viewport : undefined;
  }

  private readonly onWanted = (event: Event): void => {
    const { imageIdIndex } = (event as CustomEvent<{ imageIdIndex: number }>).detail;
    const { status } = this.current;
    this.update({ wanted: imageIdIndex, failure: undefined, status: status === 'failed' ? 'loading' : status });
    hurry(this.imageIds[imageIdIndex] ?? '');
  };

  private readonly onNewImage = (event: Event): void => {
    const { image, imageIdIndex } = (event as CustomEvent<{ image: Types.IImage; imageIdIndex: number }>).detail;
    const { coarse } = this.current;
    this.update({ status: 'ready', index: imageIdIndex, wanted: imageIdIndex, coarse: false, failure: undefined, colour: image.color, ...presentationOf(this.ready) });
    this.greys.keepCurve();
    // Where the image states no window, the coarse picture's values made one.
    if (coarse && this.frame && windowsOf(this.frame).length === 0) this.resetWindow();
  };

  private readonly onPreview = (event: Event): void => {
    const { imageId, image } = (event as CustomEvent<{ imageId: string; image: Types.IImage }>).detail;
    const { viewport } = this;
    if (!viewport || imageId !== this.imageIds[this.current.wanted]) return;
    viewport.renderImageObject(image);
    viewport.render();
    this.update({ coarse: true, index: this.current.wanted });
  };

  private readonly onFailure = (event: Event): void => {
    const { imageId, error } = (event as CustomEvent<{ imageId?: string; error?: unknown }>).detail;
    if (imageId === undefined || imageId !== this.imageIds[this.current.wanted]) return;
    this.update({ status: 'failed', coarse: false, index: this.current.wanted, failure: toViewerError(error) });
  };

  /** Ctrl and wheel, or a pinch on a touch pad, which browsers report in the same way. */
  private readonly onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey || !this.element) return;
    event.preventDefault();
    event.stopPropagation();
    const box = this.element.getBoundingClientRect();
    this.zoomBy(Math.exp(-event.deltaY * ZOOM_PER_WHEEL_PIXEL), [event.clientX - box.left, event.clientY - box.top]);
  };

  private readonly onPresentation = (): void => this.refresh();

  /** Without WebGL the window of a new image is settled only when it is drawn. */
  private readonly onRendered = (): void => {
    if (!this.current.range) this.refresh();
  };

  private refresh(): void {
    if (this.current.status === 'ready') this.update(presentationOf(this.ready));
  }

  private resize(): void {
    if (!this.element || this.element.clientWidth === 0) return;
    const [wasWhole, wasHung] = [this.isWhole, this.isHung];
    this.shapedFor = this.size;
    renderingEngine().resize(true, true);
    if (wasHung && this.stood) this.stand(this.stood);
    else if (wasHung) this.onRefit?.();
    else if (wasWhole) this.refit();
    this.refresh();
  }

  /** Whether the picture stands as it was fitted, neither enlarged nor moved. */
  private get isWhole(): boolean {
    return this.ready !== undefined && isWhole(this.ready);
  }

  /** Whether the picture still stands as it was hung. */
  get isHung(): boolean {
    const { parallelScale = 0, focalPoint = [] } = this.ready?.getCamera() ?? {};
    return this.hung !== undefined && Math.abs(parallelScale / this.hung.scale - 1) < 0.001 && Math.hypot(...subtract(toVector(focalPoint), this.hung.focus)) < parallelScale * 0.001;
  }

  /** Fit to the new shape of the viewport; turns and flips stay. */
  refit(): void {
    if (this.ready) refit(this.ready);
  }

  private update(change: Partial<ViewState>): void {
    this.current = { ...this.current, ...change };
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
