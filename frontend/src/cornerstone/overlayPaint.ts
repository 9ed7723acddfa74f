/** Drawing shapes onto a canvas; places are pixels of the image, lines have the same width at every zoom. */
import type { MaskShape, PathShape, PointShape, Shape, ShutterShape, TextShape } from '../domain/drawing';
import { after, apply, type Affine, type Point } from '../domain/grid';
import { outline, type Mask } from '../domain/mask';
import { cssColour, type RGB } from '../domain/overlayColour';

export interface Standing {
  /** Pixels of the image as CSS pixels. */
  readonly toCanvas: Affine;
  readonly opacity: number;
  /** Of the image. */
  readonly columns: number;
  readonly rows: number;
}

type Context = CanvasRenderingContext2D;

const LINE = 1.5;
/** Around lines and letters, so that they are seen on white bone. */
const HALO = 'rgb(0 0 0 / 0.65)';
const FONT = '13px system-ui, sans-serif';
const LINE_HEIGHT = 16;
const CROSS = 6;

interface Prepared {
  readonly bitmap: HTMLCanvasElement;
  readonly border: Path2D;
}

/** By mask: a mask has one colour for as long as it is known. */
const prepared = new WeakMap<Mask, Prepared>();

function bitmapOf({ columns, rows, values }: Mask, [red, green, blue]: RGB): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  const picture = new ImageData(columns, rows);
  values.forEach((value, index) => picture.data.set([red, green, blue, value], index * 4));
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
  return canvas;
}

function borderOf(mask: Mask): Path2D {
  const path = new Path2D();
  for (const [x0, y0, x1, y1] of outline(mask)) {
    path.moveTo(x0, y0);
    path.lineTo(x1, y1);
  }
  return path;
}

function prepare({ mask, colour }: MaskShape): Prepared {
  const known = prepared.get(mask);
  if (known) return known;
  const fresh = { bitmap: bitmapOf(mask, colour), border: borderOf(mask) };
  prepared.set(mask, fresh);
  return fresh;
}

function paintMask(context: Context, shape: MaskShape, { toCanvas, opacity }: Standing): void {
  const { bitmap, border } = prepare(shape);
  // The mask's own corner, which lies half a pixel outside of the centre of its first pixel.
  const whole = after(after(toCanvas, shape.toImage), [1, 0, 0, 1, shape.mask.column - 0.5, shape.mask.row - 0.5]);
  context.save();
  context.globalAlpha = opacity;
  context.imageSmoothingEnabled = false;
  context.transform(...whole);
  context.drawImage(bitmap, 0, 0);
  context.restore();
  const line = new Path2D();
  line.addPath(border, new DOMMatrix([...whole]));
  context.lineCap = 'square';
  context.lineWidth = LINE;
  context.strokeStyle = cssColour(shape.colour);
  context.stroke(line);
}

function trace(lines: readonly (readonly Point[])[], closed: boolean, toCanvas: Affine): Path2D {
  const path = new Path2D();
  for (const line of lines) {
    line.forEach((point, index) => (index === 0 ? path.moveTo(...apply(toCanvas, point)) : path.lineTo(...apply(toCanvas, point))));
    if (closed) path.closePath();
  }
  return path;
}

function strokeWithHalo(context: Context, path: Path2D, colour: RGB): void {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = LINE + 1.5;
  context.strokeStyle = HALO;
  context.stroke(path);
  context.lineWidth = LINE;
  context.strokeStyle = cssColour(colour);
  context.stroke(path);
}

function paintPath(context: Context, { lines, closed, fill, colour }: PathShape, { toCanvas, opacity }: Standing): void {
  const path = trace(lines, closed, toCanvas);
  if (fill !== 'none') {
    context.fillStyle = cssColour(colour, fill === 'full' ? 1 : opacity / 2);
    context.fill(path, 'evenodd');
  }
  strokeWithHalo(context, path, colour);
}

function write(context: Context, words: string, [x, y]: Point, align: TextShape['align'], colour: RGB): void {
  context.font = FONT;
  context.textAlign = align;
  context.textBaseline = 'top';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = HALO;
  context.fillStyle = cssColour(colour);
  words.split(/\r\n|\r|\n/).forEach((line, index) => {
    context.strokeText(line, x, y + index * LINE_HEIGHT);
    context.fillText(line, x, y + index * LINE_HEIGHT);
  });
}

function cross([x, y]: Point): Path2D {
  const path = new Path2D();
  path.moveTo(x - CROSS, y);
  path.lineTo(x + CROSS, y);
  path.moveTo(x, y - CROSS);
  path.lineTo(x, y + CROSS);
  return path;
}

function paintPoint(context: Context, { at, label, colour }: PointShape, { toCanvas }: Standing): void {
  const place = apply(toCanvas, at);
  strokeWithHalo(context, cross(place), colour);
  if (label) write(context, label, [place[0] + CROSS + 2, place[1] - LINE_HEIGHT / 2], 'left', colour);
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A box stands upright on the screen, however the picture is turned. */
function boxOf({ box, anchor }: TextShape, toCanvas: Affine): Box | undefined {
  const corners = (box ?? (anchor ? [anchor] : [])).map((corner) => apply(toCanvas, corner));
  if (corners.length === 0) return undefined;
  const [x, y] = [corners.map(([value]) => value), corners.map(([, value]) => value)];
  const aside = box ? 0 : CROSS + 2;
  return { left: Math.min(...x) + aside, right: Math.max(...x), top: Math.min(...y) - (box ? 0 : LINE_HEIGHT / 2), bottom: Math.max(...y) };
}

/** From what the text speaks of to the nearest place of its box. */
function pointer([x, y]: Point, { left, right, top, bottom }: Box): Path2D {
  const path = new Path2D();
  path.moveTo(x, y);
  path.lineTo(Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom));
  return path;
}

function paintText(context: Context, shape: TextShape, { toCanvas }: Standing): void {
  const box = boxOf(shape, toCanvas);
  if (!box) return;
  if (shape.anchor && shape.anchorVisible && shape.box) strokeWithHalo(context, pointer(apply(toCanvas, shape.anchor), box), shape.colour);
  const x = { left: box.left, center: (box.left + box.right) / 2, right: box.right }[shape.align];
  write(context, shape.text, [x, box.top], shape.align, shape.colour);
}

function paintShutter(context: Context, { openings, grey }: ShutterShape, { toCanvas, columns, rows }: Standing): void {
  const whole: Point[] = [[-0.5, -0.5], [columns - 0.5, -0.5], [columns - 0.5, rows - 0.5], [-0.5, rows - 0.5]];
  context.save();
  // Nothing but the image is covered; an opening may reach beyond it.
  context.clip(trace([whole], true, toCanvas));
  context.fillStyle = cssColour([grey, grey, grey]);
  const around: Point[] = [[-columns, -rows], [2 * columns, -rows], [2 * columns, 2 * rows], [-columns, 2 * rows]];
  for (const opening of openings) context.fill(trace([around, opening], true, toCanvas), 'evenodd');
  context.restore();
}

function paintOne(context: Context, shape: Shape, standing: Standing): void {
  if (shape.kind === 'mask') paintMask(context, shape, standing);
  else if (shape.kind === 'path') paintPath(context, shape, standing);
  else if (shape.kind === 'point') paintPoint(context, shape, standing);
  else if (shape.kind === 'text') paintText(context, shape, standing);
  else paintShutter(context, shape, standing);
}

/** Draw them in their order. */
export function paint(context: Context, shapes: readonly Shape[], standing: Standing): void {
  for (const shape of shapes) paintOne(context, shape, standing);
}
