/** What a hanging goes by: what is seen on a picture, from where, and how it was made. */
import { items, number, text, texts } from './dataset';
import { isLocalizer, type DisplaySet, type PictureSet } from './displaySet';
import { planeOf, sliceThicknessOf, type FrameRef } from './frame';
import { mainAxis } from './geometry';
import { wordsOf, type Kind, type Orientation, type Sequence, type View } from './hangingProtocol';
import type { Instance } from './instance';
import { Tag } from './tags';

/** A stack, a clip, or one picture of several that are looked at each by itself. */
export interface Candidate {
  readonly set: PictureSet;
  /** The frame (from 0) at which it is shown first. */
  readonly index: number;
  readonly facts: Facts;
}

export interface Facts {
  readonly modality: string;
  readonly words: readonly string[];
  readonly sequence: Sequence | undefined;
  readonly view: View | undefined;
  readonly laterality: 'R' | 'L' | undefined;
  readonly plane: Orientation | undefined;
  readonly kind: Kind;
  readonly frames: number;
  readonly thicknessMm: number;
  /** Neither a magnification or spot view, nor raw data. */
  readonly plain: boolean;
  readonly corrected: boolean;
  readonly bodyPart: string;
  readonly prior: boolean;
}

/** Each picture of such a series is a view of its own. */
const BY_PICTURE: ReadonlySet<string> = new Set(['CR', 'DX', 'MG', 'IO', 'PX', 'RG', 'US']);
/** What is no examination of its own. */
const ASIDE: ReadonlySet<string> = new Set(['SC', 'OT', 'SEG', 'PR', 'SR', 'KO', 'DOC', 'REG', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'ECG', 'RWV']);
const MOST_PICTURES = 64;

/** The modalities of a study's pictures; captures and derived objects count only when there is nothing else. */
export function readingModalities(modalities: readonly string[]): string[] {
  const all = [...new Set(modalities.filter(Boolean))].toSorted();
  const main = all.filter((modality) => !ASIDE.has(modality));
  return main.length > 0 ? main : all;
}

const VIEW_WORDS: readonly (readonly [RegExp, View])[] = [
  [/^(ll|rl|lat|lateral|laterolateral|latero-lateral|left lateral|right lateral)$/, 'LATERAL'],
  [/^(pa|postero-anterior|posteroanterior)$/, 'PA'],
  [/^(ap|antero-posterior|anteroposterior)$/, 'AP'],
  [/^(cc|cranio-caudal|craniocaudal)$/, 'CC'],
  [/^(mlo|medio-lateral oblique|mediolateral oblique|medio-lateral oblique projection)$/, 'MLO'],
  [/^(ml|lm|medio-lateral|mediolateral|latero-medial|lateromedial)$/, 'ML'],
  [/^(rao|lao|rpo|lpo|llo|rlo|oblique|obl)$/, 'OBLIQUE'],
];

const viewOfWord = (word: string): View | undefined => VIEW_WORDS.find(([pattern]) => pattern.test(word.trim().toLowerCase()))?.[1];

const only = <Item>(found: readonly (Item | undefined)[]): Item | undefined => {
  const different = [...new Set(found.filter((one) => one !== undefined))];
  return different.length === 1 ? different[0] : undefined;
};

/** View Position, else the view's code, else a word of the description if it is the only one. */
function viewOf({ dataset }: Instance, words: readonly string[]): View | undefined {
  const codes = items(dataset, Tag.ViewCodeSequence).map((code) => viewOfWord(text(code, Tag.CodeMeaning)));
  return viewOfWord(text(dataset, Tag.ViewPosition)) ?? codes[0] ?? only(words.map((word) => viewOfWord(/^[rl](cc|mlo|ml|lm)$/.exec(word)?.[1] ?? word)));
}

/** Image Laterality, else that of the series, else a word such as RCC. */
function lateralityOf({ dataset }: Instance, words: readonly string[]): 'R' | 'L' | undefined {
  const stated = text(dataset, Tag.ImageLaterality) || text(dataset, Tag.Laterality);
  if (stated === 'R' || stated === 'L') return stated;
  if (stated) return undefined;
  return only(words.map((word) => ({ r: 'R', l: 'L' } as const)[/^([rl])(?:cc|mlo|ml|lm)$/.exec(word)?.[1] ?? '']));
}

const SEQUENCE_WORDS: readonly (readonly [RegExp, Sequence])[] = [
  [/\badc\b|apparent diff/, 'ADC'],
  [/\bflair\b|dark.?fluid|\btirm.*dark/, 'FLAIR'],
  [/\bdwi\b|diffusion|\btrace\w*|\bep2d.?diff|\bdti\b/, 'DWI'],
  [/\bswi\b|\bswan\b|venobold|susceptib|\bt2 ?(star|\*)/, 'SWI'],
  [/\btof\b|time of flight/, 'TOF'],
  [/\bstir\b|\btirm\b/, 'STIR'],
  [/\bpd\b|proton density|\bpdw?\b/, 'PD'],
  [/\bt2w?\b/, 'T2'],
  [/\bt1w?\b|\bmprage\b|\bbravo\b|\bspgr\b|\bvibe\b/, 'T1'],
];
const CONTRAST = /\+ ?(c|gd|km)\b|\b(post|gad|gado|gd|contrast|ce|km|kontrast)\b/;

/** Of an MR series, by its description, else by its times (spin echo: TR below 800 ms is T1, TE above 60 ms T2). */
function sequenceOf({ dataset }: Instance, description: string): Sequence | undefined {
  const said = `${description} ${text(dataset, Tag.ProtocolName)}`.toLowerCase().replaceAll('_', ' ');
  const named = SEQUENCE_WORDS.find(([pattern]) => pattern.test(description.toLowerCase().replaceAll('_', ' ')))?.[1] ?? SEQUENCE_WORDS.find(([pattern]) => pattern.test(said))?.[1] ?? byTimes(dataset);
  const contrast = CONTRAST.test(said) || text(dataset, Tag.ContrastBolusAgent) !== '';
  return named === 'T1' && contrast ? 'T1_CONTRAST' : named;
}

function byTimes(dataset: Instance['dataset']): Sequence | undefined {
  const [repetition, echo, inversion] = [Tag.RepetitionTime, Tag.EchoTime, Tag.InversionTime].map((tag) => number(dataset, tag));
  if (repetition === undefined || echo === undefined) return undefined;
  if (inversion !== undefined && inversion > 1500 && echo > 60) return 'FLAIR';
  if (repetition < 800 && echo < 30) return 'T1';
  return repetition > 2000 && echo > 60 ? 'T2' : undefined;
}

const PLANES: readonly [Orientation, Orientation, Orientation] = ['sagittal', 'coronal', 'axial'];

type Made = Pick<Facts, 'modality' | 'words' | 'sequence' | 'view' | 'laterality'>;

/** What the description and the attributes say of how a picture was made. */
function madeHow({ series }: PictureSet, instance: Instance, byPicture: boolean): Made {
  const { modality, description } = series;
  const words = wordsOf(description);
  return {
    modality,
    words,
    sequence: modality === 'MR' ? sequenceOf(instance, description) : undefined,
    view: byPicture ? viewOf(instance, words) : undefined,
    laterality: byPicture ? lateralityOf(instance, words) : undefined,
  };
}

const isPlain = ({ dataset }: Instance): boolean => items(dataset, Tag.ViewModifierCodeSequence).length === 0 && text(dataset, Tag.PresentationIntentType) !== 'FOR PROCESSING';

const kindOf = (set: PictureSet, byPicture: boolean): Kind => {
  if (set.clip) return 'clip';
  return byPicture || set.frames.length === 1 ? 'single' : 'stack';
};

function factsOf(set: PictureSet, frame: FrameRef, byPicture: boolean, prior: boolean): Facts {
  const { instance } = frame;
  const plane = planeOf(frame);
  return {
    ...madeHow(set, instance, byPicture),
    plane: plane && PLANES[mainAxis(plane.normal)],
    kind: kindOf(set, byPicture),
    frames: byPicture ? 1 : set.frames.length,
    thicknessMm: sliceThicknessOf(frame) ?? 0,
    plain: isPlain(instance),
    corrected: texts(instance.dataset, Tag.CorrectedImage).includes('ATTN'),
    bodyPart: text(instance.dataset, Tag.BodyPartExamined),
    prior,
  };
}

/** What of a study can be hung, in the order of its series; planning images only when there is nothing else. */
export function candidatesOf(sets: readonly DisplaySet[], prior = false): Candidate[] {
  const pictures = sets.filter((set) => set.kind === 'pictures');
  const main = readingModalities(pictures.map(({ series }) => series.modality));
  const proper = pictures.filter((set) => !isLocalizer(set) && main.includes(set.series.modality));
  return (proper.length > 0 ? proper : pictures).flatMap((set) => {
    const byPicture = !set.clip && BY_PICTURE.has(set.series.modality) && set.frames.length <= MOST_PICTURES;
    return set.frames.slice(0, byPicture ? undefined : 1).map((frame, index) => ({ set, index, facts: factsOf(set, frame, byPicture, prior) }));
  });
}

/** The part of the body that most of them name. */
export function bodyPartOf(candidates: readonly Candidate[]): string {
  const counts = new Map<string, number>();
  for (const { facts } of candidates) if (facts.bodyPart) counts.set(facts.bodyPart, (counts.get(facts.bodyPart) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
