/** A canvas over a stack's picture, drawn anew whenever the picture is: it stands exactly as the picture does. */
import { Enums, getEnabledElement, type Types } from '@cornerstonejs/core';
import type { Shape } from '../domain/drawing';
import type { FrameRef } from '../domain/frame';
import { after, sizeToSize, type Affine } from '../domain/grid';
import { frameOf } from './imageRegistry';
import { paint } from './overlayPaint';

/** What is drawn over a frame; `stack` and `index`: among which it is shown. */
export type DrawingSource = (frame: FrameRef, stack: readonly FrameRef[], index: number) => readonly Shape[];

interface Drawing {
  readonly source: DrawingSource;
  /** Of areas, 0 to 1. */
  readonly opacity: number;
}

let drawing: Drawing = { source: () => [], opacity: 0.4 };
const layers = new Set<OverlayLayer>();

/** Draw from now on what `source` says, over all stacks. */
export function setDrawing(source: DrawingSource, opacity: number): void {
  drawing = { source, opacity };
  for (const layer of layers) layer.renew();
}

/** The canvas over the picture in `element`, from its being enabled until the returned function is called. */
export function attachOverlayLayer(element: HTMLDivElement): () => void {
  const layer = new OverlayLayer(element);
  layers.add(layer);
  return () => {
    layers.delete(layer);
    layer.end();
  };
}

interface IndexSpace {
  readonly indexToWorld: (index: Types.Point3) => number[];
  readonly getDimensions: () => number[];
}

/** Pixels of the frame as CSS pixels of the viewport; a coarse picture has fewer of its own. */
function imageToCanvas(viewport: Types.IStackViewport, { instance }: FrameRef): Affine | undefined {
  const space = viewport.getImageData().imageData as unknown as IndexSpace;
  const [columns = 1, rows = 1] = space.getDimensions();
  if (!instance.pixels) return undefined;
  const at = (column: number, row: number): Types.Point2 => viewport.worldToCanvas(space.indexToWorld([column, row, 0]) as Types.Point3);
  const [origin, right, down] = [at(0, 0), at(columns, 0), at(0, rows)];
  const shown: Affine = [(right[0] - origin[0]) / columns, (right[1] - origin[1]) / columns, (down[0] - origin[0]) / rows, (down[1] - origin[1]) / rows, ...origin];
  return after(shown, sizeToSize([instance.pixels.columns, instance.pixels.rows], [columns, rows]));
}

class OverlayLayer {
  private readonly canvas = document.createElement('canvas');
  private shapes: readonly Shape[] = [];
  private drawn: FrameRef | undefined;
  private isEmpty = true;

  constructor(private readonly element: HTMLDivElement) {
    this.canvas.className = 'overlay-layer';
    // Below the measurements, which are drawn in the same element.
    element.querySelector('canvas')?.after(this.canvas);
    element.addEventListener(Enums.Events.IMAGE_RENDERED, this.draw);
  }

  end(): void {
    this.element.removeEventListener(Enums.Events.IMAGE_RENDERED, this.draw);
    this.canvas.remove();
  }

  /** There is something else to draw. */
  renew(): void {
    this.drawn = undefined;
    this.draw();
  }

  private readonly draw = (): void => {
    const viewport = getEnabledElement(this.element)?.viewport as Types.IStackViewport | undefined;
    // The picture on the screen, which is not always the one that was asked for last.
    const image = viewport?.getCornerstoneImage();
    const frame = image && frameOf(image.imageId);
    if (!viewport || !frame) return;
    if (frame !== this.drawn) this.shapes = this.shapesOn(viewport, frame);
    this.drawn = frame;
    if (this.shapes.length > 0 || !this.isEmpty) this.paint(viewport, frame);
  };

  private shapesOn(viewport: Types.IStackViewport, frame: FrameRef): readonly Shape[] {
    const stack = viewport.getImageIds().flatMap((imageId) => frameOf(imageId) ?? []);
    return drawing.source(frame, stack, stack.indexOf(frame));
  }

  private paint(viewport: Types.IStackViewport, frame: FrameRef): void {
    const context = this.canvas.getContext('2d');
    const toCanvas = imageToCanvas(viewport, frame);
    if (!context || !toCanvas) return;
    this.clear(context);
    const { columns = 0, rows = 0 } = frame.instance.pixels ?? {};
    paint(context, this.shapes, { toCanvas, opacity: drawing.opacity, columns, rows });
    this.isEmpty = this.shapes.length === 0;
  }

  private clear(context: CanvasRenderingContext2D): void {
    const scale = window.devicePixelRatio;
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== wide || this.canvas.height !== tall) Object.assign(this.canvas, { width: wide, height: tall });
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
  }
}
