/** The user's own hangings, as the page brought them and as they are changed here. */
import type { HangingProtocol, HangingServer, KeptHanging } from '../domain/hangingProtocol';

export class KeptHangings {
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly server: HangingServer,
    private all: readonly KeptHanging[],
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): readonly KeptHanging[] => this.all;

  /** In place of the one that was kept for such studies; throws when the server does not take it. */
  async keep(key: string, protocol: HangingProtocol): Promise<void> {
    await this.server.keep(key, protocol);
    this.set([...this.all.filter((one) => one.key !== key), { key, protocol }]);
  }

  async forget(key: string): Promise<void> {
    await this.server.forget(key);
    this.set(this.all.filter((one) => one.key !== key));
  }

  private set(all: readonly KeptHanging[]): void {
    this.all = all;
    for (const listener of this.listeners) listener();
  }
}
