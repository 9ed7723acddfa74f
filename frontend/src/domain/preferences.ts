/** What a reader has chosen for the viewer (contract/viewer-preferences.schema.json). */

/** What the mouse buttons do. */
export type MouseProfile = 'noctis' | 'left-window' | 'classic';

export interface Preferences {
  readonly version: 1;
  /** Keys by command, of those commands that have others than the usual ones. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly mouse: MouseProfile;
  /** Turning the wheel towards the reader goes back instead of on. */
  readonly wheel_reversed: boolean;
}

export const STANDARD: Preferences = { version: 1, keys: {}, mouse: 'noctis', wheel_reversed: false };

/** Who keeps them; an error says why not. */
export interface PreferencesServer {
  readonly put: (preferences: Preferences) => Promise<void>;
}

interface Bound {
  readonly id: string;
  readonly keys: readonly string[];
}

/** The keys of a command as this reader has them. */
export const keysOf = ({ keys: changed }: Preferences, { id, keys }: Bound): readonly string[] => changed[id] ?? keys;

/** Kept by browsers, by the window presets, or by the way out of everything. */
const FIXED: ReadonlySet<string> = new Set(['Escape', 'Tab', 'F5', 'F11', 'F12', 'Ctrl+W', 'Ctrl+T', 'Ctrl+N', 'Ctrl+R', 'Ctrl+Shift+T', 'Ctrl+Shift+N', 'Ctrl+Shift+W', 'Dead', 'Unidentified', 'CapsLock', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'Process']);

/** Why a key cannot be chosen; '' when it can. */
export function refusalOf(key: string): string {
  if (/^[1-9]$/.test(key)) return '1 to 9 are kept for the window presets.';
  return FIXED.has(key) || key.length > 24 ? 'This key is kept by the browser or the viewer.' : '';
}

/** The other command that has the key now. */
export function holderOf(preferences: Preferences, commands: readonly Bound[], key: string, but: string): string | undefined {
  return commands.find((one) => one.id !== but && keysOf(preferences, one).includes(key))?.id;
}

const isUsual = (keys: readonly string[], usual: readonly string[]): boolean => keys.length === usual.length && keys.every((key, index) => key === usual[index]);

/** With these keys for a command; the usual ones are not kept. */
export function withKeys(preferences: Preferences, command: Bound, keys: readonly string[]): Preferences {
  const others = Object.fromEntries(Object.entries(preferences.keys).filter(([id]) => id !== command.id));
  return { ...preferences, keys: isUsual(keys, command.keys) ? others : { ...others, [command.id]: keys } };
}

/** Give `key` to a command, alone, and take it from whichever had it. */
export function rebound(preferences: Preferences, commands: readonly Bound[], id: string, key: string): Preferences {
  return commands.reduce((before, one) => {
    const keys = keysOf(before, one);
    if (one.id === id) return withKeys(before, one, [key]);
    return keys.includes(key) ? withKeys(before, one, keys.filter((other) => other !== key)) : before;
  }, preferences);
}

/** Back to the usual keys of a command, taken from whichever has them now. */
export function restored(preferences: Preferences, commands: readonly Bound[], id: string): Preferences {
  const usual = commands.find((one) => one.id === id)?.keys ?? [];
  return commands.reduce((before, one) => {
    if (one.id === id) return withKeys(before, one, usual);
    const keys = keysOf(before, one);
    const left = keys.filter((key) => !usual.includes(key));
    return left.length < keys.length ? withKeys(before, one, left) : before;
  }, preferences);
}

const PROFILES: ReadonlySet<unknown> = new Set(['noctis', 'left-window', 'classic']);

/** What the server has kept, as far as this program understands it. */
export function preferencesFrom(kept: unknown): Preferences {
  const { keys, mouse, wheel_reversed: reversed } = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>;
  return {
    version: 1,
    keys: typeof keys === 'object' && keys !== null ? (keys as Preferences['keys']) : {},
    mouse: PROFILES.has(mouse) ? (mouse as MouseProfile) : 'noctis',
    wheel_reversed: reversed === true,
  };
}
