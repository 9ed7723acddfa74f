/** The reader's preferences: they hold at once, and are kept for other workstations. */
import { setMouse } from '../cornerstone/toolGroup';
import { RESTING } from '../cornerstone/mouse';
import { STANDARD, type Preferences, type PreferencesServer } from '../domain/preferences';
import { setKeymap } from './keymap';

export type Keeping = 'kept' | 'keeping' | 'failed';

export interface PreferencesState {
  readonly preferences: Preferences;
  readonly keeping: Keeping;
}

export class PreferencesStore {
  private current: PreferencesState;
  private waiting: Preferences | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly server: PreferencesServer,
    initial: Preferences,
  ) {
    this.current = { preferences: initial, keeping: 'kept' };
    this.apply();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): PreferencesState => this.current;

  /** The tool in hand when nothing else was taken. */
  get restingTool(): 'scroll' | 'window' | 'zoom' | 'pan' {
    return RESTING[this.current.preferences.mouse];
  }

  change(preferences: Preferences): void {
    this.update({ preferences });
    this.apply();
    const busy = this.waiting !== undefined;
    this.waiting = preferences;
    if (!busy) void this.keep();
  }

  reset(): void {
    this.change(STANDARD);
  }

  /** One at a time, the latest wins. */
  private async keep(): Promise<void> {
    this.update({ keeping: 'keeping' });
    for (let sent = this.waiting; sent; sent = this.waiting === sent ? undefined : this.waiting) {
      const keeping = await this.server.put(sent).then(() => 'kept' as const, () => 'failed' as const);
      if (this.waiting === sent) this.update({ keeping });
    }
    this.waiting = undefined;
  }

  private apply(): void {
    const { preferences } = this.current;
    setKeymap(preferences);
    setMouse(preferences.mouse, preferences.wheel_reversed);
  }

  private update(change: Partial<PreferencesState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
