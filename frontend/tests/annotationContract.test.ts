/** The form of an annotation: the contract's fixtures, read by the server's tests as well. */
import Ajv from 'ajv';
import { expect, test } from 'vitest';

const GOOD = import.meta.glob<unknown>('../../contract/fixtures/annotation/good/*.json', { eager: true, import: 'default' });
const BAD = import.meta.glob<unknown>('../../contract/fixtures/annotation/bad/*.json', { eager: true, import: 'default' });
const [contract] = Object.values(import.meta.glob<object>('../../contract/annotation.schema.json', { eager: true, import: 'default' }));

const validate = new Ajv().compile(contract ?? {});

test.each(Object.entries(GOOD))('%s is accepted', (_path, content) => {
  expect(validate(content), JSON.stringify(validate.errors)).toBe(true);
});

test.each(Object.entries(BAD))('%s is refused', (_path, content) => {
  expect(validate(content)).toBe(false);
});

test('the fixtures are there', () => {
  expect([Object.keys(GOOD).length, Object.keys(BAD).length]).toEqual([12, 55]);
});
