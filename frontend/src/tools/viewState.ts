/** The screen as it is, for a link, for the next time, and as a hanging of one's own. */
import type { Display } from '../domain/hangingProtocol';
import type { Lying } from '../domain/keptHanging';
import { viewportCount } from '../domain/layout';
import type { SharedView, ViewportView } from '../domain/viewLink';
import { toRange } from '../domain/window';
import type { Workspace } from './workspace';

function viewportView(workspace: Workspace, viewport: number): ViewportView[] {
  const view = workspace.views[viewport];
  const set = workspace.getState().sets[viewport];
  if (!view || !set) return [];
  const frame = set.kind === 'pictures' ? set.frames[view.getState().wanted] : undefined;
  const sop = frame?.instance.sopInstanceUID ?? set.instances[0]?.sopInstanceUID ?? '';
  return [{ viewport, set: set.id, sop, frame: frame?.number ?? 1, standing: view.standing }];
}

/** What is seen now. */
export function sharedView(workspace: Workspace): SharedView {
  const { layout, active, links, mpr } = workspace.getState();
  const viewports = Array.from({ length: viewportCount(layout) }, (_, index) => viewportView(workspace, index)).flat();
  return { layout, active, linked: links !== undefined, mpr: mpr && { centre: mpr.getState().centre }, viewports };
}

function displayOf(workspace: Workspace, index: number): Display {
  const view = workspace.views[index];
  const set = workspace.getState().sets[index];
  const standing = view?.standing;
  if (!view || !set || !standing) return {};
  const { voi } = standing;
  const preset = voi && workspace.presetsOf(set, view).find((one) => one.kind === 'window' && !one.fromImage && Math.abs(toRange(one.window).lower - voi.lower) < 0.01 && Math.abs(toRange(one.window).upper - voi.upper) < 0.01);
  return { ...(preset && { preset: preset.label }), ...(standing.flipHorizontal && { mirror: true }) };
}

/** What lies in each viewport, and how. Mammograms keep their scale and their chest walls. */
export function lyingNow(workspace: Workspace): (Lying | undefined)[] {
  const { layout, sets } = workspace.getState();
  const { columns } = layout;
  return Array.from({ length: viewportCount(layout) }, (_, index) => {
    const set = sets[index];
    const view = workspace.views[index];
    if (!set || !view) return undefined;
    const wall: Display = { chest_wall: index % columns < columns / 2 && columns > 1 ? 'right' : 'left', scale: 'same' };
    return { setId: set.id, index: view.getState().wanted, display: set.series.modality === 'MG' ? wall : displayOf(workspace, index) };
  });
}
