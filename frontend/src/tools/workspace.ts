/** The reader's table: the grid, what lies in each viewport, which one is active, which tool is in hand. */
import { LoadProgress } from '../cornerstone/loadProgress';
import { fitsInMemory, MprView } from '../cornerstone/mprView';
import { Prefetcher, type ReadingPlace } from '../cornerstone/prefetcher';
import { SolidView } from '../cornerstone/solidView';
import { StackView } from '../cornerstone/stackView';
import { setPointerTool, showReferenceLines, type PointerTool } from '../cornerstone/toolGroup';
import type { DisplaySet, PictureSet } from '../domain/displaySet';
import type { FailureKind, ViewerError } from '../domain/failure';
import { text } from '../domain/dataset';
import { windowsOf } from '../domain/frame';
import { LAYOUTS, viewportCount, type Layout } from '../domain/layout';
import { fusionPair } from '../domain/fusion';
import { linkedIndex, linkOffset } from '../domain/linking';
import { passOf } from '../domain/passes';
import { renderPresets } from '../domain/rendering';
import { Tag } from '../domain/tags';
import { checkVolume } from '../domain/volume';
import { presetsFor, type Preset } from '../domain/window';
import type { KeyImages } from './keyImages';
import type { Measurements } from './measurements';
import { LinkedLook, type LookLinks } from './linkedLook';
import type { PreferencesStore } from './preferences';
import type { FrameRef } from '../domain/frame';

const PLAN_DELAY_MS = 60;
const MOST_VIEWPORTS = Math.max(...LAYOUTS.map(viewportCount));

export interface WorkspaceState {
  readonly layout: Layout;
  readonly active: number;
  /** What lies in each viewport, by its number; only the first of them are on the screen. */
  readonly sets: readonly (DisplaySet | undefined)[];
  readonly tool: PointerTool;
  readonly showText: boolean;
  /** Where the active plane cuts the others. */
  readonly lines: boolean;
  readonly showHelp: boolean;
  readonly showReport: boolean;
  readonly showPreferences: boolean;
  /** What linked stacks follow beside the place. */
  readonly look: LookLinks;
  /** The active viewport alone fills the grid. */
  readonly maximised: boolean;
  /** Viewports that follow the active one, by number, with what is added to its position (mm); undefined: no linking. */
  readonly links: ReadonlyMap<number, number> | undefined;
  /** The planes on the screen instead of the viewports. */
  readonly mpr: MprView | undefined;
  /** The active series in 3D instead of the viewports. */
  readonly solid: SolidView | undefined;
  /** What the reader is told once, e.g. why there are no planes. */
  readonly notice: string;
}

const isObstacle = (failure: ViewerError | undefined): boolean => failure?.kind === 'network' || failure?.kind === 'session';

/** The image of a stack that lies where a frame of another one lies. */
const placeIn = (set: PictureSet, frame: FrameRef | undefined, otherwise: number): number => (frame && linkedIndex(frame, set.frames, 0)) ?? Math.min(otherwise, set.frames.length - 1);

export class Workspace {
  readonly views: readonly StackView[] = Array.from({ length: MOST_VIEWPORTS }, (_, index) => new StackView(`viewport-${index}`));
  readonly progress = new LoadProgress();
  private readonly prefetcher = new Prefetcher(() => this.update({}));
  private readonly listeners = new Set<() => void>();
  private readonly lastIndex = new Map<StackView, number>();
  private readonly linkedLook = new LinkedLook();
  /** Brings an image to the screen, wherever the page knows it; false when it does not. */
  showFrame: (frame: FrameRef) => boolean = () => false;
  /** Saves what is seen, without the names in its corners. */
  savePicture: () => void = () => undefined;
  /** Every display set of the page. */
  knownSets: () => readonly DisplaySet[] = () => [];
  /** What is laid over the images; it needs this table itself. */
  overlays: { readonly toggleHidden: () => void } | undefined;
  private readonly lastFailure = new Map<StackView, unknown>();
  private planning: ReturnType<typeof setTimeout> | undefined;
  private current: WorkspaceState = {
    layout: { rows: 1, columns: 1 },
    active: 0,
    sets: this.views.map(() => undefined),
    tool: 'scroll',
    showText: true,
    lines: false,
    showHelp: false,
    showReport: false,
    showPreferences: false,
    look: { zoom: false, window: false },
    maximised: false,
    links: undefined,
    mpr: undefined,
    solid: undefined,
    notice: '',
  };

  constructor(
    readonly measurements: Measurements,
    readonly keyImages: KeyImages,
    readonly preferences: PreferencesStore,
  ) {
    this.current = { ...this.current, tool: preferences.restingTool };
    preferences.subscribe(() => this.update({}));
    setPointerTool(this.current.tool);
    for (const view of this.views) view.subscribe(() => this.onViewChange(view));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): WorkspaceState => this.current;

  get activeView(): StackView {
    const view = this.views[this.current.active];
    if (!view) throw new Error('No active viewport');
    return view;
  }

  /** The display sets on the screen. */
  get visibleSets(): DisplaySet[] {
    return this.current.sets.slice(0, viewportCount(this.current.layout)).filter((set) => set !== undefined);
  }

  setLayout(layout: Layout): void {
    const active = Math.min(this.current.active, viewportCount(layout) - 1);
    this.update({ layout, active, maximised: false, links: undefined });
    this.planSoon();
  }

  activate(index: number): void {
    if (index === this.current.active || index >= viewportCount(this.current.layout)) return;
    this.update({ active: index });
    if (this.current.links) this.link();
    showReferenceLines(this.current.lines ? this.activeView.id : undefined);
  }

  toggleMaximised(): void {
    this.update({ maximised: !this.current.maximised && viewportCount(this.current.layout) > 1 });
  }

  toggleLines(): void {
    this.update({ lines: !this.current.lines });
    showReferenceLines(this.current.lines ? this.activeView.id : undefined);
  }

  toggleLinks(): void {
    if (this.current.links) this.update({ links: undefined });
    else this.link();
  }

  /** Let every stack that can follow the active one do so, from where they lie now. */
  private link(): void {
    const leading = this.activeView.frame;
    const links = new Map<number, number>();
    this.views.slice(0, viewportCount(this.current.layout)).forEach((view, index) => {
      const offset = leading && view.frame && view !== this.activeView ? linkOffset(leading, view.frame) : undefined;
      if (offset !== undefined) links.set(index, offset);
    });
    this.linkedLook.begin(this.activeView);
    this.update({ links, notice: links.size > 0 ? '' : 'Nothing to link: no other stack lies parallel to this one.' });
    this.follow();
  }

  /** Bring what is linked to the place of the active stack. */
  private follow(): void {
    const { set, wanted } = this.activeView.getState();
    const leading = set?.frames[wanted];
    if (!leading) return;
    for (const [index, offset] of this.current.links ?? []) this.views[index]?.followTo((frames) => linkedIndex(leading, frames, offset));
  }

  /** Lay a display set into viewport `index`, from image `start` (0-based) on, and make it active. */
  place(set: DisplaySet, index = this.current.active, start = 0): void {
    this.update({ mpr: undefined, solid: undefined });
    const view = this.views[index];
    if (!view) return;
    const pictures = set.kind === 'pictures' ? set : undefined;
    this.lastIndex.delete(view);
    view.show(pictures, start);
    if (pictures) this.progress.follow(pictures.id, view.frameIds);
    // What lies elsewhere now may not go with the others any more.
    this.update({ sets: this.current.sets.with(index, set), active: index, links: undefined });
  }

  setTool(tool: PointerTool): void {
    setPointerTool(tool);
    this.update({ tool });
  }

  toggleText(): void {
    this.update({ showText: !this.current.showText });
  }

  setPreferences(showPreferences: boolean): void {
    this.update({ showPreferences, showHelp: false });
  }

  /** Let linked stacks follow in zoom and pan, or in the window, as well. */
  toggleLook(what: keyof LookLinks): void {
    this.update({ look: { ...this.current.look, [what]: !this.current.look[what] } });
    if (this.current.links) this.linkedLook.begin(this.activeView);
  }

  setHelp(showHelp: boolean): void {
    this.update({ showHelp });
  }

  setReport(showReport: boolean): void {
    this.update({ showReport });
  }

  /** Cut through the active series in three planes, or go back to what was there. */
  toggleMpr(): void {
    if (this.current.mpr && !this.current.mpr.layer) {
      this.closeVolume();
      return;
    }
    const volume = this.volumeOf('No planes through this series.');
    if (volume) this.update({ mpr: new MprView(...volume), solid: undefined, notice: '' });
  }

  /** Show the active series in 3D, or go back to what was there. */
  toggleSolid(): void {
    if (this.current.solid) {
      this.closeVolume();
      return;
    }
    const [set] = this.volumeOf('No 3D of this series.') ?? [];
    if (!set) return;
    const [first] = set.frames;
    const words = [set.series.description, text(first?.instance.dataset, Tag.BodyPartExamined), text(first?.instance.dataset, Tag.StudyDescription)].join(' ');
    this.update({ solid: new SolidView(set, renderPresets(set.series.modality, words)), mpr: undefined, notice: '' });
  }

  /** Lay PET over CT, whichever of the two is active, or go back to what was there. */
  toggleFusion(): void {
    if (this.current.mpr?.layer) {
      this.closeVolume();
      return;
    }
    const [set, wanted] = this.volumeOf('No fusion.') ?? [];
    if (!set || wanted === undefined) return;
    const pair = fusionPair(set, this.knownSets());
    if (typeof pair === 'string') this.update({ notice: `No fusion. ${pair}` });
    else this.update({ mpr: new MprView(pair.under, placeIn(pair.under, set.frames[wanted], wanted), pair.over), solid: undefined, notice: '' });
  }

  /** Back from planes or 3D to the viewports. */
  closeVolume(): void {
    this.update({ mpr: undefined, solid: undefined, notice: '' });
  }

  /** The active series and the place in it, if it makes a volume; otherwise the reader is told why not. */
  private volumeOf(refusal: string): [PictureSet, number] | undefined {
    const { set: whole, wanted: index } = this.activeView.getState();
    if (!whole) return undefined;
    const set = passOf(whole, index);
    const wanted = Math.max(0, set.frames.indexOf(whole.frames[index] as FrameRef));
    const check = checkVolume(set.frames);
    if (check.kind === 'regular' && fitsInMemory(set, wanted)) return [set, wanted];
    this.update({ notice: `${refusal} ${check.kind === 'refused' ? check.reason : 'It is larger than the memory of this browser.'}` });
    return undefined;
  }

  /** Tell the reader something once. */
  tell(notice: string): void {
    this.update({ notice });
  }

  /** Nothing in any viewport, in a new layout: before something else is hung. */
  clear(layout: Layout): void {
    for (const view of this.views) view.show(undefined);
    this.update({ layout, active: 0, maximised: false, links: undefined, mpr: undefined, solid: undefined, sets: this.views.map(() => undefined) });
  }

  dismissNotice(): void {
    if (this.current.notice) this.update({ notice: '' });
  }

  applyPreset(preset: Preset): void {
    if (this.current.mpr) this.current.mpr.applyPreset(preset);
    else this.activeView.applyPreset(preset);
  }

  /** Show image `index` of a display set: where it lies already, or else in the active viewport. */
  reveal(set: DisplaySet, index: number): void {
    const place = this.visibleSets.indexOf(set) < 0 ? -1 : this.current.sets.indexOf(set);
    if (place < 0) this.place(set);
    else this.activate(place);
    this.activeView.goTo(index);
  }

  /** Windows offered for the active viewport, in the order of the digit keys. */
  presets(): Preset[] {
    const set = this.current.sets[this.current.active];
    return set ? this.presetsOf(set, this.activeView) : [];
  }

  /** Windows offered for a display set that lies in a viewport. */
  presetsOf(set: DisplaySet, view: StackView): Preset[] {
    const { frame } = view;
    if (set.kind !== 'pictures' || !frame || view.getState().colour) return [];
    return presetsFor(set.series.modality, windowsOf(frame), view.hasCurve);
  }

  /** After the connection came back. */
  retryFailed(): void {
    this.prefetcher.forgetFailures();
    for (const view of this.views) if (isObstacle(view.getState().failure)) view.retry();
    this.planSoon();
  }

  /** When everything in the viewports has come: the line is free. */
  readonly whenCaughtUp = (listener: () => void): (() => void) => this.prefetcher.whenCaughtUp(listener);

  /** What keeps frames from coming at all: a lost connection, or a session that is over. */
  readonly getObstacle = (): FailureKind | undefined =>
    [...this.views.map((view) => view.getState().failure), this.prefetcher.obstacle].find(isObstacle)?.kind;

  private onViewChange(view: StackView): void {
    const { wanted, set, failure } = view.getState();
    if (failure !== this.lastFailure.get(view)) {
      this.lastFailure.set(view, failure);
      this.update({});
    }
    if (set && this.lastIndex.get(view) !== wanted) this.planSoon();
    if (view !== this.activeView || !this.current.links) return;
    this.follow();
    this.linkedLook.follow(view, [...this.current.links.keys()].flatMap((index) => this.views[index] ?? []), this.current.look);
  }

  private planSoon(): void {
    clearTimeout(this.planning);
    this.planning = setTimeout(() => this.prefetcher.plan(this.readingPlaces()), PLAN_DELAY_MS);
  }

  /** The active viewport first. */
  private readingPlaces(): ReadingPlace[] {
    const visible = this.views.slice(0, viewportCount(this.current.layout));
    const ordered = [this.activeView, ...visible.filter((view) => view !== this.activeView)];
    return ordered.flatMap((view) => {
      const { set, wanted } = view.getState();
      const direction = wanted < (this.lastIndex.get(view) ?? 0) ? -1 : 1;
      this.lastIndex.set(view, wanted);
      return set ? [{ imageIds: view.frameIds, index: wanted, direction }] : [];
    });
  }

  private update(change: Partial<WorkspaceState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
