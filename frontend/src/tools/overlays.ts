/** What is laid over the images of this window: which objects, which parts of them, how dense. */
import { MaskLoader } from '../cornerstone/maskLoader';
import { setDrawing } from '../cornerstone/overlayLayer';
import type { StackView } from '../cornerstone/stackView';
import type { DisplaySet, PictureSet } from '../domain/displaySet';
import type { Shape } from '../domain/drawing';
import type { FrameRef } from '../domain/frame';
import type { Instance } from '../domain/instance';
import { imagesFor, liesOn, partsOf, placesOf, readOverlay, shapesOf, titleOf, type OverlayObject, type Part, type Shown } from '../domain/overlayObject';
import { isPresented, type PresentationState } from '../domain/presentationState';
import { present, presentWindow } from './presenting';
import type { Workspace } from './workspace';

export interface Overlay {
  /** SOP Instance UID. */
  readonly id: string;
  readonly content: OverlayObject;
  readonly title: string;
  readonly parts: readonly Part[];
  /** Keys of the parts that are shown. */
  readonly shown: ReadonlySet<string>;
  readonly visible: boolean;
  readonly images: PictureSet;
}

export interface OverlaysState {
  readonly list: readonly Overlay[];
  /** Of areas, 0 to 1. */
  readonly opacity: number;
  readonly hidden: boolean;
  /** What could not be fetched. */
  readonly problem: string;
}

export class Overlays {
  private current: OverlaysState = { list: [], opacity: 0.4, hidden: false, problem: '' };
  private readonly listeners = new Set<() => void>();
  private readonly loaders = new Map<string, MaskLoader>();
  private isBusy = false;
  /** Which state a stack stands by, and for which frame. */
  private readonly presented = new Map<StackView, { readonly id: string; readonly set: PictureSet; readonly frame: FrameRef }>();

  constructor(
    private readonly workspace: Workspace,
    private readonly allSets: () => readonly DisplaySet[],
  ) {
    for (const view of workspace.views) view.subscribe(() => this.follow(view));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): OverlaysState => this.current;

  /** Whether objects of this set are laid over images. */
  isShown(set: DisplaySet): boolean {
    return set.instances.some(({ sopInstanceUID }) => this.current.list.some(({ id }) => id === sopInstanceUID));
  }

  /** Whether its images are in this window. */
  canShow(set: DisplaySet): boolean {
    return set.kind === 'message' && set.reason === 'overlay' && set.instances.some((instance) => this.make(instance) !== undefined);
  }

  /** Lay the objects of a set over their images, which are opened (in viewport `index`); false when they are not here. */
  show(set: DisplaySet, index?: number): boolean {
    if (set.kind !== 'message' || set.reason !== 'overlay') return false;
    const made = set.instances.flatMap((instance) => this.find(instance.sopInstanceUID) ?? this.make(instance) ?? []);
    const [first] = made;
    if (!first) return false;
    const known = new Set(made.map(({ id }) => id));
    // Of several presentation states one at a time.
    const fresh = made.map((one) => ({ ...one, visible: one.content.kind !== 'presentation' || one === first }));
    const others = this.current.list.filter(({ id }) => !known.has(id));
    this.update({ list: [...(first.content.kind === 'presentation' ? others.map(withoutPresentation) : others), ...fresh], hidden: false });
    for (const { id, content } of fresh) this.loaderOf(id, content)?.wantAll();
    this.reveal(first, index);
    return true;
  }

  /** Bring the middle of an overlay, or of one of its parts, to the screen. */
  goTo(id: string, part?: string): void {
    const overlay = this.find(id);
    const places = overlay ? placesOf(overlay.content, overlay.images.frames, part) : [];
    const middle = places[Math.floor(places.length / 2)];
    if (overlay && middle !== undefined) this.workspace.reveal(overlay.images, middle);
  }

  toggle(id: string): void {
    const overlay = this.find(id);
    if (!overlay) return;
    const isOther = overlay.content.kind === 'presentation' && !overlay.visible;
    const list = this.current.list.map((one) => (one.id === id ? { ...one, visible: !one.visible } : isOther ? withoutPresentation(one) : one));
    this.update({ list });
    if (overlay.content.kind === 'presentation') this.presentAgain();
  }

  togglePart(id: string, part: string): void {
    this.change(id, ({ shown }) => {
      const next = new Set(shown);
      if (!next.delete(part)) next.add(part);
      return { shown: next };
    });
  }

  /** All parts, or none. */
  showParts(id: string, all: boolean): void {
    this.change(id, ({ parts }) => ({ shown: new Set(all ? parts.map(({ key }) => key) : []) }));
  }

  remove(id: string): void {
    this.loaders.delete(id);
    this.update({ list: this.current.list.filter((one) => one.id !== id) });
    this.presentAgain();
  }

  setOpacity(opacity: number): void {
    this.update({ opacity });
  }

  toggleHidden(): void {
    this.update({ hidden: !this.current.hidden });
  }

  private find(id: string): Overlay | undefined {
    return this.current.list.find((one) => one.id === id);
  }

  private make(instance: Instance): Overlay | undefined {
    const content = readOverlay(instance);
    const images = content && imagesFor(content, this.allSets());
    if (!content || !images) return undefined;
    const parts = partsOf(content);
    return { id: instance.sopInstanceUID, content, title: titleOf(content), parts, shown: new Set(parts.map(({ key }) => key)), visible: true, images };
  }

  /** Its images, where they lie already or in viewport `index`; at the middle of what is laid over them, unless some of it is seen. */
  private reveal({ id, content, images }: Overlay, index: number | undefined): void {
    const { sets, active } = this.workspace.getState();
    const isThere = index === undefined ? this.workspace.visibleSets.includes(images) : sets[index] === images;
    const view = this.workspace.views[index ?? sets.indexOf(images)];
    const shown = isThere && view && shownIn(view);
    const places = placesOf(content, images.frames);
    if (!isThere) this.workspace.place(images, index ?? active, places[Math.floor(places.length / 2)] ?? 0);
    else if (!shown || !liesOn(content, shown)) this.goTo(id);
    this.presentAgain();
  }

  private change(id: string, change: (overlay: Overlay) => Partial<Overlay>): void {
    this.update({ list: this.current.list.map((one) => (one.id === id ? { ...one, ...change(one) } : one)) });
  }

  private update(change: Partial<OverlaysState>): void {
    this.current = { ...this.current, ...change };
    setDrawing((frame, stack, index) => this.shapesOn({ frame, stack, index }), this.current.opacity);
    for (const listener of this.listeners) listener();
  }

  // --- What is drawn ---------------------------------------------------------------------------

  private shapesOn(shown: Shown): readonly Shape[] {
    if (this.current.hidden) return [];
    return this.current.list.filter(({ visible }) => visible).flatMap(({ content, shown: parts, id }) => shapesOf(content, shown, parts, this.masksOf(id, content)));
  }

  private loaderOf(id: string, content: OverlayObject): MaskLoader | undefined {
    if (content.kind !== 'segmentation') return undefined;
    const loader = this.loaders.get(id) ?? new MaskLoader(content.object, () => this.onMasks(id));
    this.loaders.set(id, loader);
    return loader;
  }

  private masksOf(id: string, content: OverlayObject): Parameters<typeof shapesOf>[3] {
    const loader = this.loaderOf(id, content);
    return (frame) => loader?.get(frame);
  }

  private onMasks(id: string): void {
    const { failure } = this.loaders.get(id) ?? {};
    this.update({ problem: failure ? `The segmentation could not be fetched. ${failure.message}`.trim() : this.current.problem });
  }

  // --- Presentation states -----------------------------------------------------------------------

  private get presentation(): { readonly id: string; readonly state: PresentationState } | undefined {
    for (const { id, visible, content } of this.current.list) if (visible && content.kind === 'presentation') return { id, state: content.object };
    return undefined;
  }

  /** Another state holds now, or none any more. */
  private presentAgain(): void {
    const id = this.presentation?.id;
    for (const [view, before] of this.presented) {
      if (before.id === id) continue;
      this.presented.delete(view);
      if (view.getState().set === before.set) this.alone(() => view.reset());
    }
    for (const view of this.workspace.views) this.follow(view);
  }

  /** A frame that has come to the screen stands as its state asks for; further frames get their window only. */
  private follow(view: StackView): void {
    const wanted = this.presentation;
    const { set } = view.getState();
    const frame = arrivedIn(view);
    if (this.isBusy || !wanted || !set || !frame || !isPresented(wanted.state, frame)) return;
    const before = this.presented.get(view);
    const stands = before?.id === wanted.id && before.set === set;
    if (stands && before.frame === frame) return;
    this.presented.set(view, { id: wanted.id, set, frame });
    this.alone(() => (stands ? presentWindow : present)(view, wanted.state, frame));
  }

  /** Changing how a stack stands says so before the change is whole. */
  private alone(work: () => void): void {
    this.isBusy = true;
    work();
    this.isBusy = false;
  }
}

/** The frame on the screen, once it is there in full and no other is asked for. */
function arrivedIn(view: StackView): FrameRef | undefined {
  const { status, index, wanted, coarse } = view.getState();
  return status === 'ready' && !coarse && index === wanted ? view.frame : undefined;
}

const withoutPresentation = (one: Overlay): Overlay => (one.content.kind === 'presentation' ? { ...one, visible: false } : one);

function shownIn(view: StackView): Shown | undefined {
  const { set, wanted } = view.getState();
  const frame = set?.frames[wanted];
  return set && frame ? { frame, stack: set.frames, index: wanted } : undefined;
}
