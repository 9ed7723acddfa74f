/**
 * A page that the browser loads before the reader opens it: the next study of the list.
 *
 * Pictures and program are fetched; nothing is shown, no window is spoken to, no report is opened
 * until the page is the reader's. It is a page of its own, so that nothing of one patient can be
 * left over in another's. Browsers without prerendering load it when it is opened, as ever.
 */
import { announceFrame } from '../cornerstone/frameAhead';
import type { FrameRef } from '../domain/frame';
import { firstSet } from '../domain/hangingOrder';
import { framesAhead } from '../domain/prefetch';
import type { Library } from '../api/library';

/** What an unopened page may hold; the rest comes when it is opened. */
const MAX_BYTES = 96 * 1024 * 1024;
const PARALLEL = 4;

interface Prerendered {
  readonly prerendering?: boolean;
}

export const isMadeReady = (document: Document): boolean => (document as Document & Prerendered).prerendering === true;

/** Once the page is the reader's. */
export function opened(document: Document): Promise<void> {
  if (!isMadeReady(document)) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('prerenderingchange', () => resolve(), { once: true }));
}

async function fetchInTurn(queue: FrameRef[]): Promise<void> {
  for (let frame = queue.shift(); frame && isMadeReady(document); frame = queue.shift()) await announceFrame(frame);
}

/** Once the first study is known, fetch the pictures that it opens with. */
export function fetchPicturesAhead(library: Library): void {
  const leave = library.subscribe(() => {
    const [study] = library.getState();
    if (!study?.series.length || study.series.some(({ status }) => status === 'loading')) return;
    leave();
    const set = firstSet(study.series);
    const queue = set?.kind === 'pictures' ? [...framesAhead(set.frames, MAX_BYTES)] : [];
    for (let line = 0; line < PARALLEL; line += 1) void fetchInTurn(queue);
  });
}
