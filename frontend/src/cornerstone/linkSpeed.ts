/** What is known of the connection to the server. */
import { isWorthPacking, LinkSpeed } from '../domain/delivery';

/** Of connections that nothing is known of: a good household line. */
const UNKNOWN = 8_000_000;
const TELLING_BYTES = 100_000;

export const linkSpeed = new LinkSpeed();

const isTelling = (entry: PerformanceEntry): entry is PerformanceResourceTiming => entry instanceof PerformanceResourceTiming && entry.transferSize > TELLING_BYTES;

/** Learn from how the page's own scripts came, unless the browser had them; the best of them was held up least. */
function learnFromPage(): void {
  const scripts = performance.getEntriesByType('resource').filter(isTelling);
  const speeds = scripts.map(({ transferSize, responseStart, responseEnd }) => transferSize / Math.max(1, responseEnd - responseStart));
  if (speeds.length > 0) linkSpeed.note(Math.max(...speeds) * 1000, 1000);
}

/** Bytes a second. */
export function bytesPerSecond(): number {
  if (!linkSpeed.isKnown) learnFromPage();
  return linkSpeed.value(UNKNOWN);
}

export const packsFrames = (): boolean => isWorthPacking(bytesPerSecond());
