/** What is on the screen as one picture: images, what is drawn on them, and their text. */

export type PictureKind = 'png' | 'jpeg';
export const JPEG_QUALITY = 0.92;

/** Corners that name the patient or the study; a picture without them is still no anonymous one when the pixels say it. */
const NAMING = '.corner-top-left, .corner-top-right';

interface Sheet {
  readonly context: CanvasRenderingContext2D;
  readonly origin: DOMRect;
}

const isShown = (element: Element): boolean => element.checkVisibility() && element.getBoundingClientRect().width > 0;

function placeOf(element: Element, { origin }: Sheet): readonly [x: number, y: number, width: number, height: number] {
  const box = element.getBoundingClientRect();
  return [box.x - origin.x, box.y - origin.y, box.width, box.height];
}

async function drawGraphics(svg: SVGSVGElement, sheet: Sheet): Promise<void> {
  const [x, y, width, height] = placeOf(svg, sheet);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    sheet.context.drawImage(image, x, y, width, height);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function drawText(element: Element, sheet: Sheet): void {
  const style = getComputedStyle(element);
  const [x, y, width, height] = placeOf(element, sheet);
  const { context } = sheet;
  const toRight = style.textAlign === 'right' || style.textAlign === 'end';
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = 'middle';
  context.textAlign = toRight ? 'right' : 'left';
  context.shadowColor = '#000';
  context.shadowBlur = 3;
  context.fillStyle = style.color;
  context.fillText(element.textContent, toRight ? x + width : x, y + height / 2, width + 2);
  context.shadowBlur = 0;
}

/** The grid as it is seen; `naming`: with the patient and the study in its corners. */
export async function pictureOf(grid: Element, naming: boolean): Promise<HTMLCanvasElement> {
  const canvas = document.createElement('canvas');
  const origin = grid.getBoundingClientRect();
  const scale = window.devicePixelRatio;
  [canvas.width, canvas.height] = [Math.round(origin.width * scale), Math.round(origin.height * scale)];
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gives no canvas to draw on');
  context.scale(scale, scale);
  context.fillStyle = '#000';
  context.fillRect(0, 0, origin.width, origin.height);
  const sheet: Sheet = { context, origin };
  for (const viewport of [...grid.querySelectorAll('.viewport')].filter(isShown)) await drawViewport(viewport, sheet, naming);
  return canvas;
}

async function drawViewport(viewport: Element, sheet: Sheet, naming: boolean): Promise<void> {
  const { context } = sheet;
  context.save();
  context.beginPath();
  context.rect(...placeOf(viewport, sheet));
  context.clip();
  for (const image of [...viewport.querySelectorAll('canvas')].filter(isShown)) context.drawImage(image, ...placeOf(image, sheet));
  for (const svg of [...viewport.querySelectorAll<SVGSVGElement>('.canvas svg')].filter(isShown)) await drawGraphics(svg, sheet);
  const texts = [...viewport.querySelectorAll('.overlay p, .overlay .edge')].filter((one) => isShown(one) && (naming || !one.closest(NAMING)));
  for (const text of texts) drawText(text, sheet);
  context.restore();
}

/** Let the browser save it. */
export async function savePicture(grid: Element, naming: boolean, kind: PictureKind, name: string): Promise<void> {
  const canvas = await pictureOf(grid, naming);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, `image/${kind}`, JPEG_QUALITY));
  if (!blob) throw new Error('The picture could not be made');
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.${kind === 'jpeg' ? 'jpg' : kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
