/**
 * The form of a hanging protocol: what is laid where when a study is opened. In words for other
 * readers: contract/hanging-protocol.schema.json; viewer/hanging/content.py checks the same.
 */
export const VIEWS = ['PA', 'AP', 'LATERAL', 'OBLIQUE', 'CC', 'MLO', 'ML'] as const;
export type View = (typeof VIEWS)[number];

export const SEQUENCES = ['T1', 'T1_CONTRAST', 'T2', 'FLAIR', 'STIR', 'PD', 'DWI', 'ADC', 'SWI', 'TOF'] as const;
export type Sequence = (typeof SEQUENCES)[number];

export const ORIENTATIONS = ['axial', 'coronal', 'sagittal'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

export const KINDS = ['stack', 'single', 'clip'] as const;
export type Kind = (typeof KINDS)[number];

/** What makes one of several better; the first that tells two apart decides, else their order. */
export const RANKS = ['plain', 'axial', 'thin', 'thick', 'many', 'corrected', 'clip', 'alike'] as const;
export type Rank = (typeof RANKS)[number];

export type Side = 'left' | 'right';

/** What may lie in a viewport: everything given has to hold. */
export interface Selector {
  readonly modality?: string;
  /** Words of the series description, all of them, in lower case. */
  readonly words?: readonly string[];
  readonly sequence?: Sequence;
  readonly view?: View;
  readonly laterality?: 'R' | 'L';
  readonly plane?: Orientation;
  readonly kind?: Kind;
  /** Of the study that is read, or of the earlier one beside it. */
  readonly study?: 'current' | 'prior';
  /** 'alike' goes by what lies in this viewport, from 0. */
  readonly alike_to?: number;
  readonly rank?: readonly Rank[];
  /** May lie elsewhere, too. */
  readonly again?: boolean;
}

export interface Display {
  /** The label of a window preset of the modality. */
  readonly preset?: string;
  readonly mirror?: boolean;
  /** The edge of the viewport at which the chest wall lies; the picture is mirrored for it where needed. */
  readonly chest_wall?: Side;
  /** 'same': all viewports that say so show one scale, in mm per pixel of the screen. */
  readonly scale?: 'fit' | 'same';
  readonly start?: 'first' | 'middle';
}

export interface HangingViewport {
  /** The first that finds something; an earlier choice of any viewport comes before later ones. */
  readonly select: readonly Selector[];
  readonly display?: Display;
}

export interface HangingProtocol {
  readonly name: string;
  readonly match: {
    /** All pictures of the study are made with these. */
    readonly modalities: readonly string[];
    readonly body_parts?: readonly string[];
    /** One of these words stands in a description of the study or its series. */
    readonly words?: readonly string[];
    /** How many pictures or stacks there are. */
    readonly least?: number;
    readonly most?: number;
    /** Views that the study has, all of them. */
    readonly views?: readonly View[];
    /** How many different sequences there are, at least. */
    readonly sequences?: number;
    /** With an earlier study beside it, or without; left out: without. */
    readonly prior?: boolean;
  };
  readonly layout: { readonly rows: number; readonly columns: number };
  readonly viewports: readonly (HangingViewport | null)[];
  /** How many viewports must find something; left out: all. */
  readonly needed?: number;
  readonly links?: 'none' | 'position';
  readonly extra?: 'none' | 'mpr';
}

/** A user's own protocol, and for which studies. */
export interface KeptHanging {
  /** 'CT.CHEST', 'CT+PT', ...: see `hangingKey`. */
  readonly key: string;
  readonly protocol: HangingProtocol;
}

/** Where a user's own hangings are kept. */
export interface HangingServer {
  keep: (key: string, protocol: HangingProtocol) => Promise<void>;
  forget: (key: string) => Promise<void>;
}

const plain = (value: string): string => value.toUpperCase().replace(/[^A-Z0-9]+/g, '').slice(0, 16);

/** Under which a user's hanging is kept: the modalities in alphabetical order, then the part of the body. */
export function hangingKey(modalities: readonly string[], bodyPart: string): string {
  const kinds = [...new Set(modalities.map(plain).filter(Boolean))].toSorted().slice(0, 4).join('+') || 'OT';
  const part = plain(bodyPart);
  return part ? `${kinds}.${part}` : kinds;
}

export const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
