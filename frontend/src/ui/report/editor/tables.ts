/** Simple tables: a head and cells of text. */
import { Extension, Node, type Editor } from '@tiptap/core';
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, tableEditing } from '@tiptap/pm/tables';

const spans = () => ({ colspan: { default: 1 }, rowspan: { default: 1 }, colwidth: { default: null } });

const cell = (name: string, tag: 'th' | 'td', tableRole: string) =>
  Node.create({
    name,
    content: 'paragraph+',
    isolating: true,
    addAttributes: spans,
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes: { colspan, rowspan } }) => [tag, { colspan: String(colspan), rowspan: String(rowspan) }, 0],
    extendNodeSchema: (extension) => (extension.name === name ? { tableRole } : {}),
  });

export const TableCell = cell('tableCell', 'td', 'cell');
export const TableHeader = cell('tableHeader', 'th', 'header_cell');

export const TableRow = Node.create({
  name: 'tableRow',
  content: '(tableHeader | tableCell)*',
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: () => ['tr', 0],
  extendNodeSchema: (extension) => (extension.name === 'tableRow' ? { tableRole: 'row' } : {}),
});

export const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: () => ['table', ['tbody', 0]],
  extendNodeSchema: (extension) => (extension.name === 'table' ? { tableRole: 'table' } : {}),
});

export const TableKeys = Extension.create({
  name: 'tableKeys',
  addKeyboardShortcuts() {
    const go = (step: 1 | -1) => (): boolean => goToNextCell(step)(this.editor.state, this.editor.view.dispatch);
    return { Tab: go(1), 'Shift-Tab': go(-1) };
  },
  addProseMirrorPlugins: () => [tableEditing()],
});

const COMMANDS = { addRow: addRowAfter, addColumn: addColumnAfter, removeRow: deleteRow, removeColumn: deleteColumn, removeTable: deleteTable } as const;

export type TableCommand = keyof typeof COMMANDS;

export const inTable = (editor: Editor): boolean => isInTable(editor.state);

export function runTableCommand(editor: Editor, command: TableCommand): void {
  COMMANDS[command](editor.state, editor.view.dispatch);
  editor.view.focus();
}

export function insertTable(editor: Editor, rows = 3, columns = 3): void {
  const row = (type: string) => ({ type: 'tableRow', content: Array.from({ length: columns }, () => ({ type, content: [{ type: 'paragraph' }] })) });
  const content = [row('tableHeader'), ...Array.from({ length: rows - 1 }, () => row('tableCell'))];
  editor.chain().focus().insertContent({ type: 'table', content }).run();
}
