/** Macros while one types: the list after a dot, the text after the space. */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { blocksOf } from '../../../domain/report/content';
import { macroOf, matchingMacros, typedTrigger, type Macro } from '../../../domain/report/macros';

export interface MacroTypingState {
  /** Where the dot stands; undefined when no word is being typed. */
  readonly from: number | undefined;
  readonly to: number;
  readonly word: string;
  readonly chosen: number;
  readonly dismissed: boolean;
}

export interface MacroTypingOptions {
  readonly macros: () => readonly Macro[];
  readonly modalities: () => readonly string[];
}

const NOTHING: MacroTypingState = { from: undefined, to: 0, word: '', chosen: 0, dismissed: false };
const KEY = new PluginKey<MacroTypingState>('macroTyping');
type Change = Partial<Pick<MacroTypingState, 'chosen' | 'dismissed'>>;

export const macroTyping = (state: EditorState): MacroTypingState => KEY.getState(state) ?? NOTHING;

/** Inline leaves count as one letter that is part of no word. */
function textBefore({ selection }: EditorState): string {
  const { $from } = selection;
  return $from.parent.textBetween(Math.max(0, $from.parentOffset - 60), $from.parentOffset, undefined, '￼');
}

function computed(transaction: Transaction, before: MacroTypingState, state: EditorState): MacroTypingState {
  const change = transaction.getMeta(KEY) as Change | undefined;
  if (change) return { ...before, ...change };
  if (!transaction.docChanged && !transaction.selectionSet) return before;
  const word = state.selection instanceof TextSelection && state.selection.empty ? typedTrigger(textBefore(state)) : undefined;
  if (word === undefined) return NOTHING;
  const to = state.selection.from;
  const from = to - word.length - 1;
  return { from, to, word, chosen: before.word === word ? before.chosen : 0, dismissed: before.from === from && before.dismissed };
}

/** Put the text of a macro where its word stands. */
export function expandMacro(view: EditorView, macro: Macro): void {
  const { from, to } = macroTyping(view.state);
  if (from === undefined) return;
  const { state } = view;
  const lines = macro.text.split(/\r?\n/);
  if (lines.length === 1) {
    view.dispatch(state.tr.insertText(macro.text, from, to).scrollIntoView());
  } else {
    const blocks = blocksOf(macro.text).map((block) => state.schema.nodeFromJSON(block));
    const tr = state.tr.delete(from, to);
    const isAlone = tr.selection.$from.parent.content.size === 0;
    const at = isAlone ? tr.selection.$from.before() : tr.selection.from;
    tr.replaceWith(at, isAlone ? tr.selection.$from.after() : at, blocks);
    const end = tr.mapping.map(to, 1);
    view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(end, tr.doc.content.size)), -1)).scrollIntoView());
  }
  view.focus();
}

export function offeredMacros(state: EditorState, { macros, modalities }: MacroTypingOptions): Macro[] {
  const { from, word, dismissed } = macroTyping(state);
  return from === undefined || dismissed ? [] : matchingMacros(word, macros(), modalities());
}

const hasModifier = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey || event.altKey;

function onKey(view: EditorView, event: KeyboardEvent, options: MacroTypingOptions): boolean {
  const offered = hasModifier(event) ? [] : offeredMacros(view.state, options);
  const { chosen } = macroTyping(view.state);
  const change = (value: Change): void => view.dispatch(view.state.tr.setMeta(KEY, value));
  const take = (): void => {
    const macro = offered[chosen];
    if (macro) expandMacro(view, macro);
  };
  const handlers: Readonly<Record<string, () => void>> = {
    ArrowDown: () => change({ chosen: (chosen + 1) % offered.length }),
    ArrowUp: () => change({ chosen: (chosen + offered.length - 1) % offered.length }),
    Escape: () => change({ dismissed: true }),
    Enter: take,
    Tab: take,
  };
  const handler = offered.length > 0 && Object.hasOwn(handlers, event.key) ? handlers[event.key] : undefined;
  handler?.();
  return handler !== undefined;
}

export const MacroTyping = Extension.create<MacroTypingOptions>({
  name: 'macroTyping',
  priority: 1000,
  addOptions: () => ({ macros: () => [], modalities: () => [] }),
  addProseMirrorPlugins() {
    const { options } = this;
    return [
      new Plugin<MacroTypingState>({
        key: KEY,
        state: { init: () => NOTHING, apply: (transaction, value, _old, state) => computed(transaction, value, state) },
        props: {
          handleKeyDown: (view, event) => onKey(view, event, options),
          handleTextInput: (view, _from, _to, text) => {
            const { from, word } = macroTyping(view.state);
            const macro = text === ' ' && from !== undefined && word ? macroOf(word, options.macros(), options.modalities()) : undefined;
            if (!macro) return false;
            expandMacro(view, macro);
            if (!/\s$/.test(macro.text) && !macro.text.includes('\n')) view.dispatch(view.state.tr.insertText(' '));
            return true;
          },
        },
      }),
    ];
  },
});
