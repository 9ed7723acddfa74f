/** PET (or another map of function) over CT or MR: which belong together, and how the upper one is shown. */
import { text, texts } from './dataset';
import { isLocalizer, type DisplaySet, type PictureSet } from './displaySet';
import { Tag } from './tags';
import { checkVolume } from './volume';
import type { ValueRange } from './window';

const FUNCTION: ReadonlySet<string> = new Set(['PT', 'NM']);
const ANATOMY: ReadonlySet<string> = new Set(['CT', 'MR']);

export interface FusionPair {
  readonly under: PictureSet;
  readonly over: PictureSet;
}

const frameOfReference = ({ frames: [first] }: PictureSet): string => text(first?.instance.dataset, Tag.FrameOfReferenceUID);
const isCorrected = ({ frames: [first] }: PictureSet): boolean => texts(first?.instance.dataset, Tag.CorrectedImage).includes('ATTN');
const isVolume = (set: PictureSet): boolean => !isLocalizer(set) && checkVolume(set.frames).kind === 'regular';

/** More is better: attenuation corrected before not, more slices before fewer. */
const rank = (set: PictureSet): number => (isCorrected(set) ? 1_000_000 : 0) + set.frames.length;

/**
 * The series that goes with `chosen` in one picture: of the same study and frame of reference, one of
 * them of function and one of anatomy; or why there is none.
 */
export function fusionPair(chosen: PictureSet, sets: readonly DisplaySet[]): FusionPair | string {
  const isOver = FUNCTION.has(chosen.series.modality);
  if (!isOver && !ANATOMY.has(chosen.series.modality)) return 'It is neither PET nor CT nor MR.';
  const wanted = isOver ? ANATOMY : FUNCTION;
  const reference = frameOfReference(chosen);
  const others = sets.filter((set): set is PictureSet => set.kind === 'pictures' && set.series.studyInstanceUID === chosen.series.studyInstanceUID && wanted.has(set.series.modality));
  if (others.length === 0) return isOver ? 'The study has no CT or MR to lay it over.' : 'The study has no PET to lay over it.';
  const aligned = others.filter((set) => reference !== '' && frameOfReference(set) === reference);
  if (aligned.length === 0) return 'The series do not share a frame of reference: nothing says how they lie to each other.';
  const [best] = aligned.filter(isVolume).toSorted((a, b) => rank(b) - rank(a));
  if (!best) return 'The other series is no volume with evenly spaced slices.';
  return isOver ? { under: best, over: chosen } : { under: chosen, over: best };
}

export const FUSION_MAPS = ['hot', 'rainbow', 'grey'] as const;
export type FusionMap = (typeof FUSION_MAPS)[number];

/** Red, green and blue from 0 to 1 at shares of the window, as colour maps want them: share, r, g, b, ... */
export const MAP_POINTS: Readonly<Record<FusionMap, readonly number[]>> = {
  hot: [0, 0, 0, 0, 0.35, 0.7, 0, 0, 0.65, 1, 0.55, 0, 0.88, 1, 0.95, 0.3, 1, 1, 1, 1],
  rainbow: [0, 0, 0, 0.2, 0.2, 0, 0, 1, 0.4, 0, 0.85, 0.9, 0.55, 0, 0.8, 0.1, 0.75, 1, 0.95, 0, 0.9, 1, 0.35, 0, 1, 0.85, 0, 0],
  grey: [0, 0, 0, 0, 1, 1, 1, 1],
};

export interface FusionLook {
  readonly map: FusionMap;
  /** Of what is at or above a tenth of the window; 0 to 1. */
  readonly opacity: number;
  /** In the units that the reader sees: SUV where it is known. */
  readonly range: ValueRange;
}

/** SUV 0 to 7 is how FDG is usually read; where there is no SUV, what the values themselves say. */
export function openingLook(hasSuv: boolean, greatest: number): FusionLook {
  return { map: 'hot', opacity: 0.6, range: { lower: 0, upper: hasSuv ? 7 : Math.max(greatest * 0.5, Number.MIN_VALUE) } };
}

/** Nothing hides what lies below where there is no uptake. */
export function opacityPoints({ lower, upper }: ValueRange, opacity: number): { readonly value: number; readonly opacity: number }[] {
  const width = upper - lower;
  return [
    { value: lower, opacity: 0 },
    { value: lower + width * 0.1, opacity: opacity * 0.6 },
    { value: lower + width * 0.3, opacity },
    { value: upper, opacity },
  ];
}
