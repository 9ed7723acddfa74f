/** The reader's other windows: they scroll along, and say so when another patient is open in one of them. */
import type { StackView } from '../cornerstone/stackView';
import { viewportCount } from '../domain/layout';
import { nearestFrame, placeOf, readMessage, strangers, windowNumber, type Message, type Place, type Presence } from '../domain/windowTalk';
import type { Workspace } from './workspace';

const CHANNEL = 'noctis-viewer';
/** Who has not answered for so long is gone. */
const ASK_EVERY_MS = 4000;
const SILENT_MS = 3 * ASK_EVERY_MS;
/** A view that was led somewhere has arrived by then. */
const LED_MS = 1500;

export interface WindowsState {
  readonly own: number;
  readonly count: number;
  /** Numbers of the windows in which another patient is open. */
  readonly strangers: readonly number[];
  readonly inStep: boolean;
}

export class Windows {
  private readonly id = crypto.getRandomValues(new Uint32Array(4)).join('-');
  private readonly since = Date.now();
  private readonly channel = new BroadcastChannel(CHANNEL);
  private readonly others = new Map<string, { readonly presence: Presence; readonly seen: number }>();
  private readonly listeners = new Set<() => void>();
  private readonly last = new Map<StackView, number>();
  private readonly led = new Map<StackView, { readonly index: number; readonly at: number }>();
  private patients: readonly string[] = [];
  private asking: ReturnType<typeof setInterval> | undefined;
  private current: WindowsState = { own: 1, count: 1, strangers: [], inStep: true };

  constructor(
    private readonly workspace: Workspace,
    private readonly user: string,
    private readonly studies: readonly string[],
  ) {
    this.channel.onmessage = (event: MessageEvent) => this.onMessage(readMessage(event.data));
    for (const view of workspace.views) view.subscribe(() => this.onView(view));
    this.announce(true);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): WindowsState => this.current;

  /** Whose pictures are in this window. */
  setPatients(patients: readonly string[]): void {
    if (JSON.stringify(patients) === JSON.stringify(this.patients)) return;
    this.patients = patients;
    this.announce(false);
    this.refresh();
  }

  toggleStep(): void {
    this.set({ ...this.current, inStep: !this.current.inStep });
  }

  /** The page is hidden or comes back out of the browser's memory. */
  leave(): void {
    this.post({ ...this.presence(false), kind: 'bye' });
  }

  comeBack(): void {
    this.announce(true);
  }

  private presence(asks: boolean): Presence {
    return { kind: 'here', user: this.user, window: this.id, since: this.since, studies: this.studies, patients: this.patients, asks };
  }

  private announce(asks: boolean): void {
    this.post(this.presence(asks));
  }

  private post(message: Message): void {
    this.channel.postMessage(message);
  }

  private onMessage(message: Message | undefined): void {
    // Another user of the same browser is nobody to follow, but a patient there is still another one.
    if (!message || message.window === this.id) return;
    if (message.kind === 'place') {
      if (message.user === this.user && this.current.inStep) this.follow(message);
      return;
    }
    if (message.kind === 'bye') this.others.delete(message.window);
    else this.others.set(message.window, { presence: message, seen: Date.now() });
    if (message.kind === 'here' && message.asks) this.announce(false);
    this.refresh();
  }

  /** Ask again as long as there are others: one that has crashed does not take its leave. */
  private keepAsking(): void {
    if (this.others.size === 0) {
      clearInterval(this.asking);
      this.asking = undefined;
    } else this.asking ??= setInterval(() => this.ask(), ASK_EVERY_MS);
  }

  private ask(): void {
    for (const [id, { seen }] of this.others) if (Date.now() - seen > SILENT_MS) this.others.delete(id);
    this.announce(true);
    this.refresh();
  }

  private refresh(): void {
    this.keepAsking();
    const others = [...this.others.values()].map(({ presence }) => presence);
    const all = [...others, this.presence(false)];
    const numbers = strangers(this.patients, others).map(({ window }) => windowNumber(window, all));
    this.set({ ...this.current, own: windowNumber(this.id, all), count: all.length, strangers: numbers.toSorted((a, b) => a - b) });
  }

  private set(next: WindowsState): void {
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    this.current = next;
    for (const listener of this.listeners) listener();
  }

  /** Where the reader scrolls the active stack, others go along; where a stack was led, it leads nobody. */
  private onView(view: StackView): void {
    const { set, wanted } = view.getState();
    const frame = set?.frames[wanted];
    if (!frame || this.last.get(view) === wanted) return;
    this.last.set(view, wanted);
    if (this.wasLed(view, wanted) || view !== this.workspace.activeView || !this.leads) return;
    const place = placeOf(frame);
    if (place) this.post({ kind: 'place', user: this.user, window: this.id, ...place });
  }

  private wasLed(view: StackView, wanted: number): boolean {
    const led = this.led.get(view);
    return led?.index === wanted && Date.now() - led.at < LED_MS;
  }

  private get leads(): boolean {
    return this.others.size > 0 && this.current.inStep;
  }

  private follow(place: Place): void {
    const { layout } = this.workspace.getState();
    for (const view of this.workspace.views.slice(0, viewportCount(layout))) {
      const { set, wanted } = view.getState();
      const index = set && nearestFrame(place, set.frames);
      if (index === undefined || index === wanted) continue;
      this.led.set(view, { index, at: Date.now() });
      view.goTo(index);
    }
  }
}
