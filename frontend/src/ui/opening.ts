/** What lies in the viewports when the page opens: what a link says, or a hanging, or the first pictures. */
import type { ViewerConfig } from '../api/config';
import { candidatesOf, bodyPartOf, readingModalities, type Candidate } from '../domain/hangingFacts';
import { hang, mayMatch, type Arrangement } from '../domain/hanging';
import { DEFAULT_PROTOCOLS } from '../domain/hangingDefaults';
import { hangingKey, type HangingProtocol, type KeptHanging } from '../domain/hangingProtocol';
import type { DisplaySet } from '../domain/displaySet';
import { firstSet } from '../domain/hangingOrder';
import { LAYOUTS, viewportCount, type Layout } from '../domain/layout';
import { distinctPatients } from '../domain/patient';
import { viewOfFragment, type SharedView } from '../domain/viewLink';
import type { Hanger } from '../tools/hanger';
import type { Workspace } from '../tools/workspace';
import type { StudyEntry } from '../api/library';

function openingLayout(studies: number, narrow: boolean): Layout {
  if (studies === 2 && narrow) return { rows: 2, columns: 1 };
  return LAYOUTS.find((layout) => viewportCount(layout) >= studies) ?? { rows: 2, columns: 2 };
}

const setsOf = ({ series }: StudyEntry): DisplaySet[] => series.flatMap(({ sets }) => sets);
const isKnown = ({ status, series }: StudyEntry): boolean => status === 'failed' || (status === 'ready' && series.every((one) => one.status !== 'loading'));
const modalitiesOf = ({ series }: StudyEntry): string[] => readingModalities(series.map(({ summary }) => summary.modality));

/** A second study hangs as the earlier one only when nothing speaks against one patient. */
function isPrior([current, other, ...more]: readonly StudyEntry[]): boolean {
  if (!current?.summary || !other?.summary || more.length > 0) return false;
  const ofSets = [current, other].flatMap(setsOf).map(({ patient }) => patient);
  return distinctPatients([current.summary.patient, other.summary.patient, ...ofSets]).length === 1;
}

export function allCandidates(studies: readonly StudyEntry[]): Candidate[] {
  return studies.slice(0, 2).flatMap((study, index) => candidatesOf(setsOf(study), index > 0));
}

/** Under which a user's hanging of these studies is kept. */
export function keyOf(studies: readonly StudyEntry[]): string {
  const own = studies[0] ? candidatesOf(setsOf(studies[0])) : [];
  return hangingKey(readingModalities(own.map(({ facts }) => facts.modality)), bodyPartOf(own));
}

/** How studies hang by these protocols, all of them known. */
export function arrangementOf(studies: readonly StudyEntry[], protocols: readonly HangingProtocol[]): Arrangement | undefined {
  if (studies.length > 1 && !isPrior(studies)) return undefined;
  return hang(protocols, { candidates: allCandidates(studies), description: studies[0]?.summary?.description ?? '' });
}

/** A user's own hangings first, but only those for this kind of study. */
const protocolsFor = (studies: readonly StudyEntry[], kept: readonly KeptHanging[]): HangingProtocol[] => {
  const key = keyOf(studies);
  return [...kept.filter((one) => one.key === key).map(({ protocol }) => protocol), ...DEFAULT_PROTOCOLS];
};

/** Fills viewport after viewport as the studies arrive, each once; afterwards the reader decides. */
export class Opening {
  private readonly opened = new Set<string>();
  private arranged = false;
  private hung = false;
  private readonly link: SharedView | undefined;

  constructor(
    private readonly workspace: Workspace,
    private readonly hanger: Hanger,
    private readonly config: Pick<ViewerConfig, 'hangings'>,
    fragment: string,
  ) {
    this.link = viewOfFragment(fragment);
  }

  update(studies: readonly StudyEntry[], narrow: boolean): void {
    if (!this.arranged) {
      this.arranged = true;
      this.workspace.setLayout(openingLayout(studies.length, narrow));
    }
    if (studies.every(isKnown)) this.hangAll(studies, narrow);
    if (!this.isWaiting(studies)) this.openEach(studies);
  }

  /** Whether more than one of the studies' series may be hung, so that all must be known first. */
  private isWaiting(studies: readonly StudyEntry[]): boolean {
    const [first] = studies;
    if (this.hung || !first || studies.every(isKnown)) return false;
    if (this.link || first.status === 'loading') return true;
    const kept = this.config.hangings.map(({ protocol }) => protocol);
    return [...kept, ...DEFAULT_PROTOCOLS].some((protocol) => viewportCount(protocol.layout) > 1 && mayMatch(protocol, modalitiesOf(first), studies.length > 1) && studies.length < 3);
  }

  private hangAll(studies: readonly StudyEntry[], narrow: boolean): void {
    if (this.hung) return;
    this.hung = true;
    // What the reader has laid somewhere meanwhile stays.
    if (this.opened.size > 0 || this.workspace.getState().sets.some((set) => set !== undefined)) return;
    if (!this.showLink(studies) && !this.arrange(studies, narrow)) return;
    for (const { studyInstanceUID } of studies) this.opened.add(studyInstanceUID);
  }

  private showLink(studies: readonly StudyEntry[]): boolean {
    if (!this.link) return false;
    const shown = this.hanger.show(this.link, (id) => studies.flatMap(setsOf).find((set) => set.id === id));
    if (!shown) this.workspace.tell('What the link shows is not among the studies that are open.');
    return shown;
  }

  private arrange(studies: readonly StudyEntry[], narrow: boolean): boolean {
    const arrangement = studies.length > 0 ? arrangementOf(studies, protocolsFor(studies, this.config.hangings)) : undefined;
    // On a narrow screen more than two side by side are too small to read.
    if (!arrangement || (narrow && arrangement.protocol.layout.columns > 2)) return false;
    this.hanger.hang(arrangement, narrow);
    return true;
  }

  private openEach(studies: readonly StudyEntry[]): void {
    studies.slice(0, viewportCount(this.workspace.getState().layout)).forEach((study, index) => this.open(study, index));
  }

  private open(study: StudyEntry, index: number): void {
    const set = this.opened.has(study.studyInstanceUID) ? undefined : firstSet(study.series);
    if (!set) return;
    this.opened.add(study.studyInstanceUID);
    if (this.workspace.getState().sets[index]) return;
    const { active } = this.workspace.getState();
    this.workspace.place(set, index);
    this.workspace.activate(active);
  }
}
