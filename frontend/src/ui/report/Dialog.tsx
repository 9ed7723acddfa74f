/** The frame of all dialogs: a title, a text, and Escape to close. */
import { useEffect, useId, useRef, useState, type ReactElement, type ReactNode, type SubmitEvent } from 'react';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { useReport } from './context';
import { problemText } from './problems';

interface DialogProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
  readonly onClose?: () => void;
}

export function Dialog({ title, wide = false, children, onClose }: DialogProps): ReactElement {
  const { closeDialog } = useReport();
  const close = onClose ?? closeDialog;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="report-dialog"
      data-wide={wide}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={t('Close')} onClick={close}>
          <Icon name="close" size={18} />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** A call that is under way, and what came of it. */
export function useCall(): { readonly busy: boolean; readonly problem: string; readonly run: (call: () => Promise<unknown>) => Promise<boolean> } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = async (call: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem('');
    try {
      await call();
      return true;
    } catch (error) {
      setProblem(problemText(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}

export function Problem({ text }: { readonly text: string }): ReactElement | null {
  return text ? (
    <p className="problem" role="alert">
      <Icon name="warning" size={16} />
      {text}
    </p>
  ) : null;
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly tone?: 'danger' | 'primary';
  readonly run: () => Promise<unknown>;
}

/** A question with one answer that does something. */
export function Confirm({ title, text, action, tone = 'primary', run }: ConfirmProps): ReactElement {
  const { closeDialog } = useReport();
  const call = useCall();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void call.run(run).then((done) => done && closeDialog());
  };
  return (
    <Dialog title={title}>
      <form onSubmit={submit}>
        <p className="dialog-text">{text}</p>
        <Problem text={call.problem} />
        <footer>
          <button type="button" className="button" onClick={closeDialog}>
            {t('Cancel')}
          </button>
          <button type="submit" className="button" data-tone={tone} data-first disabled={call.busy}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
