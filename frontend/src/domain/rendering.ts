/** How a volume may be shown in 3D: presets for what it is of, and turning around it. */
import { add, cross, dot, normalize, scale, subtract, type Vector } from './vector';

export interface RenderPreset {
  /** As the rendering library knows it; 'MIP': the brightest on each ray, in the window of the images. */
  readonly name: string;
  readonly label: string;
}

const preset = (name: string, label: string): RenderPreset => ({ name, label });

const MIP = preset('MIP', 'Maximum intensity');
const BONE = preset('CT-Bone', 'Bone');
const SOFT = preset('CT-Soft-Tissue', 'Soft tissue');
const LUNG = preset('CT-Lung', 'Lung');
const VESSELS = preset('CT-Chest-Vessels', 'Vessels');
const CARDIAC = preset('CT-Cardiac', 'Heart');
const AORTA = preset('CT-AAA', 'Aorta');
const MUSCLE = preset('CT-Muscle', 'Muscle');
const MR = preset('MR-Default', 'MR');
const ANGIO = preset('MR-Angio', 'MR angiography');
const BRAIN = preset('MR-T2-Brain', 'Brain, T2');

const HEAD = /HEAD|BRAIN|SKULL|NECK|FACE|SINUS/i;
const CHEST = /CHEST|THORAX|LUNG/i;
const BELLY = /ABD|PELVIS|LIVER|KIDNEY/i;
const VESSEL = /ANGIO|CTA|MRA|TOF|AORTA|CAROTID|VESSEL/i;

function ctPresets(words: string): readonly RenderPreset[] {
  if (VESSEL.test(words)) return [VESSELS, AORTA, BONE, CARDIAC, MIP, SOFT, MUSCLE, LUNG];
  if (HEAD.test(words)) return [BONE, SOFT, MUSCLE, VESSELS, MIP];
  if (CHEST.test(words)) return [BONE, VESSELS, LUNG, CARDIAC, SOFT, MUSCLE, MIP];
  if (BELLY.test(words)) return [BONE, AORTA, VESSELS, SOFT, MUSCLE, MIP];
  return [BONE, SOFT, MUSCLE, VESSELS, LUNG, MIP];
}

/** Presets for a series, the most fitting first: by modality, and by the words of its part of the body and description. */
export function renderPresets(modality: string, words: string): readonly RenderPreset[] {
  if (modality === 'CT') return ctPresets(words);
  if (modality === 'MR') return VESSEL.test(words) ? [ANGIO, MIP, MR, BRAIN] : HEAD.test(words) ? [MR, BRAIN, ANGIO, MIP] : [MR, ANGIO, MIP];
  return [MIP, MR];
}

/** Only of CT do values mean the same everywhere; elsewhere presets are stretched to the values that there are. */
export const hasOwnScale = (modality: string): boolean => modality !== 'CT';

export interface Eye {
  /** Where one looks from, at what, and what is up: LPS, mm. */
  readonly position: Vector;
  readonly focus: Vector;
  readonly up: Vector;
}

export const VIEWS = ['A', 'P', 'L', 'R', 'H', 'F'] as const;
export type ViewName = (typeof VIEWS)[number];

const DIRECTIONS: Readonly<Record<ViewName, readonly [towards: Vector, up: Vector]>> = {
  A: [[0, -1, 0], [0, 0, 1]],
  P: [[0, 1, 0], [0, 0, 1]],
  L: [[1, 0, 0], [0, 0, 1]],
  R: [[-1, 0, 0], [0, 0, 1]],
  H: [[0, 0, 1], [0, -1, 0]],
  F: [[0, 0, -1], [0, -1, 0]],
};

const length = (vector: Vector): number => Math.hypot(...vector);

/** Look at the same place from a side of the patient. */
export function lookFrom({ position, focus }: Eye, name: ViewName): Eye {
  const [towards, up] = DIRECTIONS[name];
  return { position: add(focus, scale(towards, length(subtract(position, focus)))), focus, up };
}

/** Turn `vector` about `axis` (unit length) by the right-hand rule; Rodrigues' formula. */
export function turn(vector: Vector, axis: Vector, degrees: number): Vector {
  const angle = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return add(add(scale(vector, c), scale(cross(axis, vector), s)), scale(axis, dot(axis, vector) * (1 - c)));
}

/** Walk around what one looks at: to the right and upwards, in degrees. */
export function orbit({ position, focus, up }: Eye, right: number, upwards: number): Eye {
  const steady = normalize(up);
  const out = turn(subtract(position, focus), steady, right);
  const across = normalize(cross(steady, out));
  const raised = turn(out, across, -upwards);
  return { position: add(focus, raised), focus, up: turn(steady, across, -upwards) };
}

/** Shares of the extent of the volume that are kept, from right to left, front to back, and foot to head. */
export type Crop = readonly [Share, Share, Share];
export type Share = readonly [from: number, to: number];

export const WHOLE: Crop = [
  [0, 1],
  [0, 1],
  [0, 1],
];

const LEAST_SHARE = 0.02;

/** A crop with one end moved, which never passes the other. */
export function moveEnd(crop: Crop, axis: 0 | 1 | 2, end: 0 | 1, value: number): Crop {
  const [from, to] = crop[axis];
  const share: Share = end === 0 ? [Math.min(Math.max(value, 0), to - LEAST_SHARE), to] : [from, Math.max(Math.min(value, 1), from + LEAST_SHARE)];
  return crop.map((one, index) => (index === axis ? share : one)) as unknown as Crop;
}

/** Planes that cut off what is not kept: a point on each, and the direction that stays. `bounds`: LPS, mm, least and greatest by axis. */
export function cropPlanes(crop: Crop, bounds: readonly number[]): { readonly origin: Vector; readonly normal: Vector }[] {
  return crop.flatMap(([from, to], axis) => {
    const [least = 0, greatest = 0] = [bounds[axis * 2], bounds[axis * 2 + 1]];
    const plane = (share: number, sign: 1 | -1): { origin: Vector; normal: Vector } => {
      const at = (value: number): Vector => [axis === 0 ? value : 0, axis === 1 ? value : 0, axis === 2 ? value : 0];
      return { origin: at(least + share * (greatest - least)), normal: at(sign) };
    };
    return [...(from > 0 ? [plane(from, 1)] : []), ...(to < 1 ? [plane(to, -1)] : [])];
  });
}
