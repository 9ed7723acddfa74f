/** VOI windows: reading, applying, presets. */
import { numbers, text, texts, type Dataset } from './dataset';
import { Tag } from './tags';

export type WindowShape = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly shape: WindowShape;
  readonly explanation: string;
}

/** The modality values shown as the darkest and as the brightest grey. */
export interface ValueRange {
  readonly lower: number;
  readonly upper: number;
}

function shapeOf(dataset: Dataset): WindowShape {
  const shape = text(dataset, Tag.VOILUTFunction);
  return shape === 'LINEAR_EXACT' || shape === 'SIGMOID' ? shape : 'LINEAR';
}

/** A LINEAR window is at least 1 wide, the others wider than 0 (PS3.3 C.11.2.1.2 and C.11.2.1.3). */
const isUsable = (width: number, shape: WindowShape): boolean => (shape === 'LINEAR' ? width >= 1 : width > 0);

/** The usable windows that a data set states, in its order. */
export function readWindows(dataset: Dataset): Window[] {
  const centers = numbers(dataset, Tag.WindowCenter);
  const widths = numbers(dataset, Tag.WindowWidth);
  const explanations = texts(dataset, Tag.WindowCenterWidthExplanation);
  const shape = shapeOf(dataset);
  return centers.flatMap((center, index) => {
    const width = widths[index];
    return width !== undefined && isUsable(width, shape) ? [{ center, width, shape, explanation: explanations[index] ?? '' }] : [];
  });
}

/** References: PS3.3 C.11.2.1.2.1 (LINEAR: the edges lie half a value inside) and C.11.2.1.3.2. */
export function toRange(window: Window): ValueRange {
  if (window.shape === 'LINEAR_EXACT') return { lower: window.center - window.width / 2, upper: window.center + window.width / 2 };
  return { lower: window.center - 0.5 - (window.width - 1) / 2, upper: window.center - 0.5 + (window.width - 1) / 2 };
}

/** The inverse of `toRange`. */
export function toWindow(range: ValueRange, shape: WindowShape = 'LINEAR'): Window {
  const width = range.upper - range.lower;
  const center = (range.lower + range.upper) / 2;
  return shape === 'LINEAR_EXACT'
    ? { center, width, shape, explanation: '' }
    : { center: center + 0.5, width: width + 1, shape, explanation: '' };
}

export type Preset =
  | { readonly kind: 'window'; readonly label: string; readonly window: Window; readonly fromImage: boolean }
  | { readonly kind: 'curve'; readonly label: string }
  | { readonly kind: 'auto'; readonly label: string }
  | { readonly kind: 'full'; readonly label: string };

const fixed = (label: string, width: number, center: number): Preset => ({
  kind: 'window',
  label,
  window: { center, width, shape: 'LINEAR', explanation: '' },
  fromImage: false,
});

/** The customary CT windows, in HU; the digit key is the place in this list. */
const CT_PRESETS: readonly Preset[] = [
  fixed('Abdomen', 400, 40),
  fixed('Lung', 1500, -600),
  fixed('Bone', 2000, 500),
  fixed('Brain', 80, 40),
  fixed('Mediastinum', 350, 50),
  fixed('Liver', 150, 70),
  fixed('Angiography', 600, 200),
];

/** Each window once: scanners repeat theirs. */
function fromImage(windows: readonly Window[]): Preset[] {
  const different = [...new Map(windows.map((window) => [JSON.stringify(window), window])).values()];
  return different.map((window, index) => ({
    kind: 'window',
    label: window.explanation || (different.length === 1 ? 'As stored' : `As stored ${index + 1}`),
    window,
    fromImage: true,
  }));
}

/** The presets for a modality: the customary ones, those of the image, then those of its values. */
export function presetsFor(modality: string, windows: readonly Window[], hasCurve = false): Preset[] {
  const customary = modality === 'CT' ? CT_PRESETS : [];
  const curve: Preset[] = hasCurve ? [{ kind: 'curve', label: 'Curve of the image' }] : [];
  return [...customary, ...fromImage(windows), ...curve, { kind: 'auto', label: 'Automatic' }, { kind: 'full', label: 'Full range' }];
}

/**
 * A window that leaves out the darkest and brightest `fraction` of the values, from at most 65536
 * samples. Padding and collimation are often the darkest value: values equal to the minimum are
 * left out when others remain.
 */
export function automaticRange(samples: ArrayLike<number>, fraction = 0.01): ValueRange {
  const step = Math.max(1, Math.floor(samples.length / 65536));
  const picked: number[] = [];
  for (let index = 0; index < samples.length; index += step) picked.push(samples[index] ?? 0);
  picked.sort((a, b) => a - b);
  const first = picked[0] ?? 0;
  const rest = picked.filter((value) => value > first);
  const sorted = rest.length > picked.length / 20 ? rest : picked;
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const lower = at(fraction);
  return { lower, upper: Math.max(at(1 - fraction), lower + 1) };
}
