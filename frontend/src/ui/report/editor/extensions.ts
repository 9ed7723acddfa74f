/** What a report is made of, as the editor knows it; narrower than what may be pasted. */
import { Extension, type Extensions } from '@tiptap/core';
import { Bold } from '@tiptap/extension-bold';
import { HardBreak } from '@tiptap/extension-hard-break';
import { Heading } from '@tiptap/extension-heading';
import { Italic } from '@tiptap/extension-italic';
import { BulletList, ListItem, OrderedList } from '@tiptap/extension-list';
import { Paragraph } from '@tiptap/extension-paragraph';
import { Text } from '@tiptap/extension-text';
import { Underline } from '@tiptap/extension-underline';
import { UndoRedo } from '@tiptap/extensions';
import { FieldNode, goToField } from './field';
import { MacroTyping, type MacroTypingOptions } from './macroTyping';
import { MeasurementNode, type MeasurementOptions } from './measurement';
import { ReportDocument, Section, SectionKeeper, type SectionKeeperOptions } from './section';
import { Table, TableCell, TableHeader, TableKeys, TableRow } from './tables';

/** The server refuses what is deeper (reports.content.MAX_DEPTH). */
const DEEPEST_LIST = 4;

const listDepth = (parents: readonly string[]): number => parents.filter((name) => name === 'listItem').length;

/** Tab goes deeper in a list, and else to the next unfilled field; it never leaves the text by accident. */
const TabKey = Extension.create({
  name: 'tabKey',
  priority: 50,
  addKeyboardShortcuts() {
    const parents = (): string[] => {
      const { $from } = this.editor.state.selection;
      return Array.from({ length: $from.depth + 1 }, (_, depth) => $from.node(depth).type.name);
    };
    return {
      Tab: () => {
        const depth = listDepth(parents());
        if (depth > 0 && depth < DEEPEST_LIST && this.editor.commands.sinkListItem('listItem')) return true;
        return goToField(this.editor.view);
      },
      'Shift-Tab': () => this.editor.commands.liftListItem('listItem') || goToField(this.editor.view, -1),
    };
  },
});

// The first block of an item is a paragraph; what the server allows besides are lists.
const Item = ListItem.extend({ content: 'paragraph (paragraph | bulletList | orderedList)*', addKeyboardShortcuts() {
  return { Enter: () => this.editor.commands.splitListItem('listItem') };
} });

// Ctrl+Enter signs.
const LineBreak = HardBreak.extend({ addKeyboardShortcuts() {
  return { 'Shift-Enter': () => this.editor.commands.setHardBreak() };
} });

const PlainOrdered = OrderedList.extend({ addAttributes: () => ({ start: { default: 1, parseHTML: (element: HTMLElement) => Math.min(10_000, Math.max(0, Math.trunc(Number(element.getAttribute('start') ?? 1)) || 1)) } }) });

const SubHeading = Heading.configure({ levels: [3] }).extend({ content: '(text | hardBreak)*', addAttributes: () => ({ level: { default: 3 } }) });

export interface ReportExtensionOptions {
  readonly macros: MacroTypingOptions;
  readonly measurement: MeasurementOptions;
  readonly sections: SectionKeeperOptions;
}

export function reportExtensions({ macros, measurement, sections }: ReportExtensionOptions): Extensions {
  return [
    ReportDocument,
    Section,
    SectionKeeper.configure(sections),
    Paragraph,
    Text,
    LineBreak,
    SubHeading,
    Bold,
    Italic,
    Underline,
    BulletList,
    PlainOrdered,
    Item,
    Table,
    TableRow,
    TableHeader,
    TableCell,
    TableKeys,
    TabKey,
    FieldNode,
    MeasurementNode.configure(measurement),
    MacroTyping.configure(macros),
    UndoRedo,
  ];
}
