/** Everything that the reader can do by key or button: one table for both and for the cheat sheet. */
import type { PointerTool } from '../cornerstone/toolGroup';
import { isMeasureTool } from '../domain/annotation';
import { nextLayout } from '../domain/layout';
import { keysNow } from './keymap';
import { nextMeasurement } from './stepping';
import type { Workspace } from './workspace';

export type CommandGroup = 'Images' | 'Window' | 'View' | 'Tools' | 'Measure' | 'Planes' | 'Page';

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: CommandGroup;
  /** As KeyboardEvent.key says it, with 'Shift+' where a shifted letter is meant. */
  readonly keys: readonly string[];
  readonly run: (workspace: Workspace) => void;
}

const LARGE_STEP = 10;
const ZOOM_STEP = 1.25;
const RATE_STEP = 2;

const command = (id: string, label: string, group: CommandGroup, keys: readonly string[], run: Command['run']): Command => ({ id, label, group, keys, run });

const scroll = (delta: number) => (workspace: Workspace) => workspace.activeView.scroll(delta);
const tool = (name: PointerTool) => (workspace: Workspace) => workspace.setTool(name);

/** In planes that were cut, a ruler of theirs. */
const ruler = (name: 'length' | 'angle') => (workspace: Workspace) => {
  const { mpr } = workspace.getState();
  if (mpr) mpr.takeRuler(name);
  else workspace.setTool(name);
};

function togglePlay({ activeView }: Workspace): void {
  if (activeView.getState().playing) activeView.stop();
  else activeView.play();
}

function changeRate(change: number) {
  return ({ activeView }: Workspace): void => activeView.setRate(activeView.getState().rate + change);
}

function dismiss(workspace: Workspace): void {
  const { mpr } = workspace.getState();
  if (mpr?.getState().ruler) {
    mpr.takeRuler(undefined);
    return;
  }
  workspace.closeVolume();
  workspace.activeView.stop();
  workspace.setHelp(false);
  // Out of a measuring tool, back to what leaves the picture alone.
  const { tool } = workspace.getState();
  if (isMeasureTool(tool) || tool === 'eraser' || tool === 'magnify') workspace.setTool(workspace.preferences.restingTool);
}

export const COMMANDS: readonly Command[] = [
  command('previous', 'Previous image', 'Images', ['ArrowUp', 'ArrowLeft'], scroll(-1)),
  command('next', 'Next image', 'Images', ['ArrowDown', 'ArrowRight'], scroll(1)),
  command('back', 'Ten images back', 'Images', ['PageUp'], scroll(-LARGE_STEP)),
  command('forward', 'Ten images on', 'Images', ['PageDown'], scroll(LARGE_STEP)),
  command('first', 'First image', 'Images', ['Home'], ({ activeView }) => activeView.goTo(0)),
  command('last', 'Last image', 'Images', ['End'], ({ activeView }) => activeView.goTo(activeView.frameIds.length - 1)),
  command('pass-back', 'Same slice, time before', 'Images', ['<'], ({ activeView }) => activeView.acrossPasses(-1)),
  command('pass-on', 'Same slice, time after', 'Images', ['>'], ({ activeView }) => activeView.acrossPasses(1)),
  command('cine', 'Play or stop', 'Images', [' '], togglePlay),
  command('slower', 'Slower', 'Images', [','], changeRate(-RATE_STEP)),
  command('faster', 'Faster', 'Images', ['.'], changeRate(RATE_STEP)),
  command('window-reset', 'Window as stored', 'Window', ['0'], ({ activeView }) => activeView.resetWindow()),
  command('invert', 'Invert', 'Window', ['i'], ({ activeView }) => activeView.invert()),
  command('flip-horizontal', 'Flip left-right', 'View', ['h'], ({ activeView }) => activeView.flip('horizontal')),
  command('flip-vertical', 'Flip top-bottom', 'View', ['v'], ({ activeView }) => activeView.flip('vertical')),
  command('rotate', 'Rotate right', 'View', ['r'], ({ activeView }) => activeView.rotate(90)),
  command('rotate-left', 'Rotate left', 'View', ['Shift+R'], ({ activeView }) => activeView.rotate(-90)),
  command('zoom-in', 'Zoom in', 'View', ['+', '='], ({ activeView }) => activeView.zoomBy(ZOOM_STEP)),
  command('zoom-out', 'Zoom out', 'View', ['-'], ({ activeView }) => activeView.zoomBy(1 / ZOOM_STEP)),
  command('fit', 'Fit to viewport', 'View', ['f'], ({ activeView }) => activeView.fit()),
  command('reset', 'Reset view', 'View', ['x'], ({ activeView, getState }) => (getState().mpr ?? getState().solid ?? activeView).reset()),
  command('tool-scroll', 'Scroll', 'Tools', ['s'], tool('scroll')),
  command('tool-window', 'Window', 'Tools', ['w'], tool('window')),
  command('tool-zoom', 'Zoom', 'Tools', ['z'], tool('zoom')),
  command('tool-pan', 'Pan', 'Tools', ['p'], tool('pan')),
  command('measure-length', 'Length', 'Measure', ['d'], ruler('length')),
  command('measure-bidirectional', 'Two diameters', 'Measure', ['b'], tool('bidirectional')),
  command('measure-angle', 'Angle', 'Measure', ['a'], ruler('angle')),
  command('measure-cobb', 'Cobb angle', 'Measure', ['Shift+A'], tool('cobb')),
  command('measure-ellipse', 'Ellipse', 'Measure', ['o'], tool('ellipse')),
  command('measure-rectangle', 'Rectangle', 'Measure', ['Shift+O'], tool('rectangle')),
  command('measure-freehand', 'Freehand region', 'Measure', ['Shift+F'], tool('freehand')),
  command('measure-probe', 'Pixel value', 'Measure', ['q'], tool('probe')),
  command('measure-circle', 'Circle', 'Measure', ['Shift+C'], tool('circle')),
  command('measure-arrow', 'Arrow', 'Measure', ['Shift+D'], tool('arrow')),
  command('measure-text', 'Text', 'Measure', ['Shift+T'], tool('text')),
  command('tool-eraser', 'Eraser', 'Measure', ['Shift+E'], tool('eraser')),
  command('tool-magnify', 'Magnifier', 'Tools', ['Shift+Z'], tool('magnify')),
  command('measure-next', 'Next measurement', 'Measure', ['n'], (workspace) => nextMeasurement(workspace, 1)),
  command('measure-previous', 'Previous measurement', 'Measure', ['Shift+N'], (workspace) => nextMeasurement(workspace, -1)),
  command('measure-remove', 'Remove the chosen one', 'Measure', ['Delete', 'Backspace'], ({ measurements }) => measurements.removeSelected()),
  command('measure-undo', 'Undo', 'Measure', ['Ctrl+Z'], ({ measurements }) => measurements.undo()),
  command('measure-redo', 'Redo', 'Measure', ['Ctrl+Shift+Z', 'Ctrl+Y'], ({ measurements }) => measurements.redo()),
  command('key-image', 'Mark as key image', 'Images', ['u'], ({ activeView, keyImages }) => keyImages.toggle(activeView.frame)),
  command('mpr', 'Three planes (MPR)', 'Planes', ['m'], (workspace) => workspace.toggleMpr()),
  command('solid', 'Volume in 3D', 'Planes', ['Shift+M'], (workspace) => workspace.toggleSolid()),
  command('fusion', 'PET over CT (fusion)', 'Planes', ['Shift+U'], (workspace) => workspace.toggleFusion()),
  command('crosshairs', 'Crosshairs', 'Planes', ['c'], ({ getState }) => getState().mpr?.toggleCrosshairs()),
  command('slab', 'Slab: MIP, MinIP, average', 'Planes', ['k'], ({ getState }) => getState().mpr?.nextSlab()),
  command('thinner', 'Slab thinner', 'Planes', ['['], ({ getState }) => getState().mpr?.thicken(1 / 1.25)),
  command('thicker', 'Slab thicker', 'Planes', [']'], ({ getState }) => getState().mpr?.thicken(1.25)),
  command('maximise', 'One viewport alone', 'Page', ['Enter'], (workspace) => workspace.toggleMaximised()),
  command('link', 'Link stacks by position', 'Images', ['y'], (workspace) => workspace.toggleLinks()),
  command('lines', 'Reference lines', 'View', ['g'], (workspace) => workspace.toggleLines()),
  command('layout', 'Next layout', 'Page', ['l'], (workspace) => workspace.setLayout(nextLayout(workspace.getState().layout))),
  command('overlays', 'Show or hide overlays', 'View', ['j'], ({ overlays }) => overlays?.toggleHidden()),
  command('text', 'Show or hide text', 'Page', ['t'], (workspace) => workspace.toggleText()),
  command('report', 'Report', 'Page', ['e'], (workspace) => workspace.setReport(!workspace.getState().showReport)),
  command('save-picture', 'Save as a picture, without names', 'Page', ['Shift+S'], (workspace) => workspace.savePicture()),
  command('preferences', 'Preferences', 'Page', ['Shift+K'], (workspace) => workspace.setPreferences(true)),
  command('help', 'Keys and mouse', 'Page', ['?', 'F1'], (workspace) => workspace.setHelp(true)),
  command('dismiss', 'Stop, close', 'Page', ['Escape'], dismiss),
];

const BY_ID = new Map(COMMANDS.map((entry) => [entry.id, entry]));

/** A command that is known to exist, with the reader's keys; a wrong name is an error of this program. */
export function commandById(id: string): Command {
  const found = BY_ID.get(id);
  if (!found) throw new Error(`No command ${id}`);
  return { ...found, keys: keysNow(found) };
}
