/** What can go wrong between the viewer and the server, told apart by what the reader can do. */
export type FailureKind = 'not-found' | 'session' | 'network' | 'server' | 'decode';

export class ViewerError extends Error {
  override readonly name = 'ViewerError';

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Of the answer; 0 when there was none. */
    readonly status = 0,
  ) {
    super(message);
  }
}

/** The failure that an HTTP status stands for. */
export function failureOfStatus(status: number, detail = ''): ViewerError {
  if (status === 401) return new ViewerError('session', detail);
  if (status === 404 || status === 410) return new ViewerError('not-found', detail);
  return new ViewerError('server', detail || `HTTP ${status}`, status);
}

export function toViewerError(error: unknown): ViewerError {
  if (error instanceof ViewerError) return error;
  return new ViewerError('decode', error instanceof Error ? error.message : String(error));
}
