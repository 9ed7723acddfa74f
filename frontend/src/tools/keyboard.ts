/** From key presses to commands. */
import { COMMANDS, type Command } from './commands';
import { keysNow } from './keymap';
import { handleSolidKey } from './solidKeys';
import type { Workspace } from './workspace';

const commandOf = (key: string): Command | undefined => COMMANDS.find((command) => keysNow(command).includes(key));

/** Typing and choosing belong to the control that has the focus. */
function isTakenByControl(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  // The report beside the images has keys of its own, all of them.
  if (target?.closest('[data-keys="own"], [contenteditable]')) return true;
  const control = target?.closest('input, select, textarea, button, a, summary, [role="menu"], [role="listbox"], dialog');
  if (!control) return false;
  if (control.matches('button, a, summary')) return event.key === ' ' || event.key === 'Enter';
  return event.key !== 'Escape';
}

function applyPreset(digit: string, workspace: Workspace): boolean {
  const preset = workspace.presets()[Number(digit) - 1];
  if (preset) workspace.applyPreset(preset);
  return preset !== undefined;
}

/** The name under which a command knows the key: letters in lower case, or after 'Shift+' in upper case. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): string {
  const letter = /^[a-z]$/i.exec(event.key)?.[0];
  if (letter === undefined) return event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${event.shiftKey ? 'Shift+' : ''}${letter.toUpperCase()}`;
  return event.shiftKey ? `Shift+${letter.toUpperCase()}` : letter.toLowerCase();
}

const isDialogOpen = (workspace: Workspace): boolean => workspace.getState().showHelp || workspace.getState().showPreferences;

/** Keys that are not ours: chords but for Ctrl and a letter, and whatever a control or the cheat sheet takes. */
function isElsewhere(event: KeyboardEvent, workspace: Workspace): boolean {
  const isForeignChord = event.altKey || ((event.ctrlKey || event.metaKey) && !/^[a-z]$/i.test(event.key));
  return isForeignChord || isDialogOpen(workspace) || isTakenByControl(event);
}

const IN_PLANES: ReadonlySet<string> = new Set(['reset', 'measure-length', 'measure-angle']);

/** Over three planes only what is meant for them: the stack below must not move unseen. */
function isPossible({ group, id }: Command, workspace: Workspace): boolean {
  const { mpr, solid } = workspace.getState();
  return !(mpr ?? solid) || group === 'Planes' || group === 'Page' || (mpr ? IN_PLANES.has(id) : id === 'reset');
}

/** Run what the key stands for; true when it stood for something. The cheat sheet keeps all keys while it is open. */
export function handleKey(event: KeyboardEvent, workspace: Workspace): boolean {
  if (isElsewhere(event, workspace)) return false;
  const { solid } = workspace.getState();
  if (solid && handleSolidKey(keyName(event), solid)) return true;
  if (/^[1-9]$/.test(event.key)) return applyPreset(event.key, workspace);
  const command = commandOf(keyName(event));
  if (!command || !isPossible(command, workspace)) return false;
  command.run(workspace);
  return true;
}
