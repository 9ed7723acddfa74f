/** The reader's keys: given, taken, given back; and the contract, read by the server's tests as well. */
import Ajv from 'ajv';
import { describe, expect, it, test } from 'vitest';
import { holderOf, keysOf, preferencesFrom, rebound, refusalOf, restored, STANDARD, withKeys } from '../src/domain/preferences';
import { COMMANDS } from '../src/tools/commands';

const GOOD = import.meta.glob<unknown>('../../contract/fixtures/viewer-preferences/good/*.json', { eager: true, import: 'default' });
const BAD = import.meta.glob<unknown>('../../contract/fixtures/viewer-preferences/bad/*.json', { eager: true, import: 'default' });
const [contract] = Object.values(import.meta.glob<object>('../../contract/viewer-preferences.schema.json', { eager: true, import: 'default' }));
const validate = new Ajv().compile(contract ?? {});

const TABLE = [
  { id: 'invert', keys: ['i'] },
  { id: 'fit', keys: ['f'] },
  { id: 'undo', keys: ['Ctrl+Z', 'u'] },
];
const keysIn = (preferences: typeof STANDARD): Record<string, readonly string[]> => Object.fromEntries(TABLE.map((one) => [one.id, keysOf(preferences, one)]));

describe('a key', () => {
  it('goes to another command and leaves the one that had it', () => {
    expect(holderOf(STANDARD, TABLE, 'f', 'invert')).toBe('fit');
    expect(keysIn(rebound(STANDARD, TABLE, 'invert', 'f'))).toEqual({ invert: ['f'], fit: [], undo: ['Ctrl+Z', 'u'] });
    expect(keysIn(rebound(STANDARD, TABLE, 'invert', 'u'))).toEqual({ invert: ['u'], fit: ['f'], undo: ['Ctrl+Z'] });
  });

  it('comes back with the usual ones, from whichever has it', () => {
    const swapped = rebound(rebound(STANDARD, TABLE, 'invert', 'f'), TABLE, 'fit', 'i');
    expect(keysIn(swapped)).toEqual({ invert: ['f'], fit: ['i'], undo: ['Ctrl+Z', 'u'] });
    expect(keysIn(restored(swapped, TABLE, 'fit'))).toEqual({ invert: [], fit: ['f'], undo: ['Ctrl+Z', 'u'] });
  });

  it('that is the usual one is not kept', () => {
    expect(withKeys(withKeys(STANDARD, { id: 'fit', keys: ['f'] }, ['j']), { id: 'fit', keys: ['f'] }, ['f'])).toEqual(STANDARD);
  });

  it('of presets and of the browser is not to be had', () => {
    expect(['5', 'Escape', 'Tab', 'Ctrl+W'].filter((key) => refusalOf(key) === '')).toEqual([]);
    expect(['0', 'j', 'Shift+J', 'Ctrl+K', ' ', 'F2'].filter((key) => refusalOf(key) !== '')).toEqual([]);
  });
});

it('no two commands have the same usual key', () => {
  const keys = COMMANDS.flatMap((command) => command.keys);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

it('what is kept is read, what is not understood is as usual', () => {
  expect(preferencesFrom({ version: 1, keys: { fit: ['j'] }, mouse: 'classic', wheel_reversed: true })).toEqual({ version: 1, keys: { fit: ['j'] }, mouse: 'classic', wheel_reversed: true });
  expect(preferencesFrom(null)).toEqual(STANDARD);
  expect(preferencesFrom({ mouse: 'trackball', keys: 3 })).toEqual(STANDARD);
});

test.each(Object.entries(GOOD))('%s is accepted', (_path, content) => {
  expect(validate(content), JSON.stringify(validate.errors)).toBe(true);
});

test.each(Object.entries(BAD))('%s is refused', (_path, content) => {
  expect(validate(content)).toBe(false);
});

it('has all fixtures, and keeps every command within the contract', () => {
  expect([Object.keys(GOOD).length, Object.keys(BAD).length]).toEqual([4, 17]);
  expect(validate({ ...STANDARD, keys: Object.fromEntries(COMMANDS.map(({ id, keys }) => [id, keys])) })).toBe(true);
});
