/** The content of structured reports and key object selections, as a tree of plain text (PS3.3 C.17.3). */
import { item, items, numbers, personName, text, texts, type Dataset } from './dataset';
import { formatDate, formatTime } from './format';
import { displayName } from './patient';
import { Tag } from './tags';

/** An instance that a content item points at; frames count from 1, none: all of it. */
export interface ContentReference {
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly frames: readonly number[];
}

export interface ContentItem {
  /** As in the object: CONTAINER, TEXT, CODE, NUM, IMAGE ... */
  readonly type: string;
  /** How it belongs to its parent: CONTAINS, HAS CONCEPT MOD, INFERRED FROM ... */
  readonly relationship: string;
  readonly name: string;
  readonly value: string;
  readonly references: readonly ContentReference[];
  readonly children: readonly ContentItem[];
}

export interface ContentDocument {
  readonly title: string;
  readonly children: readonly ContentItem[];
  readonly complete: boolean;
  readonly verified: boolean;
  /** Who verified it; '' when nobody did. */
  readonly observer: string;
  readonly date: string;
  readonly time: string;
}

// Deeper than any template of PS3.16 nests; a hostile object ends here.
const DEEPEST = 24;
const MOST_ITEMS = 5000;

const meaning = (code: Dataset | undefined): string => text(code, Tag.CodeMeaning) || text(code, Tag.CodeValue);

/** UCUM codes of counts without a unit say nothing to a reader. */
const unitOf = (code: Dataset | undefined): string => {
  const unit = text(code, Tag.CodeValue);
  return unit === '1' || unit.startsWith('{') ? '' : unit;
};

function measured(dataset: Dataset): string {
  const value = item(dataset, Tag.MeasuredValueSequence);
  const figure = text(value, Tag.NumericValue);
  return [figure, unitOf(item(value, Tag.MeasurementUnitsCodeSequence))].filter(Boolean).join(' ');
}

function moment(value: string): string {
  return [formatDate(value.slice(0, 8)), formatTime(value.slice(8))].filter(Boolean).join(' ');
}

const VALUES: Readonly<Record<string, (dataset: Dataset) => string>> = {
  TEXT: (dataset) => texts(dataset, Tag.TextValue).join('\n'),
  CODE: (dataset) => meaning(item(dataset, Tag.ConceptCodeSequence)),
  NUM: measured,
  DATETIME: (dataset) => moment(text(dataset, Tag.DateTime)),
  DATE: (dataset) => formatDate(text(dataset, Tag.Date)),
  TIME: (dataset) => formatTime(text(dataset, Tag.Time)),
  PNAME: (dataset) => displayName(personName(dataset, Tag.PersonName)),
  UIDREF: (dataset) => text(dataset, Tag.UID),
  SCOORD: (dataset) => text(dataset, Tag.GraphicType).toLowerCase(),
  SCOORD3D: (dataset) => text(dataset, Tag.GraphicType).toLowerCase(),
};

function references(dataset: Dataset): ContentReference[] {
  return items(dataset, Tag.ReferencedSOPSequence).map((reference) => ({
    sopClassUID: text(reference, Tag.ReferencedSOPClassUID),
    sopInstanceUID: text(reference, Tag.ReferencedSOPInstanceUID),
    frames: numbers(reference, Tag.ReferencedFrameNumber),
  }));
}

function readItem(dataset: Dataset, depth: number, budget: { left: number }): ContentItem {
  const type = text(dataset, Tag.ValueType);
  return {
    type,
    relationship: text(dataset, Tag.RelationshipType),
    name: meaning(item(dataset, Tag.ConceptNameCodeSequence)),
    value: VALUES[type]?.(dataset) ?? '',
    references: references(dataset),
    children: readChildren(dataset, depth + 1, budget),
  };
}

function readChildren(dataset: Dataset, depth: number, budget: { left: number }): ContentItem[] {
  if (depth > DEEPEST) return [];
  const result: ContentItem[] = [];
  for (const child of items(dataset, Tag.ContentSequence)) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    result.push(readItem(child, depth, budget));
  }
  return result;
}

/** The document in an instance's metadata; undefined when it holds no content. */
export function readContent(dataset: Dataset): ContentDocument | undefined {
  if (items(dataset, Tag.ContentSequence).length === 0 && text(dataset, Tag.ValueType) !== 'CONTAINER') return undefined;
  const observer = item(dataset, Tag.VerifyingObserverSequence);
  return {
    title: meaning(item(dataset, Tag.ConceptNameCodeSequence)),
    children: readChildren(dataset, 0, { left: MOST_ITEMS }),
    complete: text(dataset, Tag.CompletionFlag) !== 'PARTIAL',
    verified: text(dataset, Tag.VerificationFlag) === 'VERIFIED',
    observer: displayName(personName(observer, Tag.VerifyingObserverName)),
    date: formatDate(text(dataset, Tag.ContentDate)),
    time: formatTime(text(dataset, Tag.ContentTime)),
  };
}

/** Every instance that the document points at, each once, in its order. */
export function referencedImages(children: readonly ContentItem[]): ContentReference[] {
  const all = (item: ContentItem): ContentReference[] => [...item.references, ...item.children.flatMap(all)];
  const found = children.flatMap(all).filter(({ sopInstanceUID }) => sopInstanceUID !== '');
  return [...new Map(found.map((reference) => [`${reference.sopInstanceUID}/${reference.frames.join(',')}`, reference])).values()];
}

/** Whether the item holds nothing that a reader would read. */
export function isBare(item: ContentItem): boolean {
  return item.value === '' && item.references.length === 0 && item.children.every(isBare);
}

