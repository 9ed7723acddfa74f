import { describe, expect, it } from 'vitest';
import { isBare, readContent, referencedImages } from '../src/domain/contentTree';
import type { Dataset } from '../src/domain/dataset';
import { dataset } from './datasets';

const code = (value: string, meaning: string): Dataset => dataset({ CodeValue: value, CodeMeaning: meaning });

function content(type: string, name: string, more: Parameters<typeof dataset>[0] = {}): Dataset {
  return dataset({ ValueType: type, RelationshipType: 'CONTAINS', ConceptNameCodeSequence: code('1', name), ...more });
}

const image = dataset({ ReferencedSOPClassUID: '1.2', ReferencedSOPInstanceUID: '1.2.3', ReferencedFrameNumber: [2, 3] });

describe('content of a structured report', () => {
  const length = content('NUM', 'Length', {
    MeasuredValueSequence: dataset({ NumericValue: 12.5, MeasurementUnitsCodeSequence: code('mm', 'millimetre') }),
    ContentSequence: content('IMAGE', '', { ReferencedSOPSequence: image }),
  });
  const report = readContent(
    dataset({
      ValueType: 'CONTAINER',
      ConceptNameCodeSequence: code('126000', 'Imaging Measurement Report'),
      VerificationFlag: 'VERIFIED',
      CompletionFlag: 'COMPLETE',
      VerifyingObserverSequence: dataset({ VerifyingObserverName: { Alphabetic: 'Reader^Ruth' } }),
      ContentDate: '20260102',
      ContentSequence: [length, content('CODE', 'Finding', { ConceptCodeSequence: code('27925004', 'Nodule') }), content('CONTAINER', 'Nothing')],
    }),
  );

  it('is read with its values, units and who verified it', () => {
    expect(report).toMatchObject({ title: 'Imaging Measurement Report', verified: true, complete: true, observer: 'Reader, Ruth', date: '2026-01-02' });
    expect(report?.children.map(({ name, value }) => `${name}=${value}`)).toEqual(['Length=12.5 mm', 'Finding=Nodule', 'Nothing=']);
  });

  it('names the images it speaks of, and knows what is empty', () => {
    expect(referencedImages(report?.children ?? [])).toEqual([{ sopClassUID: '1.2', sopInstanceUID: '1.2.3', frames: [2, 3] }]);
    expect(report?.children.map(isBare)).toEqual([false, false, true]);
  });

  it('is cut off where it nests without end', () => {
    let nested = content('TEXT', 'end');
    for (let depth = 0; depth < 200; depth += 1) nested = content('CONTAINER', String(depth), { ContentSequence: nested });
    let depth = 0;
    for (let level = readContent(nested)?.children; level?.[0]; level = level[0].children) depth += 1;
    expect(depth).toBe(25);
  });

  it('is none in an image', () => expect(readContent(dataset({ Rows: 2 }))).toBeUndefined());
});
