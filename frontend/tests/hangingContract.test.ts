/** The form of a hanging protocol: the contract's fixtures, and the protocols of this program. */
import Ajv from 'ajv';
import { expect, test } from 'vitest';
import { DEFAULT_PROTOCOLS } from '../src/domain/hangingDefaults';

const GOOD = import.meta.glob<unknown>('../../contract/fixtures/hanging-protocol/good/*.json', { eager: true, import: 'default' });
const BAD = import.meta.glob<unknown>('../../contract/fixtures/hanging-protocol/bad/*.json', { eager: true, import: 'default' });
const [contract] = Object.values(import.meta.glob<object>('../../contract/hanging-protocol.schema.json', { eager: true, import: 'default' }));

const validate = new Ajv().compile(contract ?? {});

test.each(Object.entries(GOOD))('%s is accepted', (_path, content) => {
  expect(validate(content), JSON.stringify(validate.errors)).toBe(true);
});

test.each(Object.entries(BAD))('%s is refused', (_path, content) => {
  expect(validate(content)).toBe(false);
});

test.each(DEFAULT_PROTOCOLS.map((protocol) => [protocol.name, protocol] as const))('%s has the form', (_name, protocol) => {
  expect(validate(JSON.parse(JSON.stringify(protocol))), JSON.stringify(validate.errors)).toBe(true);
  expect(protocol.viewports.length).toBeLessThanOrEqual(protocol.layout.rows * protocol.layout.columns);
});

test('the fixtures are there', () => {
  expect([Object.keys(GOOD).length, Object.keys(BAD).length]).toEqual([4, 57]);
});
