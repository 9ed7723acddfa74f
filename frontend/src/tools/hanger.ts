/** Lays on the screen what a hanging says, and looks after it until the reader does something else. */
import type { StackView } from '../cornerstone/stackView';
import { startOf, type Arrangement, type Hung } from '../domain/hanging';
import { linkOffset } from '../domain/linking';
import type { FrameRef } from '../domain/frame';
import { chestWallOf, commonScale, type Room } from '../domain/sameScale';
import { parseView, type SharedView, type ViewportView } from '../domain/viewLink';
import type { DisplaySet, PictureSet } from '../domain/displaySet';
import { viewportCount, type Layout } from '../domain/layout';
import type { Vector } from '../domain/vector';
import type { Workspace } from './workspace';

/** What is done to a viewport's picture once it is there. */
type Task = (view: StackView) => void;

export class Hanger {
  private readonly tasks = new Map<StackView, { readonly set: DisplaySet; readonly task: Task }>();
  private inScale: readonly { readonly view: StackView; readonly hung: Hung }[] = [];

  constructor(private readonly workspace: Workspace) {
    for (const view of workspace.views) view.subscribe(() => this.onView(view));
  }

  /** Hang by an arrangement; on a narrow screen one above the other what stands side by side. */
  hang({ protocol, viewports }: Arrangement, narrow = false): void {
    const { rows, columns } = protocol.layout;
    const layout: Layout = narrow && rows === 1 && columns === 2 ? { rows: 2, columns: 1 } : { rows, columns };
    this.workspace.clear(layout);
    this.tasks.clear();
    this.inScale = viewports.flatMap((hung, index) => this.scaled(hung, this.workspace.views[index]));
    for (const [index, hung] of viewports.entries()) if (hung) this.lay(hung, index);
    this.workspace.activate(Math.max(0, viewports.findIndex((hung) => hung !== undefined)));
    if (protocol.links === 'position' && this.shareOneFrame()) this.workspace.toggleLinks();
  }

  private scaled(hung: Hung | undefined, view: StackView | undefined): { view: StackView; hung: Hung }[] {
    return view && hung && (hung.display.scale === 'same' || hung.display.chest_wall) ? [{ view, hung }] : [];
  }

  private lay(hung: Hung, index: number): void {
    const view = this.workspace.views[index];
    const { set } = hung.candidate;
    if (!view) return;
    this.workspace.place(set, index, startOf(hung));
    this.tasks.set(view, { set, task: () => this.present(view, hung) });
    view.onRefit = () => this.rescale();
    this.onView(view);
  }

  private onView(view: StackView): void {
    const waiting = this.tasks.get(view);
    const { status, set } = view.getState();
    if (waiting && set !== waiting.set) this.tasks.delete(view);
    else if (waiting && status === 'ready') {
      this.tasks.delete(view);
      // A new layout has its shape only after the page has been drawn.
      afterDrawing(() => view.getState().set === waiting.set && waiting.task(view));
    }
  }

  private present(view: StackView, { candidate, display }: Hung): void {
    const preset = display.preset === undefined ? undefined : this.workspace.presetsOf(candidate.set, view).find(({ label }) => label === display.preset);
    if (preset) view.applyPreset(preset);
    view.refit();
    if (display.scale === 'same' || display.chest_wall) this.rescale();
    else if (display.mirror) view.flip('horizontal');
  }

  /** One scale for all that have a picture; again whenever one comes or a viewport has another size. */
  private rescale(): void {
    const shown = this.inScale.filter(({ view, hung }) => view.getState().set === hung.candidate.set && view.getState().status === 'ready');
    const rooms = shown.flatMap(({ view, hung }) => (hung.display.scale === 'same' ? roomOf(view) : []));
    const mmPerPixel = commonScale(rooms);
    for (const { view, hung } of shown) {
      const { frame } = view;
      if (!frame) continue;
      const hasScale = hung.display.scale === 'same' && roomOf(view).some((room) => commonScale([room]) !== undefined);
      view.hangAs({ ...sidesOf(frame, hung), mmPerPixel: hasScale ? mmPerPixel : undefined });
    }
  }

  private shareOneFrame(): boolean {
    const frames = this.workspace.views.slice(0, viewportCount(this.workspace.getState().layout)).flatMap(({ frame }) => frame ?? []);
    const [first, ...rest] = frames;
    return first !== undefined && rest.length > 0 && rest.every((frame) => linkOffset(first, frame) === 0);
  }

  /** Let the screen be as a view says, with those of its display sets that are open here; false when none is. */
  show(view: SharedView, find: (id: string) => DisplaySet | undefined): boolean {
    const found = view.viewports.flatMap((one) => {
      const set = find(one.set);
      return set ? [{ one, set }] : [];
    });
    if (found.length === 0) return false;
    this.inScale = [];
    this.tasks.clear();
    this.workspace.clear(view.layout);
    for (const { one, set } of found) this.layView(one, set);
    this.workspace.activate(view.active);
    if (view.linked) this.workspace.toggleLinks();
    if (view.mpr) this.cut(view.mpr.centre);
    return true;
  }

  /** Cut through the active series, with the planes meeting where they met. */
  private cut(centre: Vector | undefined): void {
    this.workspace.toggleMpr();
    const { mpr } = this.workspace.getState();
    if (!mpr || !centre) return;
    const stop = mpr.subscribe(() => {
      if (mpr.getState().status !== 'ready') return;
      stop();
      mpr.meetAt(centre);
    });
  }

  showText(text: string, find: (id: string) => DisplaySet | undefined): boolean {
    const view = parseView(text);
    return view !== undefined && this.show(view, find);
  }

  private layView({ viewport, sop, frame, standing }: ViewportView, set: DisplaySet): void {
    const view = this.workspace.views[viewport];
    if (!view) return;
    const start = set.kind === 'pictures' ? frameIn(set, sop, frame) : 0;
    this.workspace.place(set, viewport, start);
    if (standing) this.tasks.set(view, { set, task: () => view.stand(standing) });
    this.onView(view);
  }
}

const afterDrawing = (act: () => void): number => requestAnimationFrame(() => requestAnimationFrame(act));

function roomOf(view: StackView): Room[] {
  const { frame } = view;
  const [width, height] = view.size;
  return frame ? [{ frame, width, height }] : [];
}

/** Mirrored when the chest wall lies on the other side than it should; moved to it. */
function sidesOf(frame: FrameRef, { display }: Hung): { flipHorizontal: boolean; edge: 'left' | 'right' | undefined } {
  const wall = chestWallOf(frame);
  if (!display.chest_wall) return { flipHorizontal: display.mirror === true, edge: undefined };
  return { flipHorizontal: wall !== undefined && wall !== display.chest_wall, edge: wall && display.chest_wall };
}

function frameIn(set: PictureSet, sop: string, number: number): number {
  const exact = set.frames.findIndex((frame) => frame.instance.sopInstanceUID === sop && frame.number === number);
  return Math.max(0, exact);
}
