/** From a place that a report names to the image on the screen. */
import type { PictureSet } from '../domain/displaySet';
import type { FrameRef } from '../domain/frame';
import type { ImagePlace } from '../domain/report/messages';
import type { Workspace } from '../tools/workspace';
import type { Library } from '../api/library';

function locate(library: Library, place: ImagePlace): { readonly set: PictureSet; readonly index: number } | undefined {
  for (const study of library.getState()) {
    for (const set of study.series.flatMap(({ sets }) => sets)) {
      if (set.kind !== 'pictures') continue;
      const index = set.frames.findIndex(({ instance, number }) => instance.sopInstanceUID === place.sop_instance_uid && number === Math.max(1, place.frame));
      if (index >= 0) return { set, index };
    }
  }
  return undefined;
}

/** The frame that is meant; undefined when this window has not loaded it. */
export function findImage(library: Library, place: ImagePlace): FrameRef | undefined {
  const found = locate(library, place);
  return found?.set.frames[found.index];
}

/** Bring the image into a viewport; false when this window has not loaded it. */
export function showImage(library: Library, workspace: Workspace, place: ImagePlace): boolean {
  const found = locate(library, place);
  if (found) workspace.reveal(found.set, found.index);
  return found !== undefined;
}
