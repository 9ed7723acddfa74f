/** The keys as the reader in front has them. */
import { keysOf, STANDARD, type Preferences } from '../domain/preferences';

let current: Preferences = STANDARD;

export function setKeymap(preferences: Preferences): void {
  current = preferences;
}

/** The keys of a command now. */
export const keysNow = (command: { readonly id: string; readonly keys: readonly string[] }): readonly string[] => keysOf(current, command);

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  Escape: 'Esc',
  Delete: 'Del',
};

/** A key as it is written on it. */
export const keyText = (key: string): string => NAMES[key] ?? key.replace('Shift+', 'Shift ').replace('Ctrl+', 'Ctrl ');
