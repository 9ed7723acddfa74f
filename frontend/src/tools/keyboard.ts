/** From key presses to commands. */
import { COMMANDS } from './commands';
import type { Workspace } from './workspace';

const BY_KEY = new Map(COMMANDS.flatMap((command) => command.keys.map((key) => [key, command] as const)));

/** Typing and choosing belong to the control that has the focus. */
function isTakenByControl(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  // The report beside the images has keys of its own, all of them.
  if (target?.closest('[data-keys="own"], [contenteditable]')) return true;
  const control = target?.closest('input, select, textarea, button, a, [role="menu"], [role="listbox"], dialog');
  if (!control) return false;
  if (control.matches('button, a')) return event.key === ' ' || event.key === 'Enter';
  return event.key !== 'Escape';
}

function applyPreset(digit: string, workspace: Workspace): boolean {
  const preset = workspace.presets()[Number(digit) - 1];
  if (preset) workspace.activeView.applyPreset(preset);
  return preset !== undefined;
}

/** The name under which a command knows the key: letters in lower case, or after 'Shift+' in upper case. */
function keyName(event: KeyboardEvent): string {
  const letter = /^[a-z]$/i.exec(event.key)?.[0];
  if (letter === undefined) return event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${event.shiftKey ? 'Shift+' : ''}${letter.toUpperCase()}`;
  return event.shiftKey ? `Shift+${letter.toUpperCase()}` : letter.toLowerCase();
}

/** Run what the key stands for; true when it stood for something. The cheat sheet keeps all keys while it is open. */
export function handleKey(event: KeyboardEvent, workspace: Workspace): boolean {
  const isChord = event.ctrlKey || event.metaKey;
  // With Ctrl only letters are ours; the rest belongs to the browser.
  if (event.altKey || (isChord && !/^[a-z]$/i.test(event.key)) || workspace.getState().showHelp || isTakenByControl(event)) return false;
  if (/^[1-9]$/.test(event.key)) return applyPreset(event.key, workspace);
  const command = BY_KEY.get(keyName(event));
  command?.run(workspace);
  return command !== undefined;
}
