/** Which images of the open studies are marked as key images; a mark is a document in the study. */
import type { KeyImageServer } from '../domain/annotation';
import type { FrameRef } from '../domain/frame';

const REST_MS = 1500;

const nameOf = ({ instance, number }: FrameRef): string => `${instance.sopInstanceUID}/${number}`;

export interface KeyImagesState {
  readonly marked: ReadonlySet<string>;
  /** What the reader is told when a mark was not kept. */
  readonly problem: string;
}

export class KeyImages {
  private current: KeyImagesState = { marked: new Set(), problem: '' };
  private readonly listeners = new Set<() => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly places = new Map<string, { readonly study: string; readonly sop: string; readonly frame: number }>();

  constructor(private readonly server: KeyImageServer) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): KeyImagesState => this.current;

  isKey(frame: FrameRef | undefined): boolean {
    return frame !== undefined && this.current.marked.has(nameOf(frame));
  }

  /** Without the right to see them, or without the server, there are none. */
  async load(study: string): Promise<void> {
    const found = await this.server.list(study).catch(() => []);
    const names = found.map(({ sop, frame }) => {
      this.places.set(`${sop}/${frame}`, { study, sop, frame });
      return `${sop}/${frame}`;
    });
    this.update({ marked: new Set([...this.current.marked, ...names]) });
  }

  /** Mark the image, or take its mark away: on the screen at once, in the study once the hand rests. */
  toggle(frame: FrameRef | undefined): void {
    if (!frame) return;
    const name = nameOf(frame);
    const study = frame.instance.studyInstanceUID;
    this.places.set(name, { study, sop: frame.instance.sopInstanceUID, frame: frame.number });
    const marked = new Set(this.current.marked);
    if (!marked.delete(name)) marked.add(name);
    const isLast = this.of(study, marked).length === 0;
    this.update(isLast ? { problem: 'The last key image of a study stays.' } : { marked, problem: '' });
    clearTimeout(this.timers.get(study));
    this.timers.set(study, setTimeout(() => void this.keep(study), REST_MS));
  }

  private of(study: string, marked = this.current.marked): { readonly study: string; readonly sop: string; readonly frame: number }[] {
    return [...marked].flatMap((one) => this.places.get(one) ?? []).filter((one) => one.study === study);
  }

  /** Every keeping writes a document: not one for each key press. */
  private async keep(study: string): Promise<void> {
    try {
      await this.server.mark(study, this.of(study).map(({ sop, frame }) => ({ sop, frame })));
    } catch {
      this.update({ problem: 'The mark was not kept.' });
    }
  }

  private update(change: Partial<KeyImagesState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
