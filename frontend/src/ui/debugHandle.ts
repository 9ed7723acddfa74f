/**
 * `window.noctisViewer`: what a test, or a colleague at the telephone, may ask about the viewports.
 * It only reads. Viewports count from 0, frames from 0, pixels from 0,0 at the first.
 */
import type { ViewState } from '../cornerstone/stackView';
import type { Workspace } from '../tools/workspace';

export interface DebugHandle {
  readonly pixelAt: (viewport: number, column: number, row: number) => number | readonly number[] | undefined;
  readonly state: (viewport: number) => Omit<ViewState, 'set' | 'failure'> & { readonly frames: number; readonly sopInstanceUID: string; readonly frameNumber: number; readonly failure: string } | undefined;
}

declare global {
  interface Window {
    noctisViewer?: DebugHandle;
  }
}

export function installDebugHandle({ views }: Workspace): void {
  window.noctisViewer = {
    pixelAt: (viewport, column, row) => views[viewport]?.pixelAt(column, row),
    state: (viewport) => {
      const view = views[viewport];
      if (!view) return undefined;
      const { set, failure, ...rest } = view.getState();
      return { ...rest, frames: set?.frames.length ?? 0, sopInstanceUID: view.frame?.instance.sopInstanceUID ?? '', frameNumber: view.frame?.number ?? 0, failure: failure ? `${failure.kind}: ${failure.message}` : '' };
    },
  };
}
