/**
 * The measurements of the open studies: what is drawn, what the server has of it, what can be undone.
 * Every change is saved by itself, one at a time for each measurement.
 */
import * as ink from '../cornerstone/measuring';
import { isMeasureTool, thinned, uidOfUUID, uuidOfUID, type Annotation, type AnnotationServer, type KeptAnnotation } from '../domain/annotation';
import type { FrameRef } from '../domain/frame';
import { isMark, measuredText } from '../domain/measure';

const SETTLE_MS = 600;
const RETRY_MS = 5_000;
/** Whoever may only look may still measure, for as long as the window is open. */
const FORBIDDEN = 403;

export interface Measurement extends ink.Drawn {
  readonly uid: string;
  /** A name of it, or the words of an arrow or a text. */
  readonly label: string;
  /** Who drew it; '' for the reader in front. */
  readonly author: string;
  readonly isMine: boolean;
  readonly version: number;
}

export type Saving = 'saved' | 'saving' | 'offline' | 'off' | 'refused';

export interface MeasurementsState {
  readonly list: readonly Measurement[];
  readonly selected: string | undefined;
  readonly saving: Saving;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What the reader is told once: somebody else was faster, or it may not be changed. */
  readonly notice: string;
}

type Frames = (place: { readonly sop_instance_uid: string; readonly frame: number; readonly study_instance_uid: string; readonly series_instance_uid: string }) => FrameRef | undefined;
type Change = { readonly key: string; readonly before: Measurement | undefined; readonly after: Measurement | undefined };
type Listener = (change: Change) => void;

const textOf = (one: ink.Drawn): string => measuredText(one.tool, one.measured);

/** What stands in the list and in the report. */
export const measurementText = (one: Measurement): string => [one.label, textOf(one)].filter(Boolean).join(': ');

/** The HTTP status of a failure; 0 when nobody answered. */
const statusOf = (error: unknown): number => {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : 0;
};

/** The server has understood and will never take it; a session that is over, or a right, may come back. */
const isFinal = (error: unknown): boolean => [400, 404, 409, 413, 422].includes(statusOf(error));

/** All that is seen of it on the image but its figures. */
const drawnOf = ({ points, tool, label }: ink.Drawn): unknown[] => [points, tool, isMark(tool) ? label : ''];

const isSame = (a: ink.Drawn, b: ink.Drawn): boolean => JSON.stringify(drawnOf(a)) === JSON.stringify(drawnOf(b));

export class Measurements {
  private readonly known = new Map<string, Measurement>();
  private readonly waiting = new Map<string, KeptAnnotation>();
  private readonly listeners = new Set<() => void>();
  private readonly followers = new Set<Listener>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** The server's revision of each; none, or 0, as long as it has none that stands. */
  private readonly revisions = new Map<string, number>();
  /** What the server does not know yet: of what is known here it is told, the rest is removed there. */
  private readonly dirty = new Set<string>();
  private readonly past: Change[] = [];
  private readonly future: Change[] = [];
  private busy = false;
  private latest = 0;
  private sending: string | undefined;
  private refusedOne = false;
  private saving: Saving = 'saved';
  private notice = '';
  private current: MeasurementsState = { list: [], selected: undefined, saving: 'saved', canUndo: false, canRedo: false, notice: '' };

  constructor(
    private readonly server: AnnotationServer,
    private readonly frames: Frames,
  ) {
    ink.listen((event) => this.onInk(event));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): MeasurementsState => this.current;

  /** Hear of every change that has settled: for the report that shows it. */
  follow(listener: Listener): () => void {
    this.followers.add(listener);
    return () => this.followers.delete(listener);
  }

  /** Grows with every change, over reloads too: the revision that the server has of it or will give it. */
  versionOf({ key, version }: Measurement): number {
    if (this.saving === 'off') return version;
    return (this.revisions.get(key) ?? 0) + (this.sending === key ? 1 : 0) + (this.dirty.has(key) ? 1 : 0);
  }

  byUID(uid: string): Measurement | undefined {
    return this.current.list.find((one) => one.uid === uid);
  }

  // --- From and to the server ----------------------------------------------------------------

  /** Fetch what was drawn on a study before; without the right or the server the viewer works on. */
  async load(study: string): Promise<void> {
    try {
      for (const kept of await this.server.list(study)) this.waiting.set(kept.uid, kept);
      this.place();
    } catch (error) {
      if (statusOf(error) !== 0) this.switchOff();
      else setTimeout(() => void this.load(study), RETRY_MS);
    }
  }

  /** Draw what waits for its image: series become known one after the other. */
  place(): void {
    for (const [uid, kept] of this.waiting) {
      const frame = this.frames(kept);
      if (!frame || kept.points.length === 0 || !isMeasureTool(kept.tool)) continue;
      // What another system has measured has a name of its own kind; it is never written back.
      const key = uuidOfUID(uid) ?? crypto.randomUUID();
      this.waiting.delete(uid);
      this.draw(key, kept, kept.tool, frame);
    }
    this.update();
  }

  private draw(key: string, kept: KeptAnnotation, tool: Measurement['tool'], frame: FrameRef): void {
    ink.put({ key, tool, frame, points: kept.points, label: kept.label }, !kept.is_mine);
    const drawn = ink.drawn(key);
    if (!drawn) return;
    this.latest += 1;
    const version = this.latest;
    this.revisions.set(key, kept.revision);
    // Its image may not be here yet: the figures are those that were kept with it.
    const measured = { values: kept.values, note: kept.note };
    this.known.set(key, { ...drawn, measured, uid: kept.uid, label: kept.label, author: kept.is_mine ? '' : kept.author, isMine: kept.is_mine, version });
  }

  private switchOff(): void {
    this.saving = 'off';
    this.update();
  }

  private annotationOf(one: Measurement): Annotation {
    const { instance, number } = one.frame;
    const points = thinned(one.points);
    return {
      uid: one.uid,
      tool: one.tool,
      study_instance_uid: instance.studyInstanceUID,
      series_instance_uid: instance.seriesInstanceUID,
      sop_instance_uid: instance.sopInstanceUID,
      frame: number,
      points,
      world: one.world && points.length === one.world.length ? one.world : null,
      frame_of_reference_uid: one.frameOfReferenceUID,
      label: one.label,
      values: one.measured.values.filter(({ value }) => Number.isFinite(value)),
      note: one.measured.note,
      colour: '',
    };
  }

  private async save(): Promise<void> {
    if (this.busy || this.saving === 'off') return;
    this.busy = true;
    try {
      for (let key = this.next(); key !== undefined; key = this.next()) await this.saveOne(key);
      this.saving = this.refusedOne ? 'refused' : 'saved';
    } catch (error) {
      this.onRefusal(error);
    } finally {
      this.busy = false;
      this.update();
    }
  }

  private next(): string | undefined {
    const [key] = this.dirty;
    if (key !== undefined) {
      this.saving = 'saving';
      this.update();
    }
    return key;
  }

  private async saveOne(key: string): Promise<void> {
    this.dirty.delete(key);
    this.sending = key;
    const one = this.known.get(key);
    try {
      if (one) await this.putOne(key, one);
      else await this.removeOne(key);
    } catch (error) {
      // One that is never going to be taken must not hold up, or take along, the others.
      if (isFinal(error)) this.refusedOne = true;
      else {
        this.dirty.add(key);
        throw error;
      }
    } finally {
      this.sending = undefined;
    }
  }

  private async putOne(key: string, one: Measurement): Promise<void> {
    const kept = await this.server.put(this.annotationOf(one), this.revisions.get(key) ?? 0);
    if ('conflict' in kept) this.yieldTo(key, kept.conflict);
    else this.revisions.set(key, kept.revision);
  }

  private async removeOne(key: string): Promise<void> {
    const revision = this.revisions.get(key) ?? 0;
    if (revision > 0) await this.server.remove(uidOfUUID(key), revision);
    // Should it come back, it comes as a new one would: the server keeps what it was.
    this.revisions.set(key, 0);
  }

  private yieldTo(key: string, kept: KeptAnnotation | undefined): void {
    this.notice = 'A measurement was changed in another window; its state there is shown.';
    const frame = kept && this.frames(kept);
    if (frame && isMeasureTool(kept.tool)) this.draw(key, kept, kept.tool, frame);
    else this.forget(key);
  }

  private onRefusal(error: unknown): void {
    const status = statusOf(error);
    if (status === 0 || status >= 500) {
      this.saving = 'offline';
      setTimeout(() => void this.save(), RETRY_MS);
      return;
    }
    this.saving = status === FORBIDDEN ? 'off' : 'refused';
  }

  // --- What the reader does ------------------------------------------------------------------

  rename(uid: string, label: string): void {
    const one = this.byUID(uid);
    if (one?.isMine) this.apply({ key: one.key, before: one, after: { ...one, label: label.trim().slice(0, 200) } }, true);
  }

  remove(uid: string): void {
    const one = this.byUID(uid);
    if (one?.isMine) this.apply({ key: one.key, before: one, after: undefined }, true);
  }

  removeSelected(): void {
    const { selected } = this.current;
    if (selected !== undefined) this.remove(selected);
  }

  undo(): void {
    this.settleAll();
    const change = this.past.pop();
    if (!change) return;
    this.future.push(change);
    this.apply({ key: change.key, before: change.after, after: change.before }, false);
  }

  redo(): void {
    const change = this.future.pop();
    if (!change) return;
    this.past.push(change);
    this.apply(change, false);
  }

  select(uid: string): void {
    const one = this.byUID(uid);
    if (one) ink.choose(one.key);
  }

  /** Change what is drawn and what is known of it. */
  private apply(change: Change, remembered: boolean): void {
    const { key, after } = change;
    if (!after) ink.erase(key);
    else if (!this.known.has(key) || !isSame(after, this.known.get(key) ?? after)) ink.put(after, !after.isMine);
    this.take(change, remembered);
  }

  private take({ key, before, after }: Change, remembered: boolean): void {
    this.latest += 1;
    this.notice = '';
    this.refusedOne = false;
    const next = after && { ...after, version: this.latest };
    if (next) this.known.set(key, next);
    else this.known.delete(key);
    this.dirty.add(key);
    if (remembered) {
      this.past.push({ key, before, after: next });
      this.future.length = 0;
    }
    for (const follower of this.followers) follower({ key, before, after: next });
    this.update();
    void this.save();
  }

  private forget(key: string): void {
    ink.erase(key);
    this.known.delete(key);
  }

  // --- Cornerstone's side --------------------------------------------------------------------

  private onInk(event: ink.MeasuringEvent): void {
    if (event.kind === 'selected') this.update();
    else if (event.kind === 'removed') this.onRemoved(event.key);
    // A second finger came: what was only being drawn is gone, what was there stays where it was moved.
    else if (event.kind === 'abandoned' && !this.known.has(event.key)) ink.erase(event.key);
    // A change of what is not known yet: it is still being drawn.
    else if (event.kind === 'completed' || this.known.has(event.key)) this.settleSoon(event.key, event.kind === 'completed' ? 0 : SETTLE_MS);
  }

  private settleSoon(key: string, delay: number): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => this.settle(key), delay));
  }

  private onRemoved(key: string): void {
    clearTimeout(this.timers.get(key));
    const one = this.known.get(key);
    if (one) this.take({ key, before: one, after: undefined }, true);
  }

  private settleAll(): void {
    for (const key of [...this.timers.keys()]) this.settle(key);
  }

  /** The hand has left it: now it counts. */
  private settle(key: string): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    const drawn = ink.drawn(key);
    const before = this.known.get(key);
    if (!drawn || (before && isSame(before, drawn))) return;
    const kept = before ?? { uid: uidOfUUID(key), label: '', author: '', isMine: true, version: 0 };
    this.take({ key, before, after: { ...kept, ...drawn, label: isMark(drawn.tool) ? drawn.label : kept.label } }, true);
  }

  private update(): void {
    const [key] = ink.chosen();
    const list = [...this.known.values()];
    const selected = key === undefined ? undefined : this.known.get(key)?.uid;
    this.current = { list, selected, saving: this.saving, canUndo: this.past.length > 0, canRedo: this.future.length > 0, notice: this.notice };
    for (const listener of this.listeners) listener();
  }
}
