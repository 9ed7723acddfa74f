/** Fetching the bytes of a frame, and of bulk data, over DICOMweb. */
import type { Element } from '../domain/dataset';
import { failureOfStatus, ViewerError } from '../domain/failure';
import { firstPart, headerParameter, PartReader, type Part } from '../domain/multipart';
import { linkSpeed } from './linkSpeed';

export interface FrameBytes {
  readonly bytes: Uint8Array;
  readonly transferSyntaxUID: string;
}

/** The reason in a problem document (RFC 9457) or a short text; nothing of an HTML page. */
async function reasonOf(response: Response): Promise<string> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!/json|text\/plain/.test(type)) return '';
  const body = (await response.text()).slice(0, 2000);
  try {
    const problem = JSON.parse(body) as { detail?: unknown; title?: unknown };
    return [problem.detail, problem.title].find((value): value is string => typeof value === 'string') ?? '';
  } catch {
    return body.slice(0, 200);
  }
}

async function get(url: string, accept: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { Accept: accept }, credentials: 'same-origin', redirect: 'manual' });
  } catch {
    throw new ViewerError('network', 'The server cannot be reached');
  }
  if (response.type === 'opaqueredirect') throw new ViewerError('session', '');
  if (!response.ok) throw failureOfStatus(response.status, await reasonOf(response));
  return response;
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new ViewerError('network', 'The connection broke off');
  }
}

/** Give the chunks of a body to `take` as they come, and learn from it how fast the connection is. */
async function readChunks(response: Response, take: (chunk: Uint8Array) => void): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  // What the server makes while it sends it says nothing about the connection.
  const tells = response.headers.has('Content-Length');
  if (tells) linkSpeed.begin(performance.now());
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (tells) linkSpeed.received(read.value.length);
      take(read.value);
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    throw error instanceof RangeError ? new ViewerError('server', error.message) : new ViewerError('network', 'The connection broke off');
  } finally {
    if (tells) linkSpeed.end(performance.now());
  }
}

function frameBytes({ headers, body }: Part): FrameBytes {
  const syntax = headerParameter(headers['content-type'] ?? '', 'transfer-syntax');
  if (!syntax) throw new ViewerError('server', 'The server does not say how the frame is encoded');
  return { bytes: body, transferSyntaxUID: syntax };
}

/**
 * One frame; throws ViewerError. `onBegun` is shown what has come of it whenever more has.
 */
export async function fetchFrame(url: string, accept: string, onBegun?: (begun: FrameBytes) => void): Promise<FrameBytes> {
  const response = await get(url, accept);
  let found: FrameBytes | undefined;
  const reader = new PartReader((part) => (found ??= frameBytes(part)));
  await readChunks(response, (chunk) => {
    reader.push(chunk);
    const { begun } = reader;
    if (begun && !found) onBegun?.(frameBytes(begun));
  });
  if (!found) throw new ViewerError('network', 'The answer was cut short');
  return found;
}

/** Several frames in one answer; `onFrame` gets each with its address as it arrives. Throws ViewerError. */
export async function fetchFrames(url: string, accept: string, onFrame: (location: string, frame: FrameBytes) => void): Promise<void> {
  const reader = new PartReader((part) => onFrame(part.headers['content-location'] ?? '', frameBytes(part)));
  await readChunks(await get(url, accept), (chunk) => reader.push(chunk));
}

/** The bytes of an element, whether they stand in the metadata or apart; throws ViewerError. */
export async function bulkBytes(element: Element | undefined): Promise<Uint8Array> {
  if (element?.InlineBinary !== undefined) return Uint8Array.from(atob(element.InlineBinary), (letter) => letter.charCodeAt(0));
  if (element?.BulkDataURI === undefined) throw new ViewerError('not-found', '');
  return fetchBulkData(element.BulkDataURI);
}

/** Bulk data, whole; throws ViewerError. */
export async function fetchBulkData(url: string): Promise<Uint8Array> {
  const response = await get(url, 'multipart/related; type="application/octet-stream", application/octet-stream');
  const contentType = response.headers.get('Content-Type') ?? '';
  const body = await bodyOf(response);
  return (contentType.startsWith('multipart/') ? firstPart(contentType, body)?.body : body) ?? body;
}
