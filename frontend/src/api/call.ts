/** One call of the API, with what it needs to be let in and what it may be refused with. */

export type Body = Readonly<Record<string, unknown>>;

/** What went wrong with a call: `code` is the server's own word, or 'offline', or 'session'. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly code: string,
    readonly status: number,
    readonly body: Body,
  ) {
    super(typeof body.detail === 'string' ? body.detail : code);
  }
}

export function csrfToken(): string {
  return /(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '';
}

async function bodyOf(response: Response): Promise<Body> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}

function codeOf(response: Response, body: Body): string {
  if (response.type === 'opaqueredirect' || response.status === 401) return 'session';
  return typeof body.code === 'string' ? body.code : `http-${response.status}`;
}

interface Options {
  /** The request outlives the page. */
  readonly leaving?: boolean;
  readonly csrf?: () => string;
}

async function send(method: string, url: string, body: unknown, { leaving = false, csrf = csrfToken }: Options): Promise<Response> {
  const headers = { Accept: 'application/json', ...(method === 'GET' ? {} : { 'Content-Type': 'application/json', 'X-CSRFToken': csrf() }) };
  try {
    // A redirect can only lead to the sign-in page.
    return await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body), credentials: 'same-origin', redirect: 'manual', keepalive: leaving });
  } catch {
    throw new CallError('offline', 0, {});
  }
}

/** The answer as JSON, undefined where there is none; throws CallError. */
export async function call<Answer>(method: string, url: string, body?: unknown, options: Options = {}): Promise<Answer> {
  const response = await send(method, url, body, options);
  if (response.status === 204) return undefined as Answer;
  if (!response.ok) {
    const problem = await bodyOf(response);
    throw new CallError(codeOf(response, problem), response.status, problem);
  }
  return (await response.json()) as Answer;
}
