/** The autosave machine, driven with every order of events. */
import { describe, expect, test } from 'vitest';
import { dueAt, INITIAL, isUnsaved, LONGEST_WAIT_MS, QUIET_MS, reduce, saveStatus, wouldBeLost, type AutosaveEvent, type AutosaveState } from '../src/domain/report/autosave';

const run = (events: readonly AutosaveEvent[], from: AutosaveState = INITIAL): AutosaveState => events.reduce(reduce, from);
const edited = (now: number): AutosaveEvent => ({ type: 'edited', now });
const SENDING: AutosaveEvent = { type: 'sending' };
const saved = (version: number): AutosaveEvent => ({ type: 'saved', version, savedAt: `at ${version}` });
const failed = (now: number): AutosaveEvent => ({ type: 'failed', reason: 'offline', now });
const LOST: AutosaveEvent = { type: 'lost', by: { id: 2, name: 'Other' } };

describe('when a save is due', () => {
  test('a second after the last key', () => {
    expect(dueAt(run([edited(100)]))).toBe(100 + QUIET_MS);
    expect(dueAt(run([edited(100), edited(900)]))).toBe(900 + QUIET_MS);
  });
  test('at most five seconds after the first', () => {
    const keys = Array.from({ length: 20 }, (_, index) => edited(index * 400));
    expect(dueAt(run(keys))).toBe(LONGEST_WAIT_MS);
  });
  test('at once when asked, never when nothing is unsaved', () => {
    expect(dueAt(run([edited(100), { type: 'asked' }]))).toBe(0);
    expect(dueAt(run([{ type: 'asked' }]))).toBeUndefined();
  });
  test('not while another is under way; what was typed meanwhile goes next', () => {
    const sending = run([edited(0), SENDING, edited(2000)]);
    expect(dueAt(sending)).toBeUndefined();
    const after = reduce(sending, saved(1));
    expect(isUnsaved(after)).toBe(true);
    expect(dueAt(after)).toBe(2000 + QUIET_MS);
  });
  test('later and later while the server cannot be reached, at once when it can', () => {
    let state = run([edited(0)]);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      state = run([SENDING, failed(0)], state);
      waits.push(dueAt(state) ?? -1);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000]);
    expect(dueAt(reduce(state, { type: 'reconnected', now: 77 }))).toBe(77);
  });
  test('a text that the server refuses is sent again when it was changed', () => {
    const refused = run([edited(0), SENDING, { type: 'failed', reason: 'content', now: 5 }]);
    expect(dueAt(refused)).toBeUndefined();
    expect(saveStatus(refused)).toBe('content');
    expect(dueAt(reduce(refused, edited(10)))).toBeDefined();
  });
  test('once more after the lease was lost, so that the text is kept beside; then never', () => {
    const lost = run([edited(0), LOST]);
    expect(dueAt(lost)).toBe(0);
    const kept = run([SENDING, { type: 'conflicted', conflict: { reason: 'stale-lease' } }], lost);
    expect(dueAt(kept)).toBeUndefined();
    expect([wouldBeLost(kept), isUnsaved(kept)]).toEqual([false, true]);
  });
});

describe('after a conflict', () => {
  const conflict = run([edited(0), SENDING, { type: 'conflicted', conflict: { reason: 'stale-version', current: { version: 9, content: null, author: null, saved_at: null } } }]);
  test('nothing is sent until somebody chose', () => {
    expect(dueAt(conflict)).toBeUndefined();
    expect(saveStatus(conflict)).toBe('conflict');
  });
  test('mine is saved over the version that is there', () => {
    const mine = reduce(conflict, { type: 'resolved', version: 9, keep: 'mine' });
    expect([dueAt(mine), mine.version]).toEqual([0, 9]);
  });
  test('theirs leaves nothing to save', () => {
    const theirs = reduce(conflict, { type: 'resolved', version: 9, keep: 'theirs' });
    expect([dueAt(theirs), saveStatus(theirs)]).toEqual([undefined, 'saved']);
  });
});

const ALPHABET: readonly AutosaveEvent[] = [
  edited(1000),
  { type: 'asked' },
  SENDING,
  saved(5),
  failed(2000),
  { type: 'failed', reason: 'content', now: 2000 },
  { type: 'conflicted', conflict: { reason: 'stale-lease' } },
  LOST,
  { type: 'reconnected', now: 3000 },
  { type: 'resolved', version: 7, keep: 'mine' },
];
const DEPTH = 5;

/** What must not be in any state that any order of events can lead to. */
const WRONG: Readonly<Record<string, (state: AutosaveState) => boolean>> = {
  'says saved': (state) => saveStatus(state) === 'saved' && isUnsaved(state),
  'saved what was not written': ({ saved: rows, kept, revision }) => Math.max(rows, kept) > revision,
  'sends twice': (state) => dueAt(state) !== undefined && state.sending !== undefined,
  'sends nothing': (state) => dueAt(state) !== undefined && !isUnsaved(state),
  'forgets a text': (state) => isUnsaved(state) && dueAt(state) === undefined && !isExcused(state),
};

const isExcused = ({ sending, conflict, failure }: AutosaveState): boolean => sending !== undefined || conflict !== undefined || failure?.reason === 'content';

function check(state: AutosaveState, trail: string): void {
  for (const [what, isWrong] of Object.entries(WRONG)) if (isWrong(state)) throw new Error(`${what}: ${trail}`);
}

/** What one event may not do. */
function checkStep(before: AutosaveState, event: AutosaveEvent, after: AutosaveState, trail: string): void {
  if (event.type !== 'saved' && after.saved > before.saved) throw new Error(`saved without an answer: ${trail}`);
  if (event.type === 'saved' && before.sending === undefined && after !== before) throw new Error(`an answer without a question: ${trail}`);
  if (after.revision < before.revision) throw new Error(`a text went backwards: ${trail}`);
}

test('every order of events keeps the text safe', () => {
  let count = 0;
  const walk = (state: AutosaveState, trail: string, depth: number): void => {
    count += 1;
    check(state, trail);
    if (depth === 0) return;
    for (const event of ALPHABET) {
      const next = reduce(state, event);
      const path = `${trail} ${event.type}`;
      checkStep(state, event, next, path);
      walk(next, path, depth - 1);
    }
  };
  walk(INITIAL, '', DEPTH);
  expect(count).toBeGreaterThan(100_000);
});
