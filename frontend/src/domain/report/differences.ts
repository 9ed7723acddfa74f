/** Two states of a report side by side: what the server found, or found here when it cannot be asked. */
import { plainText, type ReportContent } from './content';

export type ChangeKind = 'equal' | 'insert' | 'delete';

export interface Change {
  readonly op: ChangeKind;
  readonly text: string;
}

export interface SectionDifference {
  readonly key: string;
  readonly title: string;
  readonly changes: readonly Change[];
}

/** Words of one section; beyond that the table would be larger than it is worth. */
const LONGEST = 1500;

const wordsOf = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? [];

/** Neighbours of one kind become one change; empty ones go. */
export function joined(changes: readonly Change[]): Change[] {
  const result: Change[] = [];
  for (const change of changes) {
    const last = result.at(-1);
    if (!change.text) continue;
    if (last?.op === change.op) result[result.length - 1] = { op: change.op, text: last.text + change.text };
    else result.push(change);
  }
  return result;
}

/** Lengths of the longest common subsequences of the ends of `a` and `b`. */
function table(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [row, below] = [rows[i], rows[i + 1]];
      if (row && below) row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}

/** Walk through both texts; where they part, what shortens the common rest less goes first. */
function walk(a: readonly string[], b: readonly string[]): Change[] {
  const rows = table(a, b);
  const rest = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      changes.push({ op: 'equal', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (rest(i + 1, j) >= rest(i, j + 1)) {
      changes.push({ op: 'delete', text: a[i] ?? '' });
      i += 1;
    } else {
      changes.push({ op: 'insert', text: b[j] ?? '' });
      j += 1;
    }
  }
  return [...changes, { op: 'delete', text: a.slice(i).join('') }, { op: 'insert', text: b.slice(j).join('') }];
}

/** How `before` becomes `after`, word by word; texts too long for that are replaced as a whole. */
export function changesBetween(before: string, after: string): Change[] {
  if (before === after) return joined([{ op: 'equal', text: after }]);
  const [a, b] = [wordsOf(before), wordsOf(after)];
  if (a.length > LONGEST || b.length > LONGEST) return joined([{ op: 'delete', text: before }, { op: 'insert', text: after }]);
  return joined(walk(a, b));
}

/** Section by section, in the order of `after`; sections that are gone come last. */
export function differencesBetween(before: ReportContent, after: ReportContent): SectionDifference[] {
  const old = new Map(before.sections.map((section) => [section.key, section]));
  const kept = new Set(after.sections.map(({ key }) => key));
  const gone = before.sections.filter(({ key }) => !kept.has(key));
  return [
    ...after.sections.map(({ key, title, body }) => ({ key, title, changes: changesBetween(plainText(old.get(key)?.body ?? { type: 'doc' }), plainText(body)) })),
    ...gone.map(({ key, title, body }) => ({ key, title, changes: changesBetween(plainText(body), '') })),
  ];
}

export const hasChanges = ({ changes }: SectionDifference): boolean => changes.some(({ op }) => op !== 'equal');
