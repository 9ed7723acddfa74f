/**
 * `window.noctisViewer`: what a test, or a colleague at the telephone, may ask about the viewports.
 * It only reads. Viewports count from 0, frames from 0, pixels from 0,0 at the first.
 */
import { bytesPerSecond } from '../cornerstone/linkSpeed';
import { readings } from '../cornerstone/planeRulers';
import type { PlaneName } from '../cornerstone/mprTools';
import type { ViewState } from '../cornerstone/stackView';
import type { Vector } from '../domain/vector';
import type { Workspace } from '../tools/workspace';

export interface DebugHandle {
  /** Where a place in the patient (LPS, mm) lies on a plane's canvas (CSS pixels). */
  readonly planeCanvas: (plane: PlaneName, world: Vector) => readonly [number, number] | undefined;
  /** What the rulers in the planes say. */
  readonly rulers: () => readonly string[];
  /** What the connection is taken to bring; bytes a second. */
  readonly bytesPerSecond: () => number;
  readonly pixelAt: (viewport: number, column: number, row: number) => number | readonly number[] | undefined;
  readonly state: (viewport: number) => Omit<ViewState, 'set' | 'failure'> & { readonly frames: number; readonly sopInstanceUID: string; readonly frameNumber: number; readonly failure: string } | undefined;
}

declare global {
  interface Window {
    noctisViewer?: DebugHandle;
  }
}

export function installDebugHandle(workspace: Workspace): void {
  const { views } = workspace;
  window.noctisViewer = {
    planeCanvas: (plane, world) => workspace.getState().mpr?.canvasOf(plane, world),
    rulers: readings,
    bytesPerSecond,
    pixelAt: (viewport, column, row) => views[viewport]?.pixelAt(column, row),
    state: (viewport) => {
      const view = views[viewport];
      if (!view) return undefined;
      const { set, failure, ...rest } = view.getState();
      return { ...rest, frames: set?.frames.length ?? 0, sopInstanceUID: view.frame?.instance.sopInstanceUID ?? '', frameNumber: view.frame?.number ?? 0, failure: failure ? `${failure.kind}: ${failure.message}` : '' };
    },
  };
}
