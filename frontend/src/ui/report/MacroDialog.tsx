/** One's own macros: made, changed, deleted; everybody's are only shown. */
import { useState, type ReactElement, type SubmitEvent } from 'react';
import type { Macro } from '../../domain/report/macros';
import { t } from '../../domain/text';
import { useHost, useReport } from './context';
import { Dialog, Problem, useCall } from './Dialog';

interface FormProps {
  readonly macro: Macro | undefined;
  readonly done: () => void;
}

function MacroForm({ macro, done }: FormProps): ReactElement {
  const { session, host } = useReport();
  const [trigger, setTrigger] = useState(macro?.trigger ?? '');
  const [text, setText] = useState(macro?.text ?? '');
  const call = useCall();
  const reload = async (): Promise<void> => host.setMacros(await session.api.macros());
  const save = async (): Promise<void> => {
    await session.api.saveMacro(macro?.id, { trigger, text, modality: macro?.modality ?? '' });
    await reload();
  };
  const remove = async (): Promise<void> => {
    if (macro) await session.api.removeMacro(macro.id);
    await reload();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void call.run(save).then((saved) => saved && done());
  };
  return (
    <form onSubmit={submit}>
      <label className="line">
        {t('Word (typed after a dot)')}
        <input required maxLength={40} pattern="[-a-zA-Z0-9_]+" data-first value={trigger} onChange={(event) => setTrigger(event.target.value)} />
      </label>
      <label className="line">
        {t('Text')}
        <textarea required rows={6} maxLength={20_000} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <Problem text={call.problem} />
      <footer>
        {macro && (
          <button type="button" className="button" data-tone="danger" disabled={call.busy} onClick={() => void call.run(remove).then((removed) => removed && done())}>
            {t('Delete')}
          </button>
        )}
        <button type="button" className="button" onClick={done}>
          {t('Cancel')}
        </button>
        <button type="submit" className="button" data-tone="primary" disabled={call.busy}>
          {t('Save')}
        </button>
      </footer>
    </form>
  );
}

export function MacroDialog(): ReactElement {
  const host = useHost();
  const [edited, setEdited] = useState<Macro | 'new'>();
  if (edited) {
    return (
      <Dialog title={edited === 'new' ? t('New macro') : `.${edited.trigger}`} onClose={() => setEdited(undefined)}>
        <MacroForm macro={edited === 'new' ? undefined : edited} done={() => setEdited(undefined)} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('Macros')} key="list">
      <p className="dialog-text">{t('Type a dot and the word, then a space: the text takes its place.')}</p>
      <ul className="choices">
        {host.macros.toSorted((a, b) => Number(b.is_mine) - Number(a.is_mine) || a.trigger.localeCompare(b.trigger)).map((macro) => (
          <li key={macro.id}>
            <button type="button" disabled={!macro.is_mine} onClick={() => setEdited(macro)}>
              <span className="macro-word">.{macro.trigger}</span>
              <span className="macro-text">{macro.text}</span>
              {!macro.is_mine && <span className="tag">{t('everybody’s')}</span>}
            </button>
          </li>
        ))}
      </ul>
      <footer>
        <button type="button" className="button" data-tone="primary" onClick={() => setEdited('new')}>
          {t('New macro')}
        </button>
      </footer>
    </Dialog>
  );
}
