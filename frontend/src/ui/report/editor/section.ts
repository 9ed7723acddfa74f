/** Sections: their headings stand, their text is written; none comes or goes by a key. */
import { Extension, Node } from '@tiptap/core';
import type { Node as DocumentNode } from '@tiptap/pm/model';
import { Plugin, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { Fragment, Slice } from '@tiptap/pm/model';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';

/** On a transaction that may change which sections there are. */
export const SECTIONS_META = 'noctis-sections';
const HISTORY_META = 'history$';

export const ReportDocument = Node.create({ name: 'doc', topNode: true, content: 'section+' });

export const Section = Node.create({
  name: 'section',
  content: 'block+',
  isolating: true,
  defining: true,
  selectable: false,
  addAttributes: () => ({ key: { default: '' }, title: { default: '' }, code: { default: '' }, kind: { default: 'narrative' }, required: { default: false } }),
  renderHTML: ({ node }) => [
    'section',
    { class: 'report-section', 'data-section': String(node.attrs.key), 'data-kind': String(node.attrs.kind) },
    ['h2', { class: 'section-title', contenteditable: 'false' }, String(node.attrs.title)],
    ['div', { class: 'section-body' }, 0],
  ],
});

export interface SectionPlace {
  readonly key: string;
  readonly title: string;
  readonly required: boolean;
  /** Of the section node. */
  readonly position: number;
  readonly node: DocumentNode;
}

export function sectionsOf(document: DocumentNode): SectionPlace[] {
  const places: SectionPlace[] = [];
  document.forEach((node, position) => places.push({ key: String(node.attrs.key), title: String(node.attrs.title), required: node.attrs.required === true, position, node }));
  return places;
}

/** Number of the section in which the cursor stands. */
export const sectionIndex = (state: EditorState): number => state.selection.$head.index(0);

/** Put the cursor at the end of section `index` and bring it into view. */
export function goToSection(view: EditorView, index: number): void {
  const place = sectionsOf(view.state.doc)[index];
  if (!place) return;
  const end = TextSelection.near(view.state.doc.resolve(place.position + place.node.nodeSize - 1), -1);
  view.dispatch(view.state.tr.setSelection(end));
  view.focus();
  const heading = view.nodeDOM(place.position);
  if (heading instanceof HTMLElement) heading.scrollIntoView({ block: 'nearest' });
}

const keysOf = (document: DocumentNode): string => JSON.stringify(sectionsOf(document).map(({ key }) => key));

const spansSections = ({ selection }: EditorState): boolean => selection.$from.index(0) !== selection.$to.index(0);

/** Empty the selected part of each section, and leave the sections. */
function clearAcross(state: EditorState): Transaction {
  const { from, to } = state.selection;
  const { tr } = state;
  for (const { position, node } of sectionsOf(state.doc).toReversed()) {
    const [start, end] = [Math.max(from, position + 1), Math.min(to, position + node.nodeSize - 1)];
    if (start < end) tr.deleteRange(start, end);
  }
  return tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size))));
}

/** What was copied across sections is pasted as headings and text. */
function withoutSections(fragment: Fragment): Fragment {
  const nodes: DocumentNode[] = [];
  fragment.forEach((node) => {
    if (node.type.name === 'section') withoutSections(node.content).forEach((child) => nodes.push(child));
    else nodes.push(node);
  });
  return Fragment.fromArray(nodes);
}

function pastedSlice(slice: Slice): Slice {
  if (slice.content.firstChild?.type.name !== 'section') return slice;
  return new Slice(withoutSections(slice.content), Math.max(0, slice.openStart - 1), Math.max(0, slice.openEnd - 1));
}

/** Select the section first, everything when it is selected already. */
function selectSection(view: EditorView): boolean {
  const place = sectionsOf(view.state.doc)[sectionIndex(view.state)];
  if (!place) return false;
  const start = TextSelection.near(view.state.doc.resolve(place.position + 1), 1).from;
  const end = TextSelection.near(view.state.doc.resolve(place.position + place.node.nodeSize - 1), -1).to;
  const { from, to } = view.state.selection;
  if (from <= start && to >= end) return false;
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, start, end)));
  return true;
}

function onSpanningKey(view: EditorView, event: KeyboardEvent): boolean {
  if (!spansSections(view.state) || !view.editable) return false;
  if (event.key !== 'Backspace' && event.key !== 'Delete' && event.key !== 'Enter') return false;
  if (event.key !== 'Enter') view.dispatch(clearAcross(view.state));
  return true;
}

export interface SectionKeeperOptions {
  /** Whether a section of this key was signed and is only read here. */
  readonly isLocked: (key: string) => boolean;
}

function lockedUnchanged(before: DocumentNode, after: DocumentNode, isLocked: (key: string) => boolean): boolean {
  const bodies = new Map(sectionsOf(before).map(({ key, node }) => [key, node]));
  return sectionsOf(after).every(({ key, node }) => !isLocked(key) || bodies.get(key) === node || bodies.get(key)?.eq(node) === true);
}

function maySections(transaction: Transaction, state: EditorState, isLocked: (key: string) => boolean): boolean {
  if (!transaction.docChanged || transaction.getMeta(SECTIONS_META) === true) return true;
  if (transaction.getMeta(HISTORY_META) === undefined && keysOf(transaction.doc) !== keysOf(state.doc)) return false;
  return lockedUnchanged(state.doc, transaction.doc, isLocked);
}

function lockMarks(document: DocumentNode, isLocked: (key: string) => boolean): DecorationSet {
  const locked = sectionsOf(document).filter(({ key }) => isLocked(key));
  return DecorationSet.create(document, locked.map(({ position, node }) => Decoration.node(position, position + node.nodeSize, { class: 'is-locked', contenteditable: 'false' })));
}

export const SectionKeeper = Extension.create<SectionKeeperOptions>({
  name: 'sectionKeeper',
  addOptions: () => ({ isLocked: () => false }),
  addKeyboardShortcuts() {
    const step = (change: number) => (): boolean => {
      const { view } = this.editor;
      const count = view.state.doc.childCount;
      goToSection(view, Math.min(count - 1, Math.max(0, sectionIndex(view.state) + change)));
      return true;
    };
    return { 'Alt-ArrowUp': step(-1), 'Alt-ArrowDown': step(1), 'Mod-a': () => selectSection(this.editor.view) };
  },
  addProseMirrorPlugins() {
    const { isLocked } = this.options;
    return [
      new Plugin({
        filterTransaction: (transaction, state) => maySections(transaction, state, isLocked),
        props: {
          decorations: ({ doc }) => lockMarks(doc, isLocked),
          handleKeyDown: onSpanningKey,
          handleTextInput: (view, _from, _to, text) => {
            if (!spansSections(view.state)) return false;
            view.dispatch(clearAcross(view.state).insertText(text));
            return true;
          },
          transformPasted: pastedSlice,
        },
      }),
    ];
  },
});
