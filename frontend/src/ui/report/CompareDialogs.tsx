/** Two texts side by side: mine and the draft's, or two signed versions. */
import { useState, type ReactElement } from 'react';
import { differencesBetween, hasChanges, type SectionDifference } from '../../domain/report/differences';
import { reportText, type ReportContent } from '../../domain/report/content';
import { clockTime, momentText } from '../../domain/report/report';
import { t } from '../../domain/text';
import { useReport, useSession } from './context';
import { Dialog, Problem, useCall } from './Dialog';
import { useLoaded, versionName } from './SideColumn';

function SectionChanges({ section }: { readonly section: SectionDifference }): ReactElement {
  return (
    <section className="difference" data-changed={hasChanges(section)}>
      <h3>{section.title}</h3>
      <p>
        {section.changes.map(({ op, text }, index) => {
          if (op === 'insert') return <ins key={index}>{text}</ins>;
          return op === 'delete' ? <del key={index}>{text}</del> : <span key={index}>{text}</span>;
        })}
      </p>
    </section>
  );
}

export function Differences({ sections }: { readonly sections: readonly SectionDifference[] }): ReactElement {
  const [all, setAll] = useState(false);
  const changed = sections.filter(hasChanges);
  return (
    <div className="differences">
      {changed.length === 0 && <p className="muted">{t('The two say the same.')}</p>}
      {(all ? sections : changed).map((section) => (
        <SectionChanges key={section.key} section={section} />
      ))}
      {changed.length < sections.length && (
        <button type="button" className="link" onClick={() => setAll(!all)}>
          {all ? t('Only what differs') : t('Show all sections')}
        </button>
      )}
    </div>
  );
}

/** The lease is somebody else's: read what there is, or take over. */
function LostChoices(): ReactElement {
  const { session, closeDialog, openDialog } = useReport();
  const call = useCall();
  return (
    <>
      <button type="button" className="button" onClick={() => void call.run(() => session.showCurrent()).then((done) => done && closeDialog())}>
        {t('Read the draft')}
      </button>
      <button type="button" className="button" data-tone="primary" onClick={() => openDialog('takeover')}>
        {t('Take over …')}
      </button>
    </>
  );
}

function MergeChoices({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { session, closeDialog } = useReport();
  const choose = (keep: 'mine' | 'theirs') => (): void => {
    session.resolve(keep);
    closeDialog();
  };
  return (
    <>
      <button type="button" className="button" disabled={disabled} onClick={choose('theirs')}>
        {t('Go on with the draft')}
      </button>
      <button type="button" className="button" data-tone="primary" disabled={disabled} onClick={choose('mine')}>
        {t('Go on with mine')}
      </button>
    </>
  );
}

function CopyMine({ mine }: { readonly mine: ReportContent }): ReactElement {
  const [copied, setCopied] = useState(false);
  // Without TLS the browser has no clipboard for pages; then the text is there to be selected.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  return (
    <button type="button" className="button" disabled={!clipboard} onClick={() => void clipboard?.writeText(reportText(mine)).then(() => setCopied(true))}>
      {copied ? t('Copied') : t('Copy my text')}
    </button>
  );
}

function Authorship(): ReactElement {
  const { current } = useSession().autosave.conflict ?? {};
  const text = current?.author ? t('{name} saved the draft at {time}.', { name: current.author.name, time: clockTime(current.saved_at) }) : '';
  return (
    <p className="dialog-text">
      {text} <del>{t('Only in the draft')}</del> <ins>{t('Only here')}</ins>
    </p>
  );
}

/** What this window has, against the draft as it stands; nothing is lost whatever is chosen. */
export function CompareDialog(): ReactElement {
  const { session } = useReport();
  const { autosave, lease } = useSession();
  const [mine] = useState(() => session.content());
  const theirs = useLoaded('draft', async () => autosave.conflict?.current?.content ?? (await session.api.load()).report.draft);
  const current = theirs && 'value' in theirs ? theirs.value : undefined;
  return (
    <Dialog title={t('The draft, and what you have here')} wide>
      <Authorship />
      {mine && current && <Differences sections={differencesBetween(current, mine)} />}
      {theirs && !current && <p className="muted">{'problem' in theirs ? theirs.problem : t('There is no draft any more.')}</p>}
      <footer>
        {mine && <CopyMine mine={mine} />}
        {lease.kind === 'lost' ? <LostChoices /> : <MergeChoices disabled={!current} />}
      </footer>
    </Dialog>
  );
}

export function VersionsDialog(): ReactElement {
  const { answer } = useSession();
  const versions = answer?.report.versions ?? [];
  const [pair, setPair] = useState<readonly [number, number]>([versions.at(-2)?.number ?? 0, versions.at(-1)?.number ?? 0]);
  const select = (place: 0 | 1, label: string): ReactElement => (
    <label className="line">
      {label}
      <select value={pair[place]} onChange={(event) => setPair(place === 0 ? [Number(event.target.value), pair[1]] : [pair[0], Number(event.target.value)])}>
        {versions.map((version) => (
          <option key={version.number} value={version.number}>
            {`${versionName(version)} · ${version.signed_name} · ${momentText(version.signed_at)}`}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Dialog title={t('Versions')} wide>
      {versions.length < 2 ? (
        <p className="dialog-text">{versions.length ? t('There is one version; nothing to compare it with.') : t('Nothing was signed yet.')}</p>
      ) : (
        <>
          <div className="pair">
            {select(0, t('From'))}
            {select(1, t('To'))}
          </div>
          <VersionDifferences pair={pair} />
        </>
      )}
    </Dialog>
  );
}

function VersionDifferences({ pair: [a, b] }: { readonly pair: readonly [number, number] }): ReactElement {
  const { session } = useReport();
  const loaded = useLoaded(`${a}-${b}`, () => session.api.differences(a, b));
  if (!loaded) return <p className="muted">{t('Loading …')}</p>;
  return 'problem' in loaded ? <Problem text={loaded.problem} /> : <Differences sections={loaded.value} />;
}
