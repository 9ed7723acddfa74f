/** The shorter dialogs: taking over, discarding, withdrawing, clinical details, critical results, keys. */
import type { ReactElement, SubmitEvent } from 'react';
import { t } from '../../domain/text';
import { momentText } from '../../domain/report/report';
import { useReport, useSession } from './context';
import { Confirm, Dialog, Problem, useCall } from './Dialog';
import type { LeaseState } from './session';

const sinceText = (lease: LeaseState): string => (lease.kind === 'held' && lease.since ? t('since {time}', { time: momentText(lease.since) }) : t('now'));

function takeoverText(mine: boolean, name: string, since: string): string {
  if (mine) return t('You have this report open in another window {since}. That window becomes read-only; what was typed there is kept.', { since });
  return t('{name} is writing this report {since}. Their window becomes read-only, they are told that you took over, and what they typed is kept.', { name, since });
}

export function TakeoverDialog(): ReactElement {
  const { session, config } = useReport();
  const { lease } = useSession();
  const reader = 'reader' in lease ? lease.reader : null;
  const mine = reader?.id === config.me.id;
  const text = takeoverText(mine, reader?.name ?? t('Somebody else'), sinceText(lease));
  return <Confirm title={mine ? t('Continue here?') : t('Take this report over?')} text={text} action={mine ? t('Continue here') : t('Take over')} run={() => session.takeLease(true)} />;
}

export function DiscardDialog(): ReactElement {
  const { session } = useReport();
  return <Confirm title={t('Discard this draft?')} text={t('The report goes back to where it was before. The saved states stay in the history.')} action={t('Discard')} tone="danger" run={() => session.discard()} />;
}

interface FormDialogProps {
  readonly title: string;
  readonly action: string;
  readonly tone?: 'danger' | 'primary';
  readonly run: (data: (name: string) => string) => Promise<unknown>;
  readonly children: ReactElement;
}

/** A form whose fields have names; `run` gets them. */
function FormDialog({ title, action, tone = 'primary', run, children }: FormDialogProps): ReactElement {
  const { closeDialog } = useReport();
  const call = useCall();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const textOf = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value : '';
    };
    void call.run(() => run(textOf)).then((done) => done && closeDialog());
  };
  return (
    <Dialog title={title}>
      <form onSubmit={submit}>
        {children}
        <Problem text={call.problem} />
        <footer>
          <button type="button" className="button" onClick={closeDialog}>
            {t('Cancel')}
          </button>
          <button type="submit" className="button" data-tone={tone} disabled={call.busy}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

export function WithdrawDialog(): ReactElement {
  const { session } = useReport();
  return (
    <FormDialog title={t('Withdraw the report')} action={t('Withdraw')} tone="danger" run={(data) => session.withdraw(data('password'), data('reason'))}>
      <>
        <p className="dialog-text">{t('The report is marked as withdrawn for everybody who has it. What was signed stays readable in the versions.')}</p>
        <label className="line">
          {t('Reason')}
          <input name="reason" required maxLength={500} data-first />
        </label>
        <label className="line">
          {t('Your password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
      </>
    </FormDialog>
  );
}

const PRIORITIES: readonly (readonly [number, string])[] = [
  [0, 'STAT'],
  [1, 'Urgent'],
  [2, 'Routine'],
];

export function DetailsDialog(): ReactElement | null {
  const { session } = useReport();
  const { answer } = useSession();
  if (!answer) return null;
  const { priority, priority_reason, clinical_history, indication } = answer.reading;
  const save = async (data: (name: string) => string): Promise<void> => {
    await session.api.setReading({ priority: Number(data('priority')), priority_reason: data('priority_reason'), clinical_history: data('clinical_history'), indication: data('indication') });
    await session.refresh();
  };
  return (
    <FormDialog title={t('Priority and clinical details')} action={t('Save')} run={save}>
      <>
        <label className="line">
          {t('Priority')}
          <select name="priority" defaultValue={priority} data-first>
            {PRIORITIES.map(([value, label]) => (
              <option key={value} value={value}>
                {t(label)}
              </option>
            ))}
          </select>
        </label>
        <label className="line">
          {t('Reason for the priority (STAT wants one)')}
          <input name="priority_reason" maxLength={300} defaultValue={priority_reason} />
        </label>
        <label className="line">
          {t('Indication')}
          <textarea name="indication" rows={2} defaultValue={indication} />
        </label>
        <label className="line">
          {t('Clinical history')}
          <textarea name="clinical_history" rows={4} defaultValue={clinical_history} />
        </label>
      </>
    </FormDialog>
  );
}

const URGENCIES: readonly (readonly [string, string])[] = [
  ['red', 'At once (minutes)'],
  ['orange', 'Within hours'],
  ['yellow', 'Within days'],
];

export function CriticalDialog(): ReactElement {
  const { session } = useReport();
  const { answer } = useSession();
  const report = (data: (name: string) => string): Promise<unknown> =>
    session.api.reportCritical({ finding: data('finding'), urgency: data('urgency'), recipient_name: data('recipient_name'), recipient_email: data('recipient_email') });
  return (
    <FormDialog title={t('Report a critical result')} action={t('Report')} tone="danger" run={report}>
      <>
        <p className="dialog-text">{t('The recipient is told now and reminded until the result is acknowledged.')}</p>
        <label className="line">
          {t('Finding')}
          <textarea name="finding" rows={3} required maxLength={2000} data-first />
        </label>
        <label className="line">
          {t('How urgent')}
          <select name="urgency">
            {URGENCIES.map(([value, label]) => (
              <option key={value} value={value}>
                {t(label)}
              </option>
            ))}
          </select>
        </label>
        <label className="line">
          {t('Recipient')}
          <input name="recipient_name" required maxLength={200} defaultValue={answer?.study.referring_physician ?? ''} />
        </label>
        <label className="line">
          {t('E-mail')}
          <input name="recipient_email" type="email" maxLength={254} />
        </label>
      </>
    </FormDialog>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl+S', 'Save now'],
  ['Ctrl+Enter', 'Sign'],
  ['F2, Shift+F2', 'Next or previous field to fill in'],
  ['Tab, Shift+Tab', 'The same; deeper and back in a list; the next cell in a table'],
  ['Alt+↑, Alt+↓', 'Previous or next section'],
  ['Ctrl+B, Ctrl+I, Ctrl+U', 'Bold, italic, underline'],
  ['Ctrl+Shift+8, Ctrl+Shift+7', 'List, numbered list'],
  ['Ctrl+Z, Ctrl+Shift+Z', 'Undo, redo'],
  ['.word Space', 'A macro'],
  ['Ctrl+A', 'The section; once more: everything'],
  ['Esc', 'Close a dialog or list; from a field back into the text'],
  ['F1', 'This list'],
];

export function KeysDialog(): ReactElement {
  return (
    <Dialog title={t('Keys')}>
      <dl className="key-list">
        {KEYS.map(([keys, action]) => (
          <div key={keys}>
            <dt>{t(action)}</dt>
            <dd>
              {keys.split(', ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
