/** How frames are asked for: packed by the server or as stored, one by one or several at once. */

/** Below this many bytes a second the time that packing saves on the way is more than it costs to unpack. */
const PACK_BELOW = 12_500_000;
/** A batch shall take about this long: what the reader turns to meanwhile waits no longer. */
const BATCH_SECONDS = 0.25;
const MOST_IN_BATCH = 24;
const FEWEST_IN_BATCH = 2;
/** Shorter transfers say more about latency than about speed. */
const TELLING_BYTES = 64 * 1024;
const TELLING_MS = 1;

export const isWorthPacking = (bytesPerSecond: number): boolean => bytesPerSecond < PACK_BELOW;

/** How many frames of `frameBytes` go into one request. */
export function batchSize(frameBytes: number, bytesPerSecond: number): number {
  const fitting = Math.floor((bytesPerSecond * BATCH_SECONDS) / Math.max(1, frameBytes));
  return Math.min(MOST_IN_BATCH, Math.max(FEWEST_IN_BATCH, fitting));
}

/**
 * The speed of the connection, from what came over it. Transfers at the same time share it, so what
 * counts is the time during which there was any.
 */
export class LinkSpeed {
  private active = 0;
  private since = 0;
  private bytes = 0;
  private estimate: number | undefined;

  get isKnown(): boolean {
    return this.estimate !== undefined;
  }

  /** Bytes a second; `fallback` while nothing is known. */
  value(fallback: number): number {
    return this.estimate ?? fallback;
  }

  begin(now: number): void {
    if (this.active === 0) [this.since, this.bytes] = [now, 0];
    this.active += 1;
  }

  received(bytes: number): void {
    this.bytes += bytes;
  }

  end(now: number): void {
    this.active = Math.max(0, this.active - 1);
    if (this.active === 0) this.note(this.bytes, now - this.since);
  }

  /** `bytes` came within `milliseconds`; the newest counts as much as all before. */
  note(bytes: number, milliseconds: number): void {
    if (bytes < TELLING_BYTES) return;
    const speed = (bytes * 1000) / Math.max(TELLING_MS, milliseconds);
    this.estimate = this.estimate === undefined ? speed : (this.estimate + speed) / 2;
  }
}

/** A line is the same for so long; then the computer may be elsewhere. */
const MEMORY_MS = 60 * 60 * 1000;

/** The speed of a line as it is remembered, in bytes a second; undefined when it is too old or no such memory. */
export function parseMemory(text: string | null, now: number): number | undefined {
  const [speed, at] = (text ?? '').split(' ').map(Number);
  const isFresh = at !== undefined && now - at >= 0 && now - at < MEMORY_MS;
  return isFresh && speed !== undefined && Number.isFinite(speed) && speed > 0 ? speed : undefined;
}

export const writeMemory = (bytesPerSecond: number, now: number): string => `${Math.round(bytesPerSecond)} ${now}`;
