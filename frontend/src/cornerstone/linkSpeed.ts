/** What is known of the connection to the server. */
import { isWorthPacking, LinkSpeed } from '../domain/delivery';

/** Of connections that nothing is known of: a good household line. */
const UNKNOWN = 8_000_000;
const TELLING_BYTES = 100_000;

export const linkSpeed = new LinkSpeed();

/** Learn from how the page's own scripts came, unless the browser had them. */
export function learnFromPage(): void {
  const scripts = performance.getEntriesByType('resource').filter((entry) => entry instanceof PerformanceResourceTiming && entry.transferSize > TELLING_BYTES) as PerformanceResourceTiming[];
  if (scripts.length === 0) return;
  const bytes = scripts.reduce((sum, { transferSize }) => sum + transferSize, 0);
  linkSpeed.note(bytes, Math.max(...scripts.map(({ responseEnd }) => responseEnd)) - Math.min(...scripts.map(({ responseStart }) => responseStart)));
}

/** Bytes a second. */
export const bytesPerSecond = (): number => linkSpeed.value(UNKNOWN);

export const packsFrames = (): boolean => isWorthPacking(bytesPerSecond());
