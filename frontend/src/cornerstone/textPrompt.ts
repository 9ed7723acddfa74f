/** Words for arrows and texts: the tools ask for them, the page lets them be written. */

/** `done` takes what was written; undefined when the reader has thought better of it. */
export type TextAsker = (initial: string, done: (text: string | undefined) => void) => void;

/** An arrow may go without words, but Cornerstone removes what has none. */
const BLANK = '\u200B';

let asker: TextAsker = (_initial, done) => done(undefined);

/** Who asks the reader from now on. */
export function setTextAsker(next: TextAsker): void {
  asker = next;
}

/** What is written beside a mark, as we keep it. */
export const writtenText = (label: unknown): string => (typeof label === 'string' ? label.replaceAll(BLANK, '').trim() : '');

type Done = (text: string) => void;
interface Marked {
  readonly isLocked?: boolean;
  readonly data?: { readonly label?: string };
}

/** Settings by which a tool asks the page instead of `window.prompt`. */
export function askingSettings(mayBeBlank: boolean): Record<string, unknown> {
  const blank = mayBeBlank ? BLANK : '';
  return {
    getTextCallback: (done: Done) => asker('', (text) => done(text === undefined ? '' : text.trim() || blank)),
    changeTextCallback: (marked: Marked, _detail: unknown, done: Done) => {
      const before = writtenText(marked.data?.label);
      if (!marked.isLocked) asker(before, (text) => done((text?.trim() ?? before) || (blank || before)));
    },
  };
}
