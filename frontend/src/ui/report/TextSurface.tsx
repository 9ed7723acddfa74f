/** The text itself, the bar above it, the list of sections beside it, the macros under the cursor. */
import { useCallback, useSyncExternalStore, type MouseEvent, type ReactElement } from 'react';
import type { Editor } from '@tiptap/core';
import { hasText, type RichNode } from '../../domain/report/content';
import { t } from '../../domain/text';
import { Icon, type IconName } from '../icons';
import { useHost, useReport, useSession } from './context';
import { expandMacro, macroTyping, offeredMacros } from './editor/macroTyping';
import { inTable, insertTable, runTableCommand, type TableCommand } from './editor/tables';
import { useCallNotice } from './Notices';

/** A click leaves the cursor where it was. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

interface ToolProps {
  readonly label: string;
  readonly keys?: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly run: () => void;
  readonly icon?: IconName;
  readonly letter?: string;
}

function Tool({ label, keys, pressed, disabled = false, run, icon, letter }: ToolProps): ReactElement {
  return (
    <button type="button" className="format" data-letter={letter} aria-label={label} aria-pressed={pressed} disabled={disabled} title={keys ? `${label} (${keys})` : label} onMouseDown={keepFocus} onClick={run}>
      {icon ? <Icon name={icon} size={18} /> : letter}
    </button>
  );
}

const TABLE_TOOLS: readonly (readonly [TableCommand, string])[] = [
  ['addRow', '+ Row'],
  ['addColumn', '+ Column'],
  ['removeRow', '− Row'],
  ['removeColumn', '− Column'],
  ['removeTable', 'Remove table'],
];

function TableTools({ editor }: { readonly editor: Editor }): ReactElement | null {
  if (!inTable(editor)) return null;
  return (
    <div className="format-group">
      {TABLE_TOOLS.map(([command, label]) => (
        <button key={command} type="button" className="format format-word" onMouseDown={keepFocus} onClick={() => runTableCommand(editor, command)}>
          {t(label)}
        </button>
      ))}
    </div>
  );
}

export function FormatBar(): ReactElement | null {
  const { session, openDialog } = useReport();
  const host = useHost();
  useSession();
  const { editor } = host;
  if (!editor || !session.mayWrite) return null;
  const chain = () => editor.chain().focus();
  const open = host.openFields;
  return (
    <div className="format-bar" role="toolbar" aria-label={t('Text')}>
      <div className="format-group">
        <Tool letter="B" label={t('Bold')} keys="Ctrl+B" pressed={editor.isActive('bold')} run={() => chain().toggleBold().run()} />
        <Tool letter="I" label={t('Italic')} keys="Ctrl+I" pressed={editor.isActive('italic')} run={() => chain().toggleItalic().run()} />
        <Tool letter="U" label={t('Underline')} keys="Ctrl+U" pressed={editor.isActive('underline')} run={() => chain().toggleUnderline().run()} />
      </div>
      <div className="format-group">
        <Tool icon="bullets" label={t('List')} keys="Ctrl+Shift+8" pressed={editor.isActive('bulletList')} run={() => chain().toggleBulletList().run()} />
        <Tool icon="numbers" label={t('Numbered list')} keys="Ctrl+Shift+7" pressed={editor.isActive('orderedList')} run={() => chain().toggleOrderedList().run()} />
        <Tool icon="table" label={t('Table')} disabled={inTable(editor)} run={() => insertTable(editor)} />
      </div>
      <div className="format-group">
        <Tool icon="undo" label={t('Undo')} keys="Ctrl+Z" disabled={!editor.can().undo()} run={() => chain().undo().run()} />
        <Tool icon="redo" label={t('Redo')} keys="Ctrl+Shift+Z" disabled={!editor.can().redo()} run={() => chain().redo().run()} />
      </div>
      <TableTools editor={editor} />
      <div className="format-group format-end">
        {open > 0 && (
          <button type="button" className="format format-word" data-tone="open" title={t('Next field to fill in (F2)')} onMouseDown={keepFocus} onClick={() => host.goToField()}>
            <Icon name="next" size={16} />
            {open === 1 ? t('1 open field') : t('{count} open fields', { count: open })}
          </button>
        )}
        {session.getState().draftKind === 'report' && (
          <button type="button" className="format format-word" onMouseDown={keepFocus} onClick={() => openDialog('templates')}>
            <Icon name="template" size={16} />
            {t('Template')}
          </button>
        )}
      </div>
    </div>
  );
}

export function SectionNav(): ReactElement {
  const host = useHost();
  const current = host.section;
  return (
    <nav className="section-nav" aria-label={t('Sections')}>
      {host.sections.map(({ key, title, required, node }, index) => {
        const filled = hasText(node.toJSON() as RichNode);
        return (
          <button key={key} type="button" aria-current={index === current} data-filled={filled} data-missing={required && !filled} title={`${title} (Alt+↑/↓)`} onMouseDown={keepFocus} onClick={() => host.goToSection(index)}>
            <span className="section-dot" />
            {title}
          </button>
        );
      })}
    </nav>
  );
}

function MacroList(): ReactElement | null {
  const host = useHost();
  const { editor } = host;
  if (!editor?.isEditable) return null;
  const { from, chosen } = macroTyping(editor.state);
  const offered = offeredMacros(editor.state, { macros: () => host.macros, modalities: () => host.modalities });
  if (from === undefined || offered.length === 0) return null;
  const place = editor.view.coordsAtPos(from);
  const above = place.bottom + 240 > window.innerHeight;
  const style = { left: Math.min(place.left, window.innerWidth - 340), ...(above ? { bottom: window.innerHeight - place.top + 4 } : { top: place.bottom + 4 }) };
  return (
    <ul className="macro-list" role="listbox" aria-label={t('Macros')} style={style}>
      {offered.map((macro, index) => (
        <li key={macro.id} role="option" aria-selected={index === chosen} onMouseDown={keepFocus} onClick={() => expandMacro(editor.view, macro)}>
          <span className="macro-word">.{macro.trigger}</span>
          <span className="macro-text">{macro.text}</span>
        </li>
      ))}
      <li className="macro-hint" aria-hidden="true">
        {t('Space or Enter puts it in')}
      </li>
    </ul>
  );
}

/** Nothing is written yet, and nobody has begun. */
function NotBegun(): ReactElement {
  const { session, openDialog } = useReport();
  const { answer, lease } = useSession();
  const run = useCallNotice();
  const actions = answer?.report.possible_actions ?? [];
  const canStart = lease.kind === 'mine' && actions.includes('start');
  const assigned = answer?.reading.assigned_to;
  return (
    <div className="not-begun">
      <Icon name="report" size={36} />
      <h2>{t('No report yet')}</h2>
      {assigned && <p>{t('Assigned to {name}.', { name: assigned.name })}</p>}
      {canStart && (
        <div className="not-begun-actions">
          <button type="button" className="button" data-tone="primary" onClick={() => run(() => session.start('report', answer?.suggested_template ?? ''))}>
            {t('Start the report')}
          </button>
          <button type="button" className="button" onClick={() => openDialog('templates')}>
            {t('Choose a template …')}
          </button>
        </div>
      )}
    </div>
  );
}

export function TextSurface(): ReactElement {
  const { session, host } = useReport();
  const { content, generation } = useSession();
  const writable = useSyncExternalStore(session.subscribe, () => session.mayWrite);
  const mount = useCallback((element: HTMLElement | null) => host.mount(element), [host]);
  return (
    <main className="report-text" data-writable={writable}>
      {content ? <div key={generation} ref={mount} className="report-sheet" data-testid="report-text" /> : <NotBegun />}
      <MacroList />
    </main>
  );
}
