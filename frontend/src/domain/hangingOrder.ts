/** Which pictures of a study are shown first. */
import { isLocalizer, type DisplaySet } from './displaySet';

interface SeriesOnItsWay {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly sets: readonly DisplaySet[];
}

/** The first pictures that are no localizer; what else there is only when all is known. */
export function firstSet(series: readonly SeriesOnItsWay[]): DisplaySet | undefined {
  for (const { status, sets } of series) {
    const pictures = sets.find((set) => set.kind === 'pictures' && !isLocalizer(set));
    if (pictures) return pictures;
    if (status === 'loading') return undefined;
  }
  const all = series.flatMap(({ sets }) => sets);
  return all.find(({ kind }) => kind === 'pictures') ?? all[0];
}
