/** The calls that keep a user's own hangings, and where the user stopped reading. */
import type { HangingProtocol, HangingServer } from '../domain/hangingProtocol';
import { call } from './call';

export class Hangings implements HangingServer {
  async keep(key: string, protocol: HangingProtocol): Promise<void> {
    await call('PUT', `/api/hangings/${encodeURIComponent(key)}/`, { protocol });
  }

  async forget(key: string): Promise<void> {
    await call('DELETE', `/api/hangings/${encodeURIComponent(key)}/`);
  }
}

export class ReadingPlaces {
  /** `leaving`: the page goes, the request stays. */
  async keep(studyInstanceUID: string, view: string, leaving = false): Promise<void> {
    await call('PUT', `/api/reading-places/${encodeURIComponent(studyInstanceUID)}/`, { view }, { leaving });
  }
}
