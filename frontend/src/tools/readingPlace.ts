/** Keeps what is seen of a study, so that the reader can go on there another day. */
import { formatView, LONGEST_VIEW } from '../domain/viewLink';
import { sharedView } from './viewState';
import type { Workspace } from './workspace';

/** A pause in reading after which the place is kept. */
const PAUSE_MS = 2000;

export interface PlaceServer {
  keep: (study: string, view: string, leaving?: boolean) => Promise<void>;
}

export class ReadingPlaceKeeper {
  /** What was seen before the reader did anything; undefined: nothing has been done yet. */
  private before: string | undefined;
  private kept = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly workspace: Workspace,
    private readonly server: PlaceServer,
    private readonly study: string,
  ) {
    workspace.subscribe(() => this.soon());
    for (const view of workspace.views) view.subscribe(() => this.soon());
  }

  /** The reader does something: from now on what is seen is worth keeping. */
  touch(): void {
    this.before ??= this.text();
    this.soon();
  }

  private text(): string {
    return formatView(sharedView(this.workspace));
  }

  private soon(): void {
    if (this.before === undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), PAUSE_MS);
  }

  /** `leaving`: the page goes. */
  keep(leaving = false): void {
    clearTimeout(this.timer);
    if (this.before === undefined) return;
    const text = this.text();
    const isNew = text !== this.kept && (this.kept !== '' || text !== this.before);
    if (!isNew || text.length > LONGEST_VIEW) return;
    this.kept = text;
    // What could not be kept is no loss for the reading that goes on.
    this.server.keep(this.study, text, leaving).catch(() => (this.kept = ''));
  }
}
