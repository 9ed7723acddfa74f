/** Linked stacks that are enlarged, moved and windowed together. */
import type { Look, StackView } from '../cornerstone/stackView';

export interface LookLinks {
  readonly zoom: boolean;
  /** Of the same modality only: a window of CT says nothing about MR. */
  readonly window: boolean;
}

const modalityOf = (view: StackView): string | undefined => view.getState().set?.series.modality;

function moveAlong(before: Look, now: Look, others: readonly StackView[]): void {
  const factor = now.zoom / before.zoom;
  const shift = [now.shift[0] - before.shift[0], now.shift[1] - before.shift[1]] as const;
  if (Math.abs(factor - 1) < 1e-4 && Math.hypot(...shift) < 1e-4) return;
  for (const view of others) view.zoomAlong(factor, shift);
}

function windowAlong(before: Look, now: Look, leading: StackView, others: readonly StackView[]): void {
  if (!now.range || JSON.stringify(now.range) === JSON.stringify(before.range)) return;
  for (const view of others) if (modalityOf(view) === modalityOf(leading)) view.setRange(now.range, leading.getState().shape);
}

/** Passes on what has changed since the last look: stacks keep the difference with which they began. */
export class LinkedLook {
  private last: Look | undefined;

  /** Changes count from how the leading stack stands now. */
  begin(leading: StackView): void {
    this.last = leading.look();
  }

  follow(leading: StackView, others: readonly StackView[], links: LookLinks): void {
    const [before, now] = [this.last, leading.look()];
    this.last = now;
    if (!now || !before) return;
    if (links.zoom) moveAlong(before, now, others);
    // Another image comes with a window of its own; only what the reader does is passed on.
    if (links.window && now.imageId === before.imageId) windowAlong(before, now, leading, others);
  }
}
