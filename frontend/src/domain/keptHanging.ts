/** What lies on the screen now, as a protocol for the next study of this kind: kinds of series, no UIDs. */
import type { Candidate } from './hangingFacts';
import type { Display, HangingProtocol, HangingViewport, Selector } from './hangingProtocol';
import { viewportCount, type Layout } from './layout';

export interface Lying {
  /** The display set and the frame (from 0) that is seen. */
  readonly setId: string;
  readonly index: number;
  readonly display: Display;
}

const MOST_WORDS = 8;

/** Words that describe, not those that may name somebody: no long numbers. */
const sayable = (words: readonly string[]): string[] => words.filter((word) => word.length <= 24 && !/\d{4}/.test(word)).slice(0, MOST_WORDS);

/** From what is most like it to what is at least of its kind. */
function selectorsOf({ facts }: Candidate): Selector[] {
  const study: Pick<Selector, 'study'> = facts.prior ? { study: 'prior' } : {};
  const { modality, sequence, view, laterality, plane, kind } = facts;
  if (view ?? laterality) return [{ modality, ...(view && { view }), ...(laterality && { laterality }), ...study, rank: ['plain'] }];
  const made = { modality, ...(sequence && { sequence }), ...(plane && { plane }), ...study };
  const words = sayable(facts.words);
  const named: Selector[] = words.length > 0 ? [{ ...made, kind, words }] : [];
  return [...named, { ...made, kind }, made, { modality, ...study }];
}

const isAt = ({ setId, index }: Lying) => (one: Candidate): boolean => one.set.id === setId && (one.facts.kind !== 'single' || one.index === index);

function viewportOf(lying: Lying | undefined, candidates: readonly Candidate[]): HangingViewport | null {
  const candidate = lying && candidates.find(isAt(lying));
  if (!lying || !candidate) return null;
  return { select: selectorsOf(candidate), display: lying.display };
}

/** A protocol for what lies there; undefined when nothing does that could be looked for again. */
export function protocolOf(layout: Layout, lying: readonly (Lying | undefined)[], candidates: readonly Candidate[], linked: boolean): HangingProtocol | undefined {
  const own = candidates.filter(({ facts }) => !facts.prior);
  const viewports = Array.from({ length: viewportCount(layout) }, (_, place) => viewportOf(lying[place], candidates));
  if (viewports.every((viewport) => viewport === null)) return undefined;
  return {
    name: 'As last hung',
    match: { modalities: [...new Set(own.map(({ facts }) => facts.modality))].toSorted().slice(0, 8), prior: own.length < candidates.length },
    layout,
    viewports,
    needed: 1,
    links: linked ? 'position' : 'none',
  };
}

