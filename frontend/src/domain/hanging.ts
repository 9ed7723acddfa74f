/** From a study and the protocols to what lies where: the same study always hangs alike. */
import type { Candidate, Facts } from './hangingFacts';
import { bodyPartOf, readingModalities } from './hangingFacts';
import { wordsOf, type Display, type HangingProtocol, type Rank, type Selector } from './hangingProtocol';

export interface Hung {
  readonly candidate: Candidate;
  readonly display: Display;
}

export interface Arrangement {
  readonly protocol: HangingProtocol;
  /** By viewport; undefined: nothing lies there. */
  readonly viewports: readonly (Hung | undefined)[];
}

export interface ReadingStudies {
  /** Of the study that is read, and of the earlier one. */
  readonly candidates: readonly Candidate[];
  readonly description: string;
}

const current = (candidates: readonly Candidate[]): Candidate[] => candidates.filter(({ facts }) => !facts.prior);

/** Whether a protocol is meant for a study of these modalities, as far as one knows before its series are known. */
export function mayMatch({ match }: HangingProtocol, modalities: readonly string[], hasPrior: boolean): boolean {
  return modalities.length > 0 && modalities.every((one) => match.modalities.includes(one)) && (match.prior ?? false) === hasPrior;
}

const upper = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');

type Condition = (match: HangingProtocol['match'], own: readonly Candidate[], description: string) => boolean;

const hasCount: Condition = ({ least = 0, most = Number.POSITIVE_INFINITY }, own) => own.length >= least && own.length <= most;
const hasPart: Condition = ({ body_parts: parts }, own) => !parts || parts.some((part) => upper(part) === upper(bodyPartOf(own)));
const hasViews: Condition = ({ views = [] }, own) => views.every((view) => own.some(({ facts }) => facts.view === view));
const hasSequences: Condition = ({ sequences = 0 }, own) => new Set(own.flatMap(({ facts }) => facts.sequence ?? [])).size >= sequences;

const hasWords: Condition = ({ words }, own, description) => {
  const said = new Set([...wordsOf(description), ...own.flatMap(({ facts }) => facts.words)]);
  return !words || words.some((word) => said.has(word.toLowerCase()));
};

function matches(protocol: HangingProtocol, { candidates, description }: ReadingStudies): boolean {
  const own = current(candidates);
  const modalities = readingModalities(own.map(({ facts }) => facts.modality));
  if (!mayMatch(protocol, modalities, candidates.length > own.length)) return false;
  return [hasCount, hasPart, hasViews, hasSequences, hasWords].every((holds) => holds(protocol.match, own, description));
}

function isWanted(selector: Selector, facts: Facts): boolean {
  const same = (['modality', 'sequence', 'view', 'laterality', 'plane', 'kind'] as const).every((name) => selector[name] === undefined || selector[name] === facts[name]);
  return same && (selector.study === 'prior') === facts.prior && (selector.words ?? []).every((word) => facts.words.includes(word.toLowerCase()));
}

/** How alike two are; more is more. */
function likeness(a: Facts, b: Facts): number {
  const same = (name: 'modality' | 'plane' | 'sequence' | 'view' | 'laterality' | 'kind'): number => (a[name] === b[name] ? 1 : 0);
  const shared = a.words.filter((word) => b.words.includes(word)).length / Math.max(1, a.words.length, b.words.length);
  const [thin, thick] = [Math.min(a.thicknessMm, b.thicknessMm), Math.max(a.thicknessMm, b.thicknessMm)];
  return 8 * same('modality') + 4 * (same('plane') + same('sequence') + same('view') + same('laterality')) + 2 * shared + (thick > 0 ? thin / thick : 0) + same('kind');
}

/** More is better. */
function score(rank: Rank, facts: Facts, like: Facts | undefined): number {
  const scores: Readonly<Record<Rank, () => number>> = {
    plain: () => Number(facts.plain),
    axial: () => Number(facts.plane === 'axial'),
    thin: () => -facts.thicknessMm,
    thick: () => facts.thicknessMm,
    many: () => facts.frames,
    corrected: () => Number(facts.corrected),
    clip: () => Number(facts.kind === 'clip'),
    alike: () => (like ? likeness(facts, like) : 0),
  };
  return scores[rank]();
}

function best(found: readonly Candidate[], selector: Selector, like: Facts | undefined): Candidate | undefined {
  const better = (a: Candidate, b: Candidate): number => {
    for (const rank of selector.rank ?? []) {
      const difference = score(rank, b.facts, like) - score(rank, a.facts, like);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return found.toSorted(better)[0];
}

/** All viewports' first choices, then their second ones, ...: nothing lies in two places unless a selector allows it. */
function fill(protocol: HangingProtocol, candidates: readonly Candidate[]): (Hung | undefined)[] {
  const hung: (Hung | undefined)[] = protocol.viewports.map(() => undefined);
  const used = new Set<Candidate>();
  const rounds = Math.max(0, ...protocol.viewports.map((viewport) => viewport?.select.length ?? 0));
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, viewport] of protocol.viewports.entries()) {
      const selector = viewport?.select[round];
      if (!selector || hung[place]) continue;
      const free = candidates.filter((one) => (selector.again === true || !used.has(one)) && isWanted(selector, one.facts));
      const candidate = best(free, selector, hung[selector.alike_to ?? -1]?.candidate.facts);
      if (!candidate) continue;
      used.add(candidate);
      hung[place] = { candidate, display: viewport.display ?? {} };
    }
  }
  return hung;
}

/** Hang by the first protocol that fits the study and finds enough of what it looks for. */
export function hang(protocols: readonly HangingProtocol[], studies: ReadingStudies): Arrangement | undefined {
  for (const protocol of protocols) {
    if (!matches(protocol, studies)) continue;
    const viewports = fill(protocol, studies.candidates);
    const needed = protocol.needed ?? protocol.viewports.filter(Boolean).length;
    if (viewports.filter(Boolean).length >= Math.max(1, needed)) return { protocol, viewports };
  }
  return undefined;
}

/** Where a display begins: the frame from 0. */
export function startOf({ candidate, display }: Hung): number {
  const isStack = candidate.facts.kind === 'stack';
  return isStack && display.start === 'middle' ? Math.floor(candidate.set.frames.length / 2) : candidate.index;
}
