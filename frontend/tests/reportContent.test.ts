/** Content and document: the contract's fixtures, read by the server's tests as well. */
import { getSchema } from '@tiptap/core';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { blocksOf, fromDocument, hasText, plainText, sameContent, toDocument, type ReportContent } from '../src/domain/report/content';
import { reportExtensions } from '../src/ui/report/editor/extensions';

const GOOD = import.meta.glob<ReportContent>('../../contract/fixtures/report-content/good/*.json', { eager: true, import: 'default' });
const BAD = import.meta.glob<unknown>('../../contract/fixtures/report-content/bad/*.json', { eager: true, import: 'default' });
const [contract] = Object.values(import.meta.glob<object>('../../contract/report-content.schema.json', { eager: true, import: 'default' }));

const validate = new Ajv().compile(contract ?? {});
const schema = getSchema(reportExtensions({ macros: { macros: () => [], modalities: () => [] }, measurement: { show: () => undefined, ask: () => undefined }, sections: { isLocked: () => false } }));

describe.each(Object.entries(GOOD))('%s', (_path, content) => {
  test('is accepted', () => expect(validate(content)).toBe(true));
  test('goes into the editor and comes back the same', () => {
    if (content.sections.length === 0) return;
    const document = schema.nodeFromJSON(toDocument(content));
    document.check();
    const back = fromDocument(document.toJSON() as ReturnType<typeof toDocument>, content);
    expect(validate(back), JSON.stringify(validate.errors)).toBe(true);
    const texts = (report: ReportContent): string[] => report.sections.map(({ body }) => plainText(body));
    expect(texts(back)).toEqual(texts(content));
    const again = fromDocument(schema.nodeFromJSON(toDocument(back)).toJSON() as ReturnType<typeof toDocument>, back);
    expect(sameContent(again, back)).toBe(true);
  });
});

test.each(Object.entries(BAD))('%s is refused', (_path, content) => expect(validate(content)).toBe(false));

test('the fixtures are there', () => expect([Object.keys(GOOD).length, Object.keys(BAD).length]).toEqual([8, 26]));

test('plain text becomes paragraphs and text again', () => {
  const body = { type: 'doc', content: blocksOf('one\n\ntwo') };
  expect(plainText(body)).toBe('one\n\ntwo');
  expect(hasText(body)).toBe(true);
  expect(hasText({ type: 'doc', content: blocksOf('') })).toBe(false);
});
