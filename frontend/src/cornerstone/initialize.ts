/** Setting Cornerstone up, once, before the first viewport. */
import { cache, Enums, imageLoadPoolManager, imageRetrievalPoolManager, init as initCore, utilities } from '@cornerstonejs/core';
import { init as initLoader } from '@cornerstonejs/dicom-image-loader';
import { init as initTools } from '@cornerstonejs/tools';
import { registerLoader } from './imageLoader';
import { setDicomWebRoot } from './imageRegistry';
import { registerMetadataProvider } from './metadataProvider';

const MEGABYTE = 1024 * 1024;

/** Decoded frames kept in memory: a quarter of what the machine admits to have, 384 MB to 2 GB. */
function cacheBytes(): number {
  const memoryGB = (navigator as Navigator & { deviceMemory?: number }).deviceMemory ?? 4;
  return Math.min(2048, Math.max(384, memoryGB * 256)) * MEGABYTE;
}

interface LevelLogger {
  /** The second argument: whether the browser's storage remembers it. */
  readonly setLevel: (level: string, persist: boolean) => void;
}

/** Nothing of an image may reach the console; failures are shown on the page. */
function silenceLoggers(): void {
  const log = utilities.logger.log as LevelLogger & { getLoggers: () => Record<string, LevelLogger> };
  for (const logger of [log, ...Object.values(log.getLoggers())]) logger.setLevel('silent', false);
}

/** Frames of a batch wait for one answer together; how many batches there are at once is not the pools' matter. */
function limitRequests(): void {
  for (const pool of [imageLoadPoolManager, imageRetrievalPoolManager]) {
    pool.setMaxSimultaneousRequests(Enums.RequestType.Interaction, 100);
    pool.setMaxSimultaneousRequests(Enums.RequestType.Prefetch, 100);
  }
}

export function initialize(dicomWebRoot: string): void {
  silenceLoggers();
  initCore();
  initLoader();
  initTools();
  setDicomWebRoot(dicomWebRoot);
  registerMetadataProvider();
  registerLoader(); // after initLoader, whose loader of the same scheme it replaces
  cache.setMaxCacheSize(cacheBytes());
  limitRequests();
}
