/** Beside the text: what was said of this patient before, and what was signed of this study. */
import { useEffect, useState, type ReactElement } from 'react';
import { formatDate } from '../../domain/format';
import { momentText, sortPriors, type Prior, type SideDraft, type VersionHead } from '../../domain/report/report';
import { reportText } from '../../domain/report/content';
import { t } from '../../domain/text';
import { useReport, useSession } from './context';
import { statusName } from './Header';
import { problemText } from './problems';
import { useCallNotice } from './Notices';

type Loaded<Value> = { readonly value: Value } | { readonly problem: string } | undefined;

/** Load once, and again when `key` changes. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{ readonly key: string; readonly loaded: Loaded<Value> }>();
  useEffect(() => {
    let current = true;
    const show = (loaded: Loaded<Value>): void => {
      if (current) setState({ key, loaded });
    };
    load().then((value) => show({ value }), (error: unknown) => show({ problem: problemText(error) }));
    return () => {
      current = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `load` is made anew with each drawing; `key` says when it differs
  }, [key]);
  return state?.key === key ? state.loaded : undefined;
}

/** What is selected inside of `element`, so that a part of a text can be copied. */
function selectedIn(element: HTMLElement | null): string {
  const selection = window.getSelection();
  if (!element || !selection || selection.isCollapsed || !element.contains(selection.anchorNode)) return '';
  return selection.toString();
}

function PriorText({ prior }: { readonly prior: Prior }): ReactElement {
  const { host, session } = useReport();
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useSession();
  return (
    <>
      <p className="prior-text" ref={setPlace}>
        {prior.text || t('Nothing was signed.')}
      </p>
      {session.mayWrite && prior.text && (
        <button type="button" className="link" onMouseDown={(event) => event.preventDefault()} onClick={() => host.insertText(selectedIn(place) || prior.text)}>
          {t('Put the selection, or all, into the report')}
        </button>
      )}
    </>
  );
}

function PriorWords({ prior, open }: { readonly prior: Prior; readonly open: boolean }): ReactElement {
  if (open) return <PriorText prior={prior} />;
  return prior.impression ? <p className="prior-impression">{prior.impression}</p> : <p className="muted">{statusName(prior.status)}</p>;
}

function CopyImpression({ prior }: { readonly prior: Prior }): ReactElement | null {
  const { host, session } = useReport();
  if (!prior.impression || !session.mayWrite) return null;
  return (
    <button type="button" className="link" title={t('Put the impression at the cursor')} onMouseDown={(event) => event.preventDefault()} onClick={() => host.insertText(prior.impression)}>
      {t('Copy')}
    </button>
  );
}

function PriorCard({ prior }: { readonly prior: Prior }): ReactElement {
  const { config } = useReport();
  const [open, setOpen] = useState(false);
  const images = `${config.viewerURL}?StudyInstanceUIDs=${encodeURIComponent(config.studyInstanceUID)},${encodeURIComponent(prior.study_instance_uid)}`;
  return (
    <article className="prior" data-same={prior.is_same_kind}>
      <header>
        <strong>{formatDate(prior.study_date ?? '')}</strong>
        <span>{prior.description || prior.modalities.join('/')}</span>
      </header>
      <PriorWords prior={prior} open={open} />
      <footer>
        {prior.text && (
          <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('Impression only') : t('Whole report')}
          </button>
        )}
        {!open && <CopyImpression prior={prior} />}
        <a className="link" href={images} target="noctis-viewer">
          {t('Compare images')}
        </a>
        {prior.signed_name && <span className="muted">{prior.signed_name}</span>}
      </footer>
    </article>
  );
}

function Priors(): ReactElement {
  const { session } = useReport();
  useSession();
  const loaded = useLoaded('priors', session.api.priors);
  if (!loaded) return <p className="side-note">{t('Loading …')}</p>;
  if ('problem' in loaded) return <p className="side-note">{loaded.problem}</p>;
  const priors = sortPriors(loaded.value);
  if (priors.length === 0) return <p className="side-note">{t('No earlier studies of this patient.')}</p>;
  return (
    <>
      {priors.map((prior) => (
        <PriorCard key={prior.study_instance_uid} prior={prior} />
      ))}
    </>
  );
}

const KIND_NAMES: Readonly<Record<string, string>> = { preliminary: 'Preliminary report', final: 'Final report', addendum: 'Addendum', correction: 'Correction', withdrawal: 'Withdrawal' };

export const versionName = ({ number, kind }: VersionHead): string => `${number} · ${t(KIND_NAMES[kind] ?? kind)}`;

function VersionRow({ version }: { readonly version: VersionHead }): ReactElement {
  return (
    <li className="version">
      <strong>{versionName(version)}</strong>
      <span>{version.signed_name}</span>
      <span className="muted">{momentText(version.signed_at)}</span>
      {version.reason && <span className="version-reason">{version.reason}</span>}
    </li>
  );
}

const KEPT_BECAUSE: Readonly<Record<string, string>> = { 'stale-lease': 'taken over', 'stale-version': 'changed elsewhere', closed: 'signed or discarded meanwhile' };

function SideDraftRow({ draft }: { readonly draft: SideDraft }): ReactElement {
  const { session, host } = useReport();
  const [text, setText] = useState<string>();
  const run = useCallNotice();
  const show = (): void => run(async () => setText(reportText((await session.api.savedState(draft.id)).content)));
  return (
    <li className="version">
      <strong>{draft.saved_by?.name ?? t('Somebody')}</strong>
      <span className="muted">{[momentText(draft.saved_at), t(KEPT_BECAUSE[draft.reason] ?? draft.reason)].join(' · ')}</span>
      {text === undefined ? (
        <button type="button" className="link" onClick={show}>
          {t('Show')}
        </button>
      ) : (
        <>
          <p className="prior-text">{text || t('Empty')}</p>
          {session.mayWrite && (
            <button type="button" className="link" onMouseDown={(event) => event.preventDefault()} onClick={() => host.insertText(text)}>
              {t('Put it at the cursor')}
            </button>
          )}
        </>
      )}
    </li>
  );
}

function Versions(): ReactElement {
  const { openDialog } = useReport();
  const { answer } = useSession();
  const { versions = [], side_drafts = [] } = answer?.report ?? {};
  return (
    <>
      {versions.length === 0 && <p className="side-note">{t('Nothing was signed yet.')}</p>}
      <ul className="versions">
        {versions.toReversed().map((version) => (
          <VersionRow key={version.number} version={version} />
        ))}
      </ul>
      {versions.length > 1 && (
        <button type="button" className="button" onClick={() => openDialog('versions')}>
          {t('Differences …')}
        </button>
      )}
      {side_drafts.length > 0 && <h3>{t('Texts kept beside the draft')}</h3>}
      <ul className="versions">
        {side_drafts.map((draft) => (
          <SideDraftRow key={draft.id} draft={draft} />
        ))}
      </ul>
    </>
  );
}

export type SideTab = 'priors' | 'versions';

interface SideColumnProps {
  readonly tab: SideTab;
  readonly choose: (tab: SideTab) => void;
}

export function SideColumn({ tab, choose }: SideColumnProps): ReactElement {
  const { answer } = useSession();
  const count = (answer?.report.versions.length ?? 0) + (answer?.report.side_drafts.length ?? 0);
  const labels = [
    ['priors', t('Earlier reports')],
    ['versions', count ? `${t('Versions')} ${count}` : t('Versions')],
  ] as const;
  return (
    <aside className="side" aria-label={t('Earlier reports and versions')}>
      <div className="side-tabs" role="tablist">
        {labels.map(([name, label]) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => choose(name)}>
            {label}
          </button>
        ))}
      </div>
      <div className="side-body" role="tabpanel">
        {tab === 'priors' ? <Priors /> : <Versions />}
      </div>
    </aside>
  );
}
