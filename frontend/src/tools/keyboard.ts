/** From key presses to commands. */
import { COMMANDS } from './commands';
import type { Workspace } from './workspace';

const BY_KEY = new Map(COMMANDS.flatMap((command) => command.keys.map((key) => [key, command] as const)));

/** Typing and choosing belong to the control that has the focus. */
function isTakenByControl(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  const control = target?.closest('input, select, textarea, button, a, [role="menu"], [role="listbox"], dialog');
  if (!control) return false;
  if (control.matches('button, a')) return event.key === ' ' || event.key === 'Enter';
  return event.key !== 'Escape';
}

/** Run what the key stands for; true when it stood for something. */
export function handleKey(event: KeyboardEvent, workspace: Workspace): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTakenByControl(event)) return false;
  if (/^[1-9]$/.test(event.key)) {
    const preset = workspace.presets()[Number(event.key) - 1];
    if (preset) workspace.activeView.applyPreset(preset);
    return preset !== undefined;
  }
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = BY_KEY.get(event.shiftKey && /^[a-z]$/.test(letter) ? `Shift+${letter.toUpperCase()}` : letter);
  command?.run(workspace);
  return command !== undefined;
}
