/** From a place that a report names to the image on the screen. */
import type { ImagePlace } from '../domain/report/messages';
import type { Workspace } from '../tools/workspace';
import type { Library } from './library';

/** Bring the image into a viewport; false when this window has not loaded it. */
export function showImage(library: Library, workspace: Workspace, place: ImagePlace): boolean {
  for (const study of library.getState()) {
    for (const set of study.series.flatMap(({ sets }) => sets)) {
      if (set.kind !== 'pictures') continue;
      const index = set.frames.findIndex(({ instance, number }) => instance.sopInstanceUID === place.sop_instance_uid && number === Math.max(1, place.frame));
      if (index < 0) continue;
      workspace.reveal(set, index);
      return true;
    }
  }
  return false;
}
