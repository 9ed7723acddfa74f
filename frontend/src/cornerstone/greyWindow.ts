/** The window of a stack viewport, or the curve (VOI table) that the image itself brings. */
import type { Types } from '@cornerstonejs/core';
import { windowsOf, type FrameRef } from '../domain/frame';
import { curveRange, type LookUpTable } from '../domain/samples';
import { automaticRange, toRange, type Preset, type ValueRange, type WindowShape } from '../domain/window';
import { curveOf } from './imageLoader';
import { FUNCTIONS, shapeOf } from './stackState';
import { installCurve } from './voiCurve';

/** What is on the screen; `viewport` is undefined before there is a picture. */
export interface Shown {
  readonly viewport: Types.IStackViewport | undefined;
  readonly frame: FrameRef | undefined;
}

export class GreyWindow {
  /** Whether grey values go through the image's own curve; undefined: as the image asks for. */
  throughCurve: boolean | undefined;

  constructor(private readonly shown: () => Shown) {}

  get curve(): LookUpTable | undefined {
    const { frame } = this.shown();
    return frame && curveOf(frame.instance);
  }

  set(range: ValueRange, shape: WindowShape): void {
    const { viewport } = this.shown();
    if (!viewport) return;
    const known = shapeOf(viewport.getProperties().VOILUTFunction) === shape;
    viewport.setProperties({ voiRange: { ...range }, ...(known ? {} : { VOILUTFunction: FUNCTIONS[shape] }) });
    if (this.curve) this.bend(viewport, false, range);
    viewport.render();
  }

  apply(preset: Preset): void {
    const image = this.shown().viewport?.getCornerstoneImage();
    if (!image || image.color) return;
    if (preset.kind === 'window') this.set(toRange(preset.window), preset.window.shape);
    else if (preset.kind === 'curve') this.showCurve();
    else if (preset.kind === 'auto') this.set(automaticRange(image.getPixelData()), 'LINEAR');
    else this.set({ lower: image.minPixelValue, upper: Math.max(image.maxPixelValue, image.minPixelValue + 1) }, 'LINEAR');
  }

  showCurve(): void {
    const { viewport } = this.shown();
    const { curve } = this;
    if (!viewport || !curve) return;
    viewport.setProperties({ voiRange: { ...curveRange(curve) } });
    this.bend(viewport, true, curveRange(curve));
    viewport.render();
  }

  /** A new image may come with a new actor: the curve has to be laid on again. */
  keepCurve(): void {
    const { frame, viewport } = this.shown();
    const range = viewport?.getProperties().voiRange;
    if (!frame || !viewport || !range || !this.curve) return;
    installCurve(viewport, this.throughCurve ?? windowsOf(frame).length === 0 ? this.curve : undefined, range);
  }

  /** Whether this is the window that the image itself asks for. */
  isOwn(range: ValueRange, shape: WindowShape): boolean {
    const { frame } = this.shown();
    const [first] = frame ? windowsOf(frame) : [];
    if (!first) return this.curve !== undefined && this.throughCurve === undefined;
    const own = toRange(first);
    return first.shape === shape && Math.abs(own.lower - range.lower) < 1e-6 && Math.abs(own.upper - range.upper) < 1e-6;
  }

  private bend(viewport: Types.IStackViewport, throughCurve: boolean, range: ValueRange): void {
    this.throughCurve = throughCurve;
    installCurve(viewport, throughCurve ? this.curve : undefined, range);
  }
}
