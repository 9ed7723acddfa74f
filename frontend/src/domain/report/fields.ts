/** The fields inside the text: what may stand in one, and which comes next. */

export type FieldType = 'text' | 'number' | 'choice' | 'date';

export interface Field {
  readonly key: string;
  readonly label: string;
  readonly type: FieldType;
  readonly value: string;
  readonly unit: string;
  readonly options: readonly string[];
  readonly required: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

export type FieldProblem = 'not-a-number' | 'below' | 'above' | 'not-a-choice' | 'not-a-date';

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;

/** Numbers are written with a point, wherever the keyboard has its comma. */
export function normalValue(type: FieldType, value: string): string {
  const trimmed = value.trim();
  return type === 'number' && NUMBER.test(trimmed) ? trimmed.replace(',', '.') : trimmed;
}

function numberProblem({ minimum, maximum }: Field, value: string): FieldProblem | undefined {
  if (!NUMBER.test(value)) return 'not-a-number';
  const number = Number(value.replace(',', '.'));
  if (minimum !== null && number < minimum) return 'below';
  return maximum !== null && number > maximum ? 'above' : undefined;
}

function isDate(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** What is wrong with the value of a field; an empty one is unfilled, not wrong. */
export function fieldProblem(field: Field): FieldProblem | undefined {
  const value = field.value.trim();
  if (!value) return undefined;
  if (field.type === 'number') return numberProblem(field, value);
  if (field.type === 'date') return isDate(value) ? undefined : 'not-a-date';
  return field.type === 'choice' && !field.options.includes(value) ? 'not-a-choice' : undefined;
}

export interface FieldPlace {
  /** Where in the document; grows from the beginning to the end. */
  readonly position: number;
  readonly filled: boolean;
}

/** The unfilled field after (or before) `from`, round the end; undefined when all are filled. */
export function nextUnfilled(places: readonly FieldPlace[], from: number, step: 1 | -1 = 1): number | undefined {
  const open = places.filter(({ filled }) => !filled).map(({ position }) => position).toSorted((a, b) => a - b);
  const ordered = step === 1 ? open : open.toReversed();
  return ordered.find((position) => (step === 1 ? position > from : position < from)) ?? ordered[0];
}
