/**
 * What is seen, as text for the end of an address: `#view=v1;2x2;active=0;mpr~0;set=<id>;...`.
 *
 * Parts stand between `~`: the page first, then a part for each viewport with its number (from 0).
 * Fields stand between `;`: `set` (a Series Instance UID, for a clip with `/` and its SOP Instance
 * UID), `sop` and `frame` (from 1) of the image, `voi` (lower and upper value and shape; left out:
 * as the image says), `invert`, `curve`, `flip` (h, v), `turn` (degrees), `zoom` (1: fitted) and `at` (the
 * place of the image in the middle of the viewport, as shares of its columns and rows from its
 * corner). Of a patient there is nothing in it but the UIDs.
 */
import type { WindowShape } from './window';
import { viewportCount, type Layout } from './layout';
import type { Vector } from './vector';

/** How a picture stands in its viewport. */
export interface Standing {
  /** Undefined: grey values as the image itself asks for. */
  readonly voi: { readonly lower: number; readonly upper: number; readonly shape: WindowShape } | undefined;
  /** Through the image's own VOI table, where the reader asked for that. */
  readonly curve: boolean;
  readonly invert: boolean;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  readonly rotation: number;
  readonly zoom: number;
  readonly at: readonly [column: number, row: number];
}

export interface ViewportView {
  readonly viewport: number;
  readonly set: string;
  readonly sop: string;
  readonly frame: number;
  readonly standing: Standing | undefined;
}

export interface SharedView {
  readonly layout: Layout;
  readonly active: number;
  readonly linked: boolean;
  /** The planes, and where they meet (LPS, mm). */
  readonly mpr: { readonly centre: Vector | undefined } | undefined;
  readonly viewports: readonly ViewportView[];
}

export const LONGEST_VIEW = 8000;
const MOST = 4;

const numberText = (value: number): string => String(value);

function standingFields({ voi, curve, invert, flipHorizontal, flipVertical, rotation, zoom, at }: Standing): string[] {
  const flip = `${flipHorizontal ? 'h' : ''}${flipVertical ? 'v' : ''}`;
  return [
    voi ? `voi=${numberText(voi.lower)},${numberText(voi.upper)},${voi.shape}` : '',
    curve ? 'curve' : '',
    invert ? 'invert' : '',
    flip ? `flip=${flip}` : '',
    rotation ? `turn=${numberText(rotation)}` : '',
    `zoom=${numberText(zoom)}`,
    `at=${at.map(numberText).join(',')}`,
  ];
}

const joined = (fields: readonly string[]): string => fields.filter(Boolean).join(';');

function viewportText({ viewport, set, sop, frame, standing }: ViewportView): string {
  return joined([String(viewport), `set=${set}`, `sop=${sop}`, `frame=${frame}`, ...(standing ? standingFields(standing) : [])]);
}

/** The text of a view. */
export function formatView({ layout, active, linked, mpr, viewports }: SharedView): string {
  const planes = mpr ? `mpr${mpr.centre ? `=${mpr.centre.map(numberText).join(',')}` : ''}` : '';
  const page = joined(['v1', `${layout.rows}x${layout.columns}`, `active=${active}`, linked ? 'linked' : '', planes]);
  return [page, ...viewports.map(viewportText)].join('~');
}

const UID = /^[0-9.]{1,64}$/;
const SET = /^[0-9.]{1,64}(?:\/[0-9.]{1,64})?$/;
const NUMBER = /^-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/;
const SHAPES: readonly WindowShape[] = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];

type Fields = ReadonlyMap<string, string>;

function fieldsOf(part: string): { readonly first: string; readonly fields: Fields } {
  const [first = '', ...rest] = part.split(';');
  return { first, fields: new Map(rest.map((field) => [field.split('=', 1)[0] ?? '', field.slice(field.indexOf('=') + 1)])) };
}

function numbersOf(text: string | undefined, count: number): readonly number[] | undefined {
  const parts = text?.split(',') ?? [];
  const values = parts.map(Number);
  return parts.length === count && parts.every((part) => NUMBER.test(part)) && values.every((value) => Math.abs(value) < 1e12) ? values : undefined;
}

function wholeOf(text: string | undefined, least: number, most: number): number | undefined {
  const [value] = numbersOf(text, 1) ?? [];
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function voiOf(text: string | undefined): Standing['voi'] {
  const [lower, upper, shape] = text?.split(',') ?? [];
  const range = numbersOf(`${lower},${upper}`, 2);
  const known = SHAPES.find((one) => one === shape);
  return range && known && (range[0] as number) < (range[1] as number) ? { lower: range[0] as number, upper: range[1] as number, shape: known } : undefined;
}

function placementOf(fields: Fields): Pick<Standing, 'zoom' | 'at'> | undefined {
  const [zoom] = numbersOf(fields.get('zoom'), 1) ?? [];
  const [column, row] = numbersOf(fields.get('at'), 2) ?? [];
  if (zoom === undefined || column === undefined || row === undefined) return undefined;
  return zoom >= 0.01 && zoom <= 1000 ? { zoom, at: [column, row] } : undefined;
}

function standingOf(fields: Fields): Standing | undefined {
  const placement = placementOf(fields);
  const flip = fields.get('flip') ?? '';
  const [turn = 0] = numbersOf(fields.get('turn'), 1) ?? [];
  return placement && {
    ...placement,
    voi: voiOf(fields.get('voi')),
    curve: fields.has('curve'),
    invert: fields.has('invert'),
    flipHorizontal: flip.includes('h'),
    flipVertical: flip.includes('v'),
    rotation: ((turn % 360) + 360) % 360,
  };
}

function viewportOf(part: string, count: number): ViewportView | undefined {
  const { first, fields } = fieldsOf(part);
  const viewport = wholeOf(first, 0, count - 1);
  const [set = '', sop = ''] = [fields.get('set'), fields.get('sop')];
  const frame = wholeOf(fields.get('frame'), 1, 2 ** 31);
  if (viewport === undefined || frame === undefined || !SET.test(set) || !UID.test(sop)) return undefined;
  return { viewport, set, sop, frame, standing: standingOf(fields) };
}

function layoutOf(text: string | undefined): Layout | undefined {
  const [, rows, columns] = /^([1-9])x([1-9])$/.exec(text ?? '') ?? [];
  const layout = { rows: Number(rows), columns: Number(columns) };
  return layout.rows <= MOST && layout.columns <= MOST ? layout : undefined;
}

/** Read a text of `formatView`; undefined when it is none. Viewports that cannot be read are left out. */
export function parseView(text: string): SharedView | undefined {
  if (text.length > LONGEST_VIEW) return undefined;
  const [page = '', ...parts] = text.split('~');
  const { first, fields } = fieldsOf(page);
  const layout = layoutOf(page.split(';')[1]);
  if (first !== 'v1' || !layout) return undefined;
  const count = viewportCount(layout);
  const viewports = new Map(parts.slice(0, count).flatMap((part) => viewportOf(part, count) ?? []).map((one) => [one.viewport, one]));
  const centre = numbersOf(fields.get('mpr'), 3);
  return {
    layout,
    active: wholeOf(fields.get('active'), 0, count - 1) ?? 0,
    linked: fields.has('linked'),
    mpr: fields.has('mpr') ? { centre: centre && [centre[0] as number, centre[1] as number, centre[2] as number] } : undefined,
    viewports: [...viewports.values()],
  };
}

/** The view of an address's fragment. */
export function viewOfFragment(fragment: string): SharedView | undefined {
  const found = /^#view=(.+)$/.exec(fragment)?.[1];
  if (found === undefined) return undefined;
  try {
    return parseView(decodeURIComponent(found));
  } catch {
    return undefined;
  }
}
