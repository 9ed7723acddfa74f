/** The first part of a multipart/related body (PS3.18 8.6.1.2), as WADO-RS answers with. */

export interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A header's parameter, e.g. `boundary` or `transfer-syntax`, quoted or not; '' when absent. */
export function headerParameter(header: string, name: string): string {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(header);
  return match?.[1] ?? match?.[2] ?? '';
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  const first = pattern[0] ?? 0;
  for (let index = bytes.indexOf(first, from); index >= 0; index = bytes.indexOf(first, index + 1)) {
    if (pattern.every((byte, offset) => bytes[index + offset] === byte)) return index;
  }
  return -1;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

function readHeaders(block: string): Record<string, string> {
  const lines = block.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
}

/** The first part, or undefined when the body is cut short or no multipart body. */
export function firstPart(contentType: string, bytes: Uint8Array): Part | undefined {
  const delimiter = ascii(`--${headerParameter(contentType, 'boundary')}`);
  const start = indexOf(bytes, delimiter, 0);
  const headersEnd = start < 0 ? -1 : indexOf(bytes, ascii('\r\n\r\n'), start);
  if (delimiter.length === 2 || headersEnd < 0) return undefined;
  const headers = readHeaders(String.fromCharCode(...bytes.subarray(start + delimiter.length, headersEnd)));
  // The stated length spares a search through megabytes of pixels.
  const length = Number(headers['content-length'] ?? Number.NaN);
  const begin = headersEnd + 4;
  const end = Number.isInteger(length) ? begin + length : indexOf(bytes, ascii(`\r\n--${headerParameter(contentType, 'boundary')}`), begin);
  return end < begin || end > bytes.length ? undefined : { headers, body: bytes.subarray(begin, end) };
}
