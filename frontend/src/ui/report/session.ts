/** A report while it is open in a window: its lease, its text, its saves. Knows no components. */
import { CallError, type Held, type LeaseAnswer, type ReportsApi, type Signature } from '../../api/reports';
import { dueAt, INITIAL, isUnsaved, reduce, wouldBeLost, type AutosaveEvent, type AutosaveState, type Conflict, type ConflictReason, type CurrentDraft, type FailureReason, type Person } from '../../domain/report/autosave';
import { fromDocument, sameContent, type ReportContent, type RichNode } from '../../domain/report/content';
import { startsByItself, type ReportAnswer } from '../../domain/report/report';
import { randomName, rename, windowName } from './windowName';

const HEARTBEAT_MS = 30_000;
/** A timer that comes this late has slept with the machine. */
const SLEPT_MS = 45_000;

export type LeaseState =
  | { readonly kind: 'none' | 'mine' }
  | { readonly kind: 'held'; readonly reader: Person | null; readonly since: string | null }
  | { readonly kind: 'lost'; readonly reader: Person | null }
  | { readonly kind: 'moved' };

export interface SessionState {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: string;
  readonly answer: ReportAnswer | undefined;
  readonly lease: LeaseState;
  /** What the editor begins with; a new generation is a new editor. */
  readonly content: ReportContent | undefined;
  readonly generation: number;
  readonly draftKind: string;
  readonly autosave: AutosaveState;
  /** The template as it came, to tell what was typed from what it said. */
  readonly base: ReportContent | undefined;
}

const START: SessionState = { phase: 'loading', problem: '', answer: undefined, lease: { kind: 'none' }, content: undefined, generation: 0, draftKind: '', autosave: INITIAL, base: undefined };

const personOf = (value: unknown): Person | null => (typeof value === 'object' && value !== null ? (value as Person) : null);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const asCallError = (error: unknown): CallError => (error instanceof CallError ? error : new CallError('program', 0, { detail: String(error) }));

const CONFLICTS: readonly string[] = ['stale-lease', 'stale-version', 'closed'] satisfies ConflictReason[];
const isConflict = (code: string): code is ConflictReason => CONFLICTS.includes(code);

function failureOf(code: string): FailureReason {
  if (code === 'offline' || code === 'session' || code === 'content') return code;
  return 'server';
}

export class ReportSession {
  private state = START;
  private readonly listeners = new Set<() => void>();
  private saveTimer: ReturnType<typeof setTimeout> | undefined;
  private heartbeatAt = Date.now();
  private renewing = false;
  private token = 0;
  private holder: string;
  private document: (() => RichNode) | undefined;

  constructor(
    readonly api: ReportsApi,
    private readonly me: number,
    private readonly now: () => number = Date.now,
  ) {
    this.holder = windowName();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): SessionState => this.state;

  get windowName(): string {
    return this.holder;
  }

  /** Another window goes by the same name: this one was made as its copy. */
  takeNewName(): void {
    this.holder = randomName();
    rename(this.holder);
  }

  get mayWrite(): boolean {
    const { lease, autosave, draftKind } = this.state;
    return lease.kind === 'mine' && draftKind !== '' && !autosave.conflict;
  }

  /** The text as it stands in this window. */
  content(): ReportContent | undefined {
    const { content } = this.state;
    return content && this.document ? fromDocument(this.document(), content) : content;
  }

  // --- Opening ------------------------------------------------------------------------------

  async open(): Promise<void> {
    this.update({ phase: 'loading', problem: '' });
    try {
      const answer = await this.api.load();
      this.update({ answer });
      if (answer.rights.write) await this.takeLease(false);
      else await this.showReport(answer);
      this.update({ phase: 'ready' });
      if (this.state.lease.kind === 'mine' && startsByItself(answer, this.me)) await this.start('report', answer.suggested_template);
    } catch (error) {
      this.update({ phase: 'failed', problem: asCallError(error).code });
    }
  }

  /** Another window has the report: read along, until somebody says that it goes on here. */
  async openElsewhere(): Promise<void> {
    try {
      const answer = await this.api.load();
      this.update({ answer, lease: { kind: 'moved' } });
      await this.showReport(answer);
      this.update({ phase: 'ready' });
    } catch (error) {
      this.update({ phase: 'failed', problem: asCallError(error).code });
    }
  }

  /** Fetch what the server says of the report again; the text in the editor stays. */
  async refresh(): Promise<void> {
    this.update({ answer: await this.api.load() });
  }

  /** Take the lease; of somebody else only with `takeover`. Throws CallError but for 'lease-held'. */
  async takeLease(takeover: boolean): Promise<void> {
    try {
      const lease = await this.api.takeLease(this.holder, takeover);
      await this.onLease(lease);
    } catch (error) {
      const { code, body } = asCallError(error);
      if (code !== 'lease-held') throw error;
      this.update({ lease: { kind: 'held', reader: personOf(body.reader), since: textOf(body.acquired_at) } });
      await this.showReport();
    }
  }

  private async onLease(lease: LeaseAnswer): Promise<void> {
    this.token = lease.token;
    this.beat();
    const mine = this.content();
    const { autosave } = this.state;
    if (mine && isUnsaved(autosave)) {
      this.meet(lease, mine);
      return;
    }
    const answer = await this.api.load();
    this.update({ answer, lease: { kind: 'mine' } });
    await this.showReport(answer);
  }

  /** The lease is back, and there is text here that the draft has not. */
  private meet(lease: LeaseAnswer, mine: ReportContent): void {
    const { autosave } = this.state;
    this.update({ lease: { kind: 'mine' } });
    if (lease.draft && lease.draft_version !== autosave.version && !sameContent(lease.draft, mine)) {
      const current: CurrentDraft = { version: lease.draft_version, content: lease.draft, author: null, saved_at: null };
      this.dispatch({ type: 'conflicted', conflict: { reason: 'stale-version', current } });
      void this.nameRival();
    } else {
      this.dispatch({ type: 'resolved', version: lease.draft_version, keep: 'mine' });
    }
  }

  private async nameRival(): Promise<void> {
    const { report } = await this.api.load();
    const { conflict } = this.state.autosave;
    if (!conflict?.current) return;
    const current = { ...conflict.current, author: report.draft_author, saved_at: report.draft_saved_at };
    this.dispatch({ type: 'conflicted', conflict: { ...conflict, current } });
  }

  /** Show the draft, or else what was signed last. */
  private async showReport(answer = this.state.answer): Promise<void> {
    if (!answer) return;
    const { draft, draft_kind, draft_version, draft_saved_at, versions } = answer.report;
    if (draft && draft_kind) {
      this.load(draft, draft_kind, draft_version, draft_saved_at ?? undefined);
      return;
    }
    const last = versions.at(-1);
    if (last) this.load((await this.api.version(last.number)).content, '', draft_version, undefined);
    else this.unload();
  }

  private load(content: ReportContent, draftKind: string, version: number, savedAt: string | undefined): void {
    this.document = undefined;
    this.update({ content, draftKind, generation: this.state.generation + 1 });
    this.dispatch({ type: 'loaded', version, savedAt });
  }

  private unload(): void {
    this.document = undefined;
    this.update({ content: undefined, draftKind: '', generation: this.state.generation + 1 });
    this.dispatch({ type: 'loaded', version: 0, savedAt: undefined });
  }

  // --- Writing ------------------------------------------------------------------------------

  async start(kind: string, template: string): Promise<void> {
    const started = await this.api.start(this.held, kind, template);
    this.load(started.draft, started.draft_kind, started.draft_version, undefined);
    if (kind === 'report') this.update({ base: started.draft });
    await this.refresh();
  }

  /** `document` gives the text on demand: nothing is copied while somebody types. */
  edited(document: () => RichNode): void {
    this.document = document;
    if (this.mayWrite) this.dispatch({ type: 'edited', now: this.now() });
  }

  /** The editor holds the text now, unchanged. */
  holds(document: () => RichNode): void {
    this.document ??= document;
  }

  setBase(base: ReportContent): void {
    const { content } = this.state;
    this.update({ base, content: content && { ...content, template: base.template ?? '', title: base.title ?? '' } });
  }

  saveNow(): void {
    this.dispatch({ type: 'asked' });
  }

  /** Wait until everything is saved; false when that cannot be now. */
  async settle(): Promise<boolean> {
    this.saveNow();
    await this.until(() => !isUnsaved(this.state.autosave) || this.state.autosave.failure !== undefined || this.state.autosave.conflict !== undefined);
    return !isUnsaved(this.state.autosave) && !this.state.autosave.conflict;
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        stop();
        resolve();
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  async discard(): Promise<void> {
    await this.settle();
    await this.api.discard(this.held, this.state.autosave.version);
    await this.refresh();
    await this.showReport();
  }

  // --- Saving -------------------------------------------------------------------------------

  private dispatch(event: AutosaveEvent): void {
    this.update({ autosave: reduce(this.state.autosave, event) });
    this.plan();
  }

  private plan(): void {
    clearTimeout(this.saveTimer);
    const due = dueAt(this.state.autosave);
    if (due !== undefined && this.document) this.saveTimer = setTimeout(() => void this.save(), Math.max(0, due - this.now()));
  }

  private async save(): Promise<void> {
    const content = this.content();
    if (!content || this.state.autosave.sending !== undefined) return;
    const { version } = this.state.autosave;
    this.dispatch({ type: 'sending' });
    try {
      const saved = await this.api.saveDraft(this.held, version, content);
      this.dispatch({ type: 'saved', version: saved.version, savedAt: saved.saved_at });
    } catch (error) {
      this.onSaveError(asCallError(error), content);
    }
  }

  private onSaveError({ code, body }: CallError, sent: ReportContent): void {
    if (!isConflict(code)) {
      this.dispatch({ type: 'failed', reason: failureOf(code), now: this.now() });
      return;
    }
    const current = body.current as CurrentDraft | undefined;
    // Saved before, and only the answer was lost on the way.
    if (code === 'stale-version' && current?.content && sameContent(current.content, sent)) {
      this.dispatch({ type: 'saved', version: current.version, savedAt: current.saved_at ?? '' });
      return;
    }
    this.onConflict({ reason: code, current, by: current?.author });
  }

  private onConflict(conflict: Conflict): void {
    if (conflict.reason === 'stale-lease') this.update({ lease: { kind: 'lost', reader: this.lostTo() ?? null } });
    this.dispatch({ type: 'conflicted', conflict });
    this.refresh().then(() => this.nameTaker(), () => undefined);
  }

  /** Who has the lease now; that is not who saved the draft last. */
  private nameTaker(): void {
    const { lease, answer } = this.state;
    if (lease.kind === 'lost') this.update({ lease: { kind: 'lost', reader: answer?.lease.reader ?? lease.reader } });
  }

  private lostTo(): Person | undefined {
    const { lease } = this.state;
    return lease.kind === 'lost' ? (lease.reader ?? undefined) : undefined;
  }

  /** Go on after a conflict, with one's own text or with the draft as it stands. */
  resolve(keep: 'mine' | 'theirs'): void {
    const { conflict } = this.state.autosave;
    if (!conflict?.current) return;
    const { version, content, saved_at } = conflict.current;
    if (keep === 'theirs' && content) this.load(content, this.state.draftKind, version, saved_at ?? undefined);
    else this.dispatch({ type: 'resolved', version, keep });
  }

  /** After a lost lease: give the text of this window up and show what there is now. */
  async showCurrent(): Promise<void> {
    await this.refresh();
    await this.showReport();
  }

  // --- The lease ----------------------------------------------------------------------------

  get held(): Held {
    return { holder: this.holder, token: this.token };
  }

  private beat(): void {
    this.heartbeatAt = this.now();
  }

  /** Look after the lease; to be called often, and when the machine or the network wakes up. */
  async tend(isWakeUp = false): Promise<void> {
    const since = this.now() - this.heartbeatAt;
    if (isWakeUp || since > SLEPT_MS) this.dispatch({ type: 'reconnected', now: this.now() });
    if (this.state.lease.kind !== 'mine' || this.renewing || (!isWakeUp && since < HEARTBEAT_MS)) return;
    this.renewing = true;
    try {
      await this.api.heartbeat(this.held);
      this.beat();
    } catch (error) {
      const { code, body } = asCallError(error);
      if (code === 'lease-lost') await this.onLost(personOf(body.reader));
    } finally {
      this.renewing = false;
    }
  }

  /** Nobody may have it: then it is taken anew. Somebody has: then this window only reads. */
  private async onLost(reader: Person | null): Promise<void> {
    if (reader === null) {
      await this.takeLease(false).catch(() => undefined);
      return;
    }
    this.update({ lease: { kind: 'lost', reader } });
    this.dispatch({ type: 'lost', by: reader });
    await this.refresh().catch(() => undefined);
  }

  /** Save, give the lease back, and go read-only: the report goes on in another window. */
  async moveAway(): Promise<boolean> {
    if (this.state.lease.kind !== 'mine') return !this.wouldLoseText;
    if (!(await this.settle())) return false;
    await this.api.release(this.held).catch(() => undefined);
    this.update({ lease: { kind: 'moved' } });
    return true;
  }

  /** The window closes: what is unsaved goes with the last breath, else the lease is given back. */
  leave(): void {
    const content = this.content();
    if (this.state.lease.kind === 'mine' && !isUnsaved(this.state.autosave)) void this.api.release(this.held).catch(() => undefined);
    else if (content && wouldBeLost(this.state.autosave)) void this.api.saveDraft(this.held, this.state.autosave.version, content, true).catch(() => undefined);
  }

  get wouldLoseText(): boolean {
    return wouldBeLost(this.state.autosave);
  }

  // --- Signing ------------------------------------------------------------------------------

  async sign(signature: Omit<Signature, keyof Held | 'version'>): Promise<void> {
    if (!(await this.settle())) throw new CallError('unsaved', 0, {});
    await this.api.sign({ ...signature, ...this.held, version: this.state.autosave.version });
    await this.afterSigning();
  }

  async withdraw(password: string, reason: string): Promise<void> {
    await this.api.withdraw(password, reason);
    await this.afterSigning();
  }

  private async afterSigning(): Promise<void> {
    this.dispatch({ type: 'loaded', version: 0, savedAt: undefined });
    await this.refresh();
    await this.showReport();
  }

  // --- Life in a page -----------------------------------------------------------------------

  /** Watch over the page until the returned function is called. */
  attach(): () => void {
    const timer = setInterval(() => void this.tend(), 5000);
    const wake = (): void => void (document.visibilityState === 'visible' && this.tend(true));
    const leave = (): void => this.leave();
    const warn = (event: BeforeUnloadEvent): void => {
      if (this.wouldLoseText) event.preventDefault();
    };
    const back = (event: PageTransitionEvent): void => void (event.persisted && this.open());
    const listeners = [
      ['visibilitychange', wake, document],
      ['online', wake, window],
      ['focus', wake, window],
      ['pagehide', leave, window],
      ['beforeunload', warn as () => void, window],
      ['pageshow', back as () => void, window],
    ] as const;
    for (const [name, listener, target] of listeners) target.addEventListener(name, listener);
    return () => {
      clearInterval(timer);
      clearTimeout(this.saveTimer);
      for (const [name, listener, target] of listeners) target.removeEventListener(name, listener);
    };
  }

  private update(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
