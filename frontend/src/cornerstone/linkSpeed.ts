/** What is known of the connection to the server. */
import { isWorthPacking, LinkSpeed, parseMemory, writeMemory } from '../domain/delivery';

/** Of connections that nothing is known of: a good household line. */
const UNKNOWN = 8_000_000;
const TELLING_BYTES = 100_000;
const MEMORY = 'noctis-line';

export const linkSpeed = new LinkSpeed();

const isTelling = (entry: PerformanceEntry): entry is PerformanceResourceTiming => entry instanceof PerformanceResourceTiming && entry.transferSize > TELLING_BYTES;

/** How the page's own scripts came, unless the browser had them; the best of them was held up least. */
function speedOfPage(): number | undefined {
  const scripts = performance.getEntriesByType('resource').filter(isTelling);
  const speeds = scripts.map(({ transferSize, responseStart, responseEnd }) => (transferSize * 1000) / Math.max(1, responseEnd - responseStart));
  return speeds.length > 0 ? Math.max(...speeds) : undefined;
}

let remembered: number | undefined;
let hasLooked = false;

/** From the page before this one; kept when this one goes. */
function recall(): number | undefined {
  if (hasLooked) return remembered;
  hasLooked = true;
  // eslint-disable-next-line no-restricted-globals -- a speed and a time; nothing of a patient
  remembered = parseMemory(localStorage.getItem(MEMORY), Date.now());
  addEventListener('pagehide', () => {
    // eslint-disable-next-line no-restricted-globals -- as above
    if (linkSpeed.isKnown) localStorage.setItem(MEMORY, writeMemory(linkSpeed.value(UNKNOWN), Date.now()));
  });
  return remembered;
}

/** Bytes a second. */
export function bytesPerSecond(): number {
  if (!linkSpeed.isKnown) {
    const speed = speedOfPage() ?? recall();
    if (speed !== undefined) linkSpeed.note(speed, 1000);
  }
  return linkSpeed.value(UNKNOWN);
}

export const packsFrames = (): boolean => isWorthPacking(bytesPerSecond());
