/** Fields, macros, templates, differences, messages: the parts of the editor that know no editor. */
import { describe, expect, test } from 'vitest';
import { fieldProblem, nextUnfilled, normalValue, type Field } from '../src/domain/report/fields';
import { macroOf, matchingMacros, typedTrigger, type Macro } from '../src/domain/report/macros';
import { plainText, reportText, sameContent, type ReportContent } from '../src/domain/report/content';
import { changesBetween, differencesBetween, hasChanges } from '../src/domain/report/differences';
import { readMessage } from '../src/domain/report/messages';
import { asksDiscrepancy, maySign, sortPriors, sortTemplates, type Finding, type Prior, type TemplateHead } from '../src/domain/report/report';
import { typedSections, withTemplate } from '../src/domain/report/templates';

const field = (value: string, change: Partial<Field> = {}): Field => ({ key: 'k', label: 'L', type: 'number', value, unit: 'mm', options: [], required: false, minimum: 0, maximum: 50, ...change });

describe('fields', () => {
  test.each([
    ['', undefined], ['12', undefined], ['12,5', undefined], ['-1', 'below'], ['50.1', 'above'], ['twelve', 'not-a-number'], ['1e3', 'not-a-number'], ['1.2.3', 'not-a-number'],
  ])('number %j: %s', (value, problem) => expect(fieldProblem(field(value))).toBe(problem));
  test('dates and choices', () => {
    expect(fieldProblem(field('2026-02-30', { type: 'date' }))).toBe('not-a-date');
    expect(fieldProblem(field('2026-02-28', { type: 'date' }))).toBeUndefined();
    expect(fieldProblem(field('left', { type: 'choice', options: ['right'] }))).toBe('not-a-choice');
  });
  test('a comma becomes a point in numbers alone', () => {
    expect(normalValue('number', ' 3,5 ')).toBe('3.5');
    expect(normalValue('text', '3,5')).toBe('3,5');
  });
  test('the next unfilled one, round the end, both ways', () => {
    const places = [{ position: 5, filled: false }, { position: 10, filled: true }, { position: 20, filled: false }];
    expect([nextUnfilled(places, 0), nextUnfilled(places, 5), nextUnfilled(places, 20)]).toEqual([5, 20, 5]);
    expect([nextUnfilled(places, 20, -1), nextUnfilled(places, 5, -1)]).toEqual([5, 20]);
    expect(nextUnfilled([{ position: 1, filled: true }], 0)).toBeUndefined();
  });
});

const macro = (id: number, trigger: string, is_mine = true, modality = ''): Macro => ({ id, trigger, text: `text ${id}`, modality, is_mine });

describe('macros', () => {
  test.each([['.nor', 'nor'], ['see .nor', 'nor'], ['.', ''], ['e.g', undefined], ['3.5', undefined], ['nor', undefined], ['(.Ct', 'ct'], ['.two words', undefined]])('%j is %j', (before, word) => expect(typedTrigger(before)).toBe(word));
  test('an own one goes before everybody’s, whatever the order', () => {
    expect(macroOf('normal', [macro(1, 'normal', false), macro(2, 'normal')])?.id).toBe(2);
    expect(macroOf('norm', [macro(1, 'normal')])).toBeUndefined();
  });
  test('the list has each word once, those of the modality first', () => {
    const all = [macro(1, 'nx'), macro(2, 'nb', true, 'MR'), macro(3, 'na', false, 'CT'), macro(4, 'nx', false), macro(5, 'other')];
    expect(matchingMacros('n', all, ['CT']).map(({ id }) => id)).toEqual([3, 1, 2]);
  });
});

const body = (text: string) => ({ type: 'doc', content: [{ type: 'paragraph', ...(text ? { content: [{ type: 'text', text }] } : {}) }] });
const report = (sections: Readonly<Record<string, string>>, template = 'a'): ReportContent => ({ schema: 1, template, title: template, sections: Object.entries(sections).map(([key, text]) => ({ key, title: key, body: body(text) })) });

describe('another template', () => {
  test('keeps what was typed, under its heading or after the others', () => {
    const base = report({ findings: 'Standard text', technique: '', extra: '' });
    const current = report({ findings: 'Standard text', technique: 'Typed', extra: 'Typed too' });
    const next = withTemplate(current, report({ technique: 'Other', findings: 'Other standard' }, 'b'), base);
    expect(next.sections.map(({ key, body: text }) => [key, plainText(text)])).toEqual([['technique', 'Typed'], ['findings', 'Other standard'], ['extra', 'Typed too']]);
    expect(next.template).toBe('b');
  });
  test('what the template itself said is not typed text', () => {
    expect(typedSections(report({ a: 'x', b: '' }), report({ a: 'x', b: '' }))).toEqual([]);
    expect(typedSections(report({ a: 'x', b: '' }), undefined).map(({ key }) => key)).toEqual(['a']);
  });
});

describe('differences', () => {
  test('word by word', () => {
    expect(changesBetween('a small nodule', 'a large nodule')).toEqual([{ op: 'equal', text: 'a ' }, { op: 'delete', text: 'small' }, { op: 'insert', text: 'large' }, { op: 'equal', text: ' nodule' }]);
  });
  test('both texts can be read out of the changes', () => {
    const words = ['one', 'two', 'three', ' ', '\n', 'two'];
    for (let seed = 1; seed < 200; seed += 1) {
      const pick = (length: number, step: number): string => Array.from({ length }, (_, i) => words[(seed * step + i * i * step) % words.length]).join('');
      const [before, after] = [pick(seed % 9, 7), pick(seed % 7, 11)];
      const changes = changesBetween(before, after);
      expect(changes.filter(({ op }) => op !== 'insert').map(({ text }) => text).join('')).toBe(before);
      expect(changes.filter(({ op }) => op !== 'delete').map(({ text }) => text).join('')).toBe(after);
    }
  });
  test('sections that came and went', () => {
    const found = differencesBetween(report({ a: 'same', b: 'gone' }), report({ a: 'same', c: 'new' }));
    expect(found.map((one) => [one.key, hasChanges(one)])).toEqual([['a', false], ['c', true], ['b', true]]);
  });
});

test('equal contents are equal whatever the order of their keys', () => {
  const a = report({ x: 'text' });
  expect(sameContent(a, JSON.parse(JSON.stringify({ sections: a.sections.map((one) => ({ body: one.body, title: one.title, key: one.key, kind: 'narrative' })), title: a.title, template: a.template, schema: 1 })) as ReportContent)).toBe(true);
  expect(sameContent(a, report({ x: 'other' }))).toBe(false);
  expect(reportText(report({ x: 'text', y: '' }))).toBe('X\ntext');
});

describe('messages between windows', () => {
  const measurement = { annotation: 'a1', text: '12 mm', revision: 3, study_instance_uid: '1.2', series_instance_uid: '1.3', sop_instance_uid: '1.4', frame: 1 };
  test.each([
    { type: 'measurement.insert', study: '1.2', measurement },
    { type: 'measurement.changed', study: '1.2', measurement },
    { type: 'measurement.deleted', study: '1.2', annotation: 'a1' },
    { type: 'image.show', study: '1.2', place: measurement },
    { type: 'report.seek', study: '1.2', window: 'w' },
  ])('$type is understood', (message) => expect(readMessage(message)).toEqual(message));
  test.each([
    undefined, null, 'text', {}, { type: 'toString', study: '1.2' }, { type: 'measurement.insert', study: '1.2' },
    { type: 'measurement.insert', study: '<script>', measurement }, { type: 'measurement.insert', study: '1.2', measurement: { ...measurement, frame: -1 } },
    { type: 'measurement.insert', study: '1.2', measurement: { ...measurement, text: 'x'.repeat(301) } }, { type: 'measurement.deleted', study: '1.2', annotation: 5 },
    { type: 'image.show', study: '1.2', place: { ...measurement, sop_instance_uid: '../../x' } },
  ])('anything else is nobody’s: %j', (message) => expect(readMessage(message)).toBeUndefined());
});

describe('signing', () => {
  const finding = (code: string, severity: string): Finding => ({ code, severity, section: '', message: code });
  test('what blocks cannot be overruled, what doubts must be', () => {
    expect(maySign([], new Set())).toBe(true);
    expect(maySign([finding('laterality', 'warning')], new Set())).toBe(false);
    expect(maySign([finding('laterality', 'warning')], new Set(['laterality']))).toBe(true);
    expect(maySign([finding('empty-section', 'blocking')], new Set(['empty-section']))).toBe(false);
  });
  test('a final report after a preliminary one says how far they differ', () => {
    const preliminary = { number: 1, kind: 'preliminary', status: 'preliminary', signed_name: '', signed_at: '', reason: '', discrepancy: '' };
    const state = { status: 'preliminary', draft_kind: 'report', versions: [preliminary] };
    expect([asksDiscrepancy(state, 'final'), asksDiscrepancy(state, 'preliminary'), asksDiscrepancy({ ...state, versions: [] }, 'final')]).toEqual([true, false, false]);
  });
  test('order of priors and templates', () => {
    const prior = (study_date: string, is_same_kind: boolean): Prior => ({ study_date, is_same_kind }) as Prior;
    expect(sortPriors([prior('20240101', false), prior('20230101', true), prior('20250101', true)]).map(({ study_date }) => study_date)).toEqual(['20250101', '20230101', '20240101']);
    const template = (name: string, modality: string, is_suggested = false): TemplateHead => ({ key: name, name, modality, body_part: '', is_suggested });
    expect(sortTemplates([template('b', 'MR'), template('a', 'CT'), template('z', 'CT', true)], ['CT']).map(({ name }) => name)).toEqual(['z', 'a', 'b']);
  });
});
