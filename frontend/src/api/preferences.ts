/** The call that keeps the reader's preferences. */
import type { Preferences, PreferencesServer } from '../domain/preferences';
import { call } from './call';

export class PreferenceCalls implements PreferencesServer {
  async put(preferences: Preferences): Promise<void> {
    await call('PUT', '/api/viewer-preferences/', preferences);
  }
}
