/** States of the whole report: somebody else writes, the lease is lost, the text differs, signed out. */
import { createContext, useContext, useState, type ReactElement, type ReactNode } from 'react';
import { isUnsaved, wouldBeLost, type AutosaveState } from '../../domain/report/autosave';
import { clockTime, momentText } from '../../domain/report/report';
import { t } from '../../domain/text';
import { Icon, type IconName } from '../icons';
import { useReport, useSession, type ReportServices } from './context';
import { problemText } from './problems';

type Run = (call: () => Promise<unknown>) => void;

const CallContext = createContext<Run>(() => undefined);

/** Do something that may fail; why it failed is shown above the text. */
export const useCallNotice = (): Run => useContext(CallContext);

export function CallNotices({ children }: { readonly children: ReactNode }): ReactElement {
  const [problem, setProblem] = useState('');
  const [run] = useState<Run>(() => (call: () => Promise<unknown>) => {
    setProblem('');
    call().catch((error: unknown) => setProblem(problemText(error)));
  });
  return (
    <CallContext value={run}>
      {problem && (
        <div className="toast" role="alert">
          <Icon name="warning" size={16} />
          <p>{problem}</p>
          <button type="button" className="icon-button" aria-label={t('Close')} onClick={() => setProblem('')}>
            <Icon name="close" size={16} />
          </button>
        </div>
      )}
      {children}
    </CallContext>
  );
}

interface BannerProps {
  readonly icon: IconName;
  readonly tone?: 'warning' | 'quiet';
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
  readonly name: string;
}

function Banner({ icon, tone = 'warning', title, text, children, name }: BannerProps): ReactElement {
  return (
    <div className="banner" data-tone={tone} role="alert" data-testid={`banner-${name}`}>
      <Icon name={icon} size={18} />
      <p>
        <strong>{title}</strong> {text}
      </p>
      <div className="banner-actions">{children}</div>
    </div>
  );
}

function Action({ label, run }: { readonly label: string; readonly run: () => void }): ReactElement {
  return (
    <button type="button" className="button" onClick={run}>
      {label}
    </button>
  );
}

function HeldBanner(): ReactElement | null {
  const { openDialog, config } = useReport();
  const { lease } = useSession();
  if (lease.kind !== 'held') return null;
  const mine = lease.reader?.id === config.me.id;
  const title = mine ? t('You are writing this report in another window.') : t('{name} is writing this report.', { name: lease.reader?.name ?? t('Somebody else') });
  return (
    <Banner name="held" icon="lock" tone="quiet" title={title} text={lease.since ? t('Since {time}. You can read along.', { time: momentText(lease.since) }) : t('You can read along.')}>
      <Action label={mine ? t('Continue here …') : t('Take over …')} run={() => openDialog('takeover')} />
    </Banner>
  );
}

function fateOf(autosave: AutosaveState): string {
  if (!isUnsaved(autosave)) return t('Everything you had written was saved before.');
  return wouldBeLost(autosave) ? t('What you had written is still here.') : t('What you had written is still here, and kept on the server.');
}

function LostBanner(): ReactElement | null {
  const { session, openDialog } = useReport();
  const { lease, autosave } = useSession();
  const run = useCallNotice();
  if (lease.kind !== 'lost') return null;
  const isKept = isUnsaved(autosave);
  const name = lease.reader?.name ?? t('Somebody else');
  return (
    <Banner name="lost" icon="lock" title={t('{name} has taken this report over.', { name })} text={fateOf(autosave)}>
      {isKept && <Action label={t('Compare …')} run={() => openDialog('compare')} />}
      {!isKept && <Action label={t('Show what is there now')} run={() => run(() => session.showCurrent())} />}
      <Action label={t('Take over …')} run={() => openDialog('takeover')} />
    </Banner>
  );
}

const YIELD_MS = 3000;

/** Ask the other window to save and let go; after a while go on without an answer. */
function askToYield({ link, config, session }: ReportServices): Promise<void> {
  const study = config.studyInstanceUID;
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      resolve();
    };
    const stop = link.listen((message) => message.type === 'report.yielded' && end());
    setTimeout(end, YIELD_MS);
    link.send({ type: 'report.yield', study, window: session.windowName });
  });
}

function MovedBanner(): ReactElement | null {
  const services = useReport();
  const { session } = services;
  const { lease } = useSession();
  const run = useCallNotice();
  if (lease.kind !== 'moved') return null;
  return (
    <Banner name="moved" icon="open" tone="quiet" title={t('This report is open in another window.')} text="">
      <Action label={t('Continue here')} run={() => run(() => askToYield(services).then(() => session.takeLease(true)))} />
    </Banner>
  );
}

function ConflictBanner(): ReactElement | null {
  const { session, openDialog } = useReport();
  const { lease, autosave } = useSession();
  const run = useCallNotice();
  const { conflict } = autosave;
  if (!conflict || lease.kind === 'lost') return null;
  if (conflict.reason === 'closed') {
    return (
      <Banner name="closed" icon="warning" title={t('This draft was closed meanwhile.')} text={t('What you had written is kept on the server; see Versions.')}>
        <Action label={t('Show the report')} run={() => run(() => session.showCurrent())} />
      </Banner>
    );
  }
  const { author, saved_at } = conflict.current ?? {};
  const by = author ? t('{name} saved at {time}.', { name: author.name, time: clockTime(saved_at) }) : '';
  return (
    <Banner name="conflict" icon="warning" title={t('The draft was changed elsewhere.')} text={by}>
      <Action label={t('Compare and choose …')} run={() => openDialog('compare')} />
    </Banner>
  );
}

function SessionBanner(): ReactElement | null {
  const { config } = useReport();
  const { autosave } = useSession();
  if (autosave.failure?.reason !== 'session') return null;
  return (
    <Banner name="session" icon="lock" title={t('Your session has ended.')} text={t('The text stays here. Sign in again in a new tab, then come back: it is saved by itself.')}>
      <a className="button" href={config.loginURL} target="_blank" rel="noopener noreferrer">
        {t('Sign in again')}
      </a>
    </Banner>
  );
}

export function Banners(): ReactElement {
  return (
    <div className="banners">
      <HeldBanner />
      <LostBanner />
      <MovedBanner />
      <ConflictBanner />
      <SessionBanner />
    </div>
  );
}
