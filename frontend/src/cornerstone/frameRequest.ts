/** Fetching the bytes of a frame, and of bulk data, over DICOMweb. */
import type { Element } from '../domain/dataset';
import { failureOfStatus, ViewerError } from '../domain/failure';
import { firstPart, headerParameter } from '../domain/multipart';

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

/** One frame; throws ViewerError. */
export async function fetchFrame(url: string, accept: string): Promise<FrameBytes> {
  const response = await get(url, accept);
  const contentType = response.headers.get('Content-Type') ?? '';
  const body = await bodyOf(response);
  const part = contentType.startsWith('multipart/') ? firstPart(contentType, body) : { headers: { 'content-type': contentType }, body };
  if (!part) throw new ViewerError('network', 'The answer was cut short');
  const syntax = headerParameter(part.headers['content-type'] ?? '', 'transfer-syntax') || headerParameter(contentType, 'transfer-syntax');
  if (!syntax) throw new ViewerError('server', 'The server does not say how the frame is encoded');
  return { bytes: part.body, transferSyntaxUID: syntax };
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
