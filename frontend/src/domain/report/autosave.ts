/**
 * When a draft is saved, and what is said of it: a pure machine that knows neither clock nor network.
 *
 * Whoever drives it tells it what happened (`reduce`) and asks when the next save is due (`dueAt`).
 * One save is under way at a time; what is typed meanwhile goes with the next.
 */
import type { ReportContent } from './content';

export const QUIET_MS = 1000;
export const LONGEST_WAIT_MS = 5000;
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000] as const;

export type FailureReason = 'offline' | 'session' | 'server' | 'content';
export type ConflictReason = 'stale-lease' | 'stale-version' | 'closed';

export interface Person {
  readonly id: number;
  readonly name: string;
}

/** The draft as the server has it now. */
export interface CurrentDraft {
  readonly version: number;
  readonly content: ReportContent | null;
  readonly author: Person | null;
  readonly saved_at: string | null;
}

export interface Conflict {
  readonly reason: ConflictReason;
  readonly current?: CurrentDraft | undefined;
  readonly by?: Person | null | undefined;
}

export interface AutosaveState {
  /** Grows with each change of the text. */
  readonly revision: number;
  /** The revision that the server has as the draft. */
  readonly saved: number;
  /** The revision that the server keeps beside the draft. */
  readonly kept: number;
  readonly sending: number | undefined;
  readonly version: number;
  readonly firstEdit: number | undefined;
  readonly lastEdit: number | undefined;
  readonly asked: boolean;
  readonly failure: { readonly reason: FailureReason; readonly attempts: number; readonly retryAt: number } | undefined;
  readonly conflict: Conflict | undefined;
  readonly savedAt: string | undefined;
}

export type AutosaveEvent =
  | { readonly type: 'loaded'; readonly version: number; readonly savedAt: string | undefined }
  | { readonly type: 'edited'; readonly now: number }
  | { readonly type: 'asked' }
  | { readonly type: 'sending' }
  | { readonly type: 'saved'; readonly version: number; readonly savedAt: string }
  | { readonly type: 'failed'; readonly reason: FailureReason; readonly now: number }
  | { readonly type: 'conflicted'; readonly conflict: Conflict }
  | { readonly type: 'lost'; readonly by: Person | null }
  | { readonly type: 'reconnected'; readonly now: number }
  | { readonly type: 'resolved'; readonly version: number; readonly keep: 'mine' | 'theirs' };

export const INITIAL: AutosaveState = {
  revision: 0,
  saved: 0,
  kept: 0,
  sending: undefined,
  version: 0,
  firstEdit: undefined,
  lastEdit: undefined,
  asked: false,
  failure: undefined,
  conflict: undefined,
  savedAt: undefined,
};

const CLEAN = { firstEdit: undefined, lastEdit: undefined, asked: false, failure: undefined } as const;

export const isUnsaved = ({ revision, saved }: AutosaveState): boolean => revision > saved;

/** Unsaved, and not even kept beside the draft: what would be lost if the window were closed. */
export const wouldBeLost = (state: AutosaveState): boolean => state.revision > Math.max(state.saved, state.kept);

function onSaved(state: AutosaveState, version: number, savedAt: string): AutosaveState {
  if (state.sending === undefined) return state;
  const next = { ...state, saved: Math.max(state.saved, state.sending), sending: undefined, version, savedAt, failure: undefined };
  return isUnsaved(next) ? next : { ...next, ...CLEAN };
}

function onFailed(state: AutosaveState, reason: FailureReason, now: number): AutosaveState {
  if (state.sending === undefined) return state;
  const attempts = (state.failure?.attempts ?? 0) + 1;
  const wait = RETRY_MS[Math.min(attempts, RETRY_MS.length) - 1] ?? 0;
  return { ...state, sending: undefined, firstEdit: state.firstEdit ?? now, failure: { reason, attempts, retryAt: now + wait } };
}

function onResolved(state: AutosaveState, version: number, keep: 'mine' | 'theirs'): AutosaveState {
  const base = { ...state, ...CLEAN, conflict: undefined, version };
  if (keep === 'theirs') return { ...base, saved: state.revision };
  // Mine is one more change of the draft as it stands now, to be saved at once.
  return { ...base, revision: state.revision + 1, asked: true };
}

const REFUSED_BY_CONTENT = 'content';

function onEdited(state: AutosaveState, now: number): AutosaveState {
  const failure = state.failure?.reason === REFUSED_BY_CONTENT ? undefined : state.failure;
  return { ...state, revision: state.revision + 1, firstEdit: state.firstEdit ?? now, lastEdit: now, failure };
}

type Handlers = { readonly [E in AutosaveEvent as E['type']]: (state: AutosaveState, event: E) => AutosaveState };

const HANDLERS: Handlers = {
  loaded: (state, { version, savedAt }) => ({ ...INITIAL, revision: state.revision, saved: state.revision, kept: state.revision, version, savedAt }),
  edited: (state, { now }) => onEdited(state, now),
  asked: (state) => (isUnsaved(state) ? { ...state, asked: true, failure: state.failure && { ...state.failure, retryAt: 0 } } : state),
  sending: (state) => ({ ...state, sending: state.sending ?? state.revision, firstEdit: undefined, asked: false }),
  saved: (state, { version, savedAt }) => onSaved(state, version, savedAt),
  failed: (state, { reason, now }) => onFailed(state, reason, now),
  conflicted: (state, { conflict }) => ({ ...state, kept: Math.max(state.kept, state.sending ?? 0), sending: undefined, asked: false, failure: undefined, conflict }),
  lost: (state, { by }) => (state.conflict ? state : { ...state, conflict: { reason: 'stale-lease', by } }),
  reconnected: (state, { now }) => ({ ...state, failure: state.failure && { ...state.failure, retryAt: now } }),
  resolved: (state, { version, keep }) => onResolved(state, version, keep),
};

export function reduce(state: AutosaveState, event: AutosaveEvent): AutosaveState {
  const handler = HANDLERS[event.type] as (state: AutosaveState, event: AutosaveEvent) => AutosaveState;
  return handler(state, event);
}

/** After a conflict nothing is sent, but for a text that the server shall keep beside the draft. */
function maySend(state: AutosaveState): boolean {
  if (state.sending !== undefined || !isUnsaved(state)) return false;
  if (state.failure?.reason === REFUSED_BY_CONTENT) return state.asked;
  return !state.conflict || (state.conflict.reason === 'stale-lease' && wouldBeLost(state));
}

/** The moment at which the next save is to be sent; undefined when there is nothing to send. */
export function dueAt(state: AutosaveState): number | undefined {
  if (!maySend(state)) return undefined;
  if (state.failure) return state.failure.retryAt;
  if (state.asked || state.conflict || state.lastEdit === undefined) return 0;
  return Math.min(state.lastEdit + QUIET_MS, (state.firstEdit ?? state.lastEdit) + LONGEST_WAIT_MS);
}

export type SaveStatus = 'saved' | 'unsaved' | 'saving' | 'conflict' | FailureReason;

/** What the reader is told. */
export function saveStatus(state: AutosaveState): SaveStatus {
  if (state.conflict) return 'conflict';
  if (state.failure) return state.failure.reason;
  if (state.sending !== undefined) return 'saving';
  return isUnsaved(state) ? 'unsaved' : 'saved';
}
