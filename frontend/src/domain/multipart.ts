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

/** The end of the blank line after a part's headers; -1 when it is not there yet. */
function headEnd(bytes: Uint8Array): number {
  const found = indexOf(bytes, ascii('\r\n\r\n'), 0);
  return found < 0 ? -1 : found + 4;
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
};

interface OpenPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  filled: number;
}

/** Reads the parts of a body as it arrives; each part has to state its length (Content-Length). */
export class PartReader {
  private head: Uint8Array = new Uint8Array(0);
  private part: OpenPart | undefined;

  /** `onPart` gets each part as soon as it is whole. */
  constructor(private readonly onPart: (part: Part) => void) {}

  /** What has come of the part that is on its way, and its headers. */
  get begun(): Part | undefined {
    return this.part && { headers: this.part.headers, body: this.part.body.subarray(0, this.part.filled) };
  }

  push(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) rest = this.part ? this.fill(this.part, rest) : this.open(rest);
  }

  private open(chunk: Uint8Array): Uint8Array {
    const bytes = joined(this.head, chunk);
    const end = headEnd(bytes);
    if (end < 0) {
      this.head = bytes;
      return new Uint8Array(0);
    }
    const headers = readHeaders(String.fromCharCode(...bytes.subarray(0, end)));
    const length = Number(headers['content-length'] ?? Number.NaN);
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError('A part does not state its length');
    this.head = new Uint8Array(0);
    this.part = { headers, body: new Uint8Array(length), filled: 0 };
    return this.fill(this.part, bytes.subarray(end));
  }

  private fill(part: OpenPart, chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, part.body.length - part.filled);
    part.body.set(taken, part.filled);
    part.filled += taken.length;
    if (part.filled === part.body.length) {
      this.part = undefined;
      this.onPart({ headers: part.headers, body: part.body });
    }
    return chunk.subarray(taken.length);
  }
}
