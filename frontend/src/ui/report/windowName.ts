/** The name under which this window holds a lease: the same after a reload, nobody else's. */

const BYTES = 16;

interface Named {
  readonly reportWindow?: unknown;
}

export function randomName(): string {
  // crypto.randomUUID is missing where the page comes without TLS, as in a hospital's own network.
  return Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Kept in the history entry: it survives a reload and ends with the tab. A random number, nothing of a patient. */
export function windowName(): string {
  const state = (history.state ?? {}) as Named;
  const name = typeof state.reportWindow === 'string' ? state.reportWindow : randomName();
  rename(name);
  return name;
}

export function rename(name: string): void {
  history.replaceState({ ...(history.state as object | null), reportWindow: name }, '');
}
