/** From one measurement to the next. */
import type { Workspace } from './workspace';

/** Show the image of the measurement `step` further in the list, round and round, and choose it. */
export function nextMeasurement(workspace: Workspace, step: 1 | -1): void {
  const { measurements } = workspace;
  const { list, selected } = measurements.getState();
  const before = list.findIndex(({ uid }) => uid === selected);
  const place = before < 0 && step < 0 ? list.length - 1 : (before + step + list.length) % list.length;
  const next = list[place];
  if (!next) return;
  workspace.showFrame(next.frame);
  measurements.select(next.uid);
}
