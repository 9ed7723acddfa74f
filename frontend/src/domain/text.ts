/** Texts of the user interface: English in the code, translations out of the page's catalogue. */
let catalogue: Readonly<Record<string, string>> = {};

export function setCatalogue(messages: Readonly<Record<string, string>>): void {
  catalogue = messages;
}

/** Translate `message` and fill in its `{names}`. */
export function t(message: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (catalogue[message] ?? message).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
