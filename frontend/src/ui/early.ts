/** The first picture's bytes, asked for before there is a program to show them. */
import { announceFrame } from '../cornerstone/frameAhead';
import { setDicomWebRoot } from '../cornerstone/imageRegistry';
import { firstSet } from '../domain/hangingOrder';
import type { Library } from '../api/library';

/** Once the first study has something to show, fetch its first frame. */
export function fetchFirstFrame(library: Library, root: string): void {
  setDicomWebRoot(root);
  const leave = library.subscribe(() => {
    const [study] = library.getState();
    const set = study && firstSet(study.series);
    if (!set) return;
    leave();
    const frame = set.kind === 'pictures' ? set.frames[0] : undefined;
    if (frame) void announceFrame(frame);
  });
}
