/** Whose report this is, how urgent, what was asked; and whether the text is safe. */
import { useEffect, useState, type ReactElement } from 'react';
import { formatDate, formatTime } from '../../domain/format';
import { saveStatus } from '../../domain/report/autosave';
import { clockTime } from '../../domain/report/report';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { MoreMenu } from './MoreMenu';
import { useReport, useSession } from './context';

const STATUS_NAMES: Readonly<Record<string, string>> = {
  unread: 'Unread',
  draft: 'In progress',
  preliminary: 'Preliminary',
  final: 'Final',
  addended: 'Final, with addendum',
  corrected: 'Corrected',
  withdrawn: 'Withdrawn',
};

export const statusName = (status: string): string => t(STATUS_NAMES[status] ?? status);

const DRAFT_NAMES: Readonly<Record<string, string>> = { addendum: 'Writing an addendum', correction: 'Writing a correction' };

/** Seconds until the next try, counted down. */
function useCountdown(until: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 500);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

function useSaveText(): readonly [text: string, tone: string] {
  const { session } = useReport();
  const { autosave } = useSession();
  const status = saveStatus(autosave);
  const left = useCountdown(autosave.failure?.retryAt);
  const saved = autosave.savedAt ? t('Saved {time}', { time: clockTime(autosave.savedAt) }) : t('Nothing to save');
  if (!session.mayWrite && status === 'saved') return ['', 'quiet'];
  const texts: Readonly<Record<typeof status, readonly [string, string]>> = {
    saved: [saved, 'ok'],
    unsaved: [t('Not saved yet'), 'quiet'],
    saving: [t('Saving …'), 'quiet'],
    conflict: [t('Not saved'), 'warning'],
    offline: [left ? t('Not saved: offline, again in {seconds} s', { seconds: left }) : t('Not saved: offline, retrying'), 'warning'],
    session: [t('Not saved: signed out'), 'warning'],
    server: [t('Not saved: the server refuses, retrying'), 'warning'],
    content: [t('Not saved: the server refuses this text'), 'danger'],
  };
  return texts[status];
}

export function SaveState(): ReactElement {
  const [text, tone] = useSaveText();
  return (
    <p className="save-state" data-tone={tone} role="status" data-testid="save-state">
      {text && <span className="save-dot" />}
      {text}
    </p>
  );
}

function Priority(): ReactElement | null {
  const { answer } = useSession();
  const { openDialog } = useReport();
  if (!answer) return null;
  const { priority_label, priority_reason } = answer.reading;
  const tone = /stat/i.test(priority_label) ? 'stat' : /routine|normal/i.test(priority_label) ? 'routine' : 'urgent';
  return (
    <button type="button" className="priority" data-tone={tone} title={priority_reason || t('Priority and clinical details')} onClick={() => openDialog('details')}>
      {priority_label}
    </button>
  );
}

function StatusBadge(): ReactElement | null {
  const { answer, draftKind } = useSession();
  if (!answer) return null;
  const text = DRAFT_NAMES[draftKind] ? t(DRAFT_NAMES[draftKind]) : statusName(answer.report.status);
  return (
    <span className="report-status" data-status={answer.report.status} data-testid="report-status">
      {text}
    </span>
  );
}

function Patient(): ReactElement | null {
  const { answer } = useSession();
  if (!answer) return null;
  const { study } = answer;
  const facts = [study.patient_id, study.sex, study.age, study.birth_date ? formatDate(study.birth_date) : ''].filter(Boolean);
  const when = [formatDate(study.study_date ?? ''), formatTime(study.study_time ?? '')].filter(Boolean).join(' ');
  return (
    <div className="report-patient">
      <p className="report-patient-line">
        <strong>{study.patient_name || t('No name')}</strong>
        {study.patient_name_local && <span>{study.patient_name_local}</span>}
        <span className="muted">{facts.join(' · ')}</span>
      </p>
      <p className="report-study-line">
        <span>{study.description || t('No description')}</span>
        <span className="muted">{[study.modalities.join('/'), when, study.accession_number, study.facility.name].filter(Boolean).join(' · ')}</span>
      </p>
    </div>
  );
}

function WindowButtons(): ReactElement {
  const { surface, config } = useReport();
  const viewer = `${config.viewerURL}?StudyInstanceUIDs=${encodeURIComponent(config.studyInstanceUID)}`;
  return (
    <>
      {surface.kind === 'page' && (
        <a className="icon-button" href={viewer} target="noctis-viewer" aria-label={t('Images')} title={t('Images')}>
          <Icon name="layout" />
        </a>
      )}
      {surface.popOut && (
        <button type="button" className="icon-button" aria-label={t('In a window of its own')} title={t('In a window of its own')} onClick={surface.popOut}>
          <Icon name="open" />
        </button>
      )}
      {surface.close && (
        <button type="button" className="icon-button" aria-label={t('Close the report')} title={t('Close the report')} onClick={surface.close}>
          <Icon name="close" />
        </button>
      )}
    </>
  );
}

export function Header(): ReactElement {
  const { config, session, surface, openDialog } = useReport();
  const { answer } = useSession();
  const signs = answer?.rights.sign === true && session.mayWrite;
  return (
    <header className="report-header">
      {surface.kind === 'page' && (
        <a className="icon-button" href={config.worklistURL} aria-label={t('Back to the worklist')} title={t('Back to the worklist')}>
          <Icon name="back" />
        </a>
      )}
      <Patient />
      <div className="report-header-end">
        <SaveState />
        <Priority />
        <StatusBadge />
        {signs && (
          <button type="button" className="button" data-tone="primary" title={t('Sign (Ctrl+Enter)')} onClick={() => openDialog('sign')}>
            {t('Sign …')}
          </button>
        )}
        <MoreMenu />
        <WindowButtons />
      </div>
    </header>
  );
}

/** Why the study was made: what the reader answers. */
export function Question(): ReactElement | null {
  const { answer } = useSession();
  const { openDialog } = useReport();
  if (!answer) return null;
  const { indication, clinical_history } = answer.reading;
  const { referring_physician } = answer.study;
  const rows = [
    ['Indication', indication],
    ['History', clinical_history],
    ['Referred by', referring_physician],
  ].filter(([, text]) => text);
  if (rows.length === 0) return null;
  return (
    <button type="button" className="question" title={t('Priority and clinical details')} onClick={() => openDialog('details')}>
      {rows.map(([label = '', text]) => (
        <span key={label}>
          <span className="question-label">{t(label)}</span> {text}
        </span>
      ))}
    </button>
  );
}
