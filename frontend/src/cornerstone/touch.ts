/**
 * Fingers on a viewport. One finger is Cornerstone's: the tool in hand. Two zoom and pan at once; one
 * that stays in its place tells the value under it.
 */
import { abandon } from './measuring';
import { isMeasuring } from './toolGroup';

type Place = readonly [number, number];

/** What a viewport does for fingers; places are in its CSS pixels. */
export interface Touched {
  readonly zoomBy: (factor: number, around: Place) => void;
  readonly panBy: (x: number, y: number) => void;
  /** Tell the value under this place; undefined: no more. */
  readonly probeAt: (place: Place | undefined) => void;
}

const HOLD_MS = 450;
const STILL_PIXELS = 8;

interface Pair {
  readonly middle: Place;
  readonly distance: number;
}

function pairOf({ touches }: TouchEvent, { left, top }: DOMRect): Pair | undefined {
  const [a, b] = touches;
  if (!a || !b) return undefined;
  return { middle: [(a.clientX + b.clientX) / 2 - left, (a.clientY + b.clientY) / 2 - top], distance: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)) };
}

class Fingers {
  private pair: Pair | undefined;
  private holding: ReturnType<typeof setTimeout> | undefined;
  private start: Place = [0, 0];
  private probing = false;

  constructor(
    private readonly element: HTMLDivElement,
    private readonly view: Touched,
  ) {}

  readonly onStart = (event: TouchEvent): void => {
    clearTimeout(this.holding);
    if (event.touches.length > 1) {
      this.endProbe();
      this.pair = pairOf(event, this.box);
      // The first finger has begun something that was not meant.
      abandon(this.element);
      event.stopPropagation();
      return;
    }
    this.start = this.placeOf(event);
    if (!isMeasuring()) this.holding = setTimeout(() => this.beginProbe(), HOLD_MS);
  };

  readonly onMove = (event: TouchEvent): void => {
    if (this.pair) this.pinch(event);
    else if (this.probing) this.view.probeAt(this.placeOf(event));
    else if (this.hasMoved(event)) clearTimeout(this.holding);
    // Ahead of Cornerstone, which listens on the document.
    if (this.pair !== undefined || this.probing) event.stopPropagation();
    if (event.cancelable) event.preventDefault();
  };

  readonly onEnd = (event: TouchEvent): void => {
    clearTimeout(this.holding);
    this.endProbe();
    this.pair = event.touches.length > 1 ? pairOf(event, this.box) : undefined;
  };

  private get box(): DOMRect {
    return this.element.getBoundingClientRect();
  }

  private placeOf({ touches }: TouchEvent): Place {
    const { left, top } = this.box;
    return [(touches[0]?.clientX ?? 0) - left, (touches[0]?.clientY ?? 0) - top];
  }

  private hasMoved(event: TouchEvent): boolean {
    const [x, y] = this.placeOf(event);
    return Math.hypot(x - this.start[0], y - this.start[1]) > STILL_PIXELS;
  }

  private pinch(event: TouchEvent): void {
    const [before, now] = [this.pair, pairOf(event, this.box)];
    if (!before || !now) return;
    this.pair = now;
    this.view.panBy(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]);
    this.view.zoomBy(now.distance / before.distance, now.middle);
  }

  private beginProbe(): void {
    this.probing = true;
    this.view.probeAt(this.start);
  }

  private endProbe(): void {
    if (this.probing) this.view.probeAt(undefined);
    this.probing = false;
  }
}

/** Listen to fingers on the element; returns what ends it. */
export function listenToFingers(element: HTMLDivElement, view: Touched): () => void {
  const fingers = new Fingers(element, view);
  const ended = new AbortController();
  const options = { capture: true, passive: false, signal: ended.signal };
  element.addEventListener('touchstart', fingers.onStart, options);
  element.addEventListener('touchmove', fingers.onMove, options);
  element.addEventListener('touchend', fingers.onEnd, options);
  element.addEventListener('touchcancel', fingers.onEnd, options);
  return () => ended.abort();
}
