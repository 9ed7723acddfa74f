/** Reading a data set in the DICOM JSON Model (PS3.18 Annex F). */

export interface Element {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly BulkDataURI?: string;
  readonly InlineBinary?: string;
}

/** Elements by tag: eight upper-case hexadecimal digits. */
export type Dataset = Readonly<Record<string, Element | undefined>>;

export interface PersonName {
  readonly alphabetic: string;
  readonly ideographic: string;
  readonly phonetic: string;
}

export function values(dataset: Dataset | undefined, tag: string): readonly unknown[] {
  const value = dataset?.[tag]?.Value;
  return Array.isArray(value) ? value : [];
}

export function texts(dataset: Dataset | undefined, tag: string): string[] {
  return values(dataset, tag).map((value) =>
    typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '',
  );
}

/** The value at `index`, or '' when the element is absent, empty or no text. */
export function text(dataset: Dataset | undefined, tag: string, index = 0): string {
  return texts(dataset, tag)[index] ?? '';
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** The values as finite numbers; empty when one of them is none (half a position is no position). */
export function numbers(dataset: Dataset | undefined, tag: string): number[] {
  const result = values(dataset, tag).map(toNumber);
  return result.every(Number.isFinite) ? result : [];
}

export function number(dataset: Dataset | undefined, tag: string): number | undefined {
  const value = toNumber(values(dataset, tag)[0]);
  return Number.isFinite(value) ? value : undefined;
}

/** The items of a sequence. */
export function items(dataset: Dataset | undefined, tag: string): Dataset[] {
  return values(dataset, tag).filter((value) => typeof value === 'object' && value !== null) as Dataset[];
}

export function item(dataset: Dataset | undefined, tag: string): Dataset | undefined {
  return items(dataset, tag)[0];
}

/** Whether the element is there with a value of whatever form. */
export function hasValue(dataset: Dataset, tag: string): boolean {
  const element = dataset[tag];
  return Boolean(element?.BulkDataURI ?? element?.InlineBinary) || values(dataset, tag).length > 0;
}

export function personName(dataset: Dataset | undefined, tag: string): PersonName {
  const value = values(dataset, tag)[0];
  const groups: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : { Alphabetic: value };
  const group = (key: string): string => (typeof groups[key] === 'string' ? groups[key].trim() : '');
  return { alphabetic: group('Alphabetic'), ideographic: group('Ideographic'), phonetic: group('Phonetic') };
}
