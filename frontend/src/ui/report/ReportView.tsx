/** The report editor: the same in a window of its own and beside the images. */
import { useCallback, useEffect, useMemo, useState, type ReactElement } from 'react';
import { ReportsApi } from '../../api/reports';
import type { ImagePlace, ReportMessage } from '../../domain/report/messages';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { CompareDialog, VersionsDialog } from './CompareDialogs';
import { ReportContext, useReport, useSession, type DialogName, type ReportConfig, type ReportServices, type Surface } from './context';
import { EditorHost } from './editorHost';
import { Header, Question } from './Header';
import { WindowLink } from './link';
import { MacroDialog } from './MacroDialog';
import { Banners, CallNotices } from './Notices';
import { ReportSession } from './session';
import { SideColumn, type SideTab } from './SideColumn';
import { SignDialog } from './SignDialog';
import { CriticalDialog, DetailsDialog, DiscardDialog, KeysDialog, TakeoverDialog, WithdrawDialog } from './SmallDialogs';
import { TemplateDialog } from './TemplateDialog';
import { FormatBar, SectionNav, TextSurface } from './TextSurface';
import './report.css';

const DIALOGS: Readonly<Record<DialogName, () => ReactElement | null>> = {
  sign: SignDialog,
  takeover: TakeoverDialog,
  compare: CompareDialog,
  templates: TemplateDialog,
  macros: MacroDialog,
  critical: CriticalDialog,
  help: KeysDialog,
  versions: VersionsDialog,
  withdraw: WithdrawDialog,
  details: DetailsDialog,
  discard: DiscardDialog,
};

interface Parts {
  readonly session: ReportSession;
  readonly host: EditorHost;
  readonly link: WindowLink;
}

function makeParts(config: ReportConfig, showImage: ((place: ImagePlace) => void) | undefined): Parts {
  const study = config.studyInstanceUID;
  const session = new ReportSession(new ReportsApi(study, config.facility), config.me.id);
  const link = new WindowLink(study);
  const host = new EditorHost(session, {
    showImage: showImage ?? ((place) => link.send({ type: 'image.show', study, place })),
    askMeasurement: (annotation) => link.send({ type: 'measurement.ask', study, annotation }),
  });
  return { session, host, link };
}

function onMeasurement(host: EditorHost, message: ReportMessage): void {
  if (message.type === 'measurement.insert') host.insertMeasurement(message.measurement);
  if (message.type === 'measurement.changed') host.noteNews(message.measurement.annotation, message.measurement);
  if (message.type === 'measurement.deleted') host.noteNews(message.annotation, 'deleted');
}

/** Other windows ask who is here, and may ask this one to give the report up. */
function onWindow({ session, link }: Parts, message: ReportMessage): void {
  const { study } = message;
  // A window with the same name is a copy of this tab, and hears by the answer that the name is taken.
  if (message.type === 'report.seek' && session.getState().lease.kind !== 'moved') link.send({ type: 'report.here', study, window: session.windowName });
  if (message.type === 'report.yield') {
    void session.moveAway().then((moved) => moved && link.send({ type: 'report.yielded', study, window: session.windowName }));
  }
}

const SEEK_MS = 150;

type Answer = 'nobody' | 'copy' | 'elsewhere';

/** Who in this browser has this report open already; a copied tab has its original's name as well. */
function seek({ session, link }: Parts, study: string): Promise<Answer> {
  const name = session.windowName;
  return new Promise((resolve) => {
    const end = (answer: Answer): void => {
      stop();
      resolve(answer);
    };
    const stop = link.listen((message) => message.type === 'report.here' && end(message.window === name ? 'copy' : 'elsewhere'));
    setTimeout(() => end('nobody'), SEEK_MS);
    link.send({ type: 'report.seek', study, window: name });
  });
}

async function openSafely(parts: Parts, study: string): Promise<void> {
  const { session } = parts;
  const answer = await seek(parts, study);
  if (answer === 'copy') session.takeNewName();
  await (answer === 'nobody' ? session.open() : session.openElsewhere());
}

function useParts(config: ReportConfig, showImage: ((place: ImagePlace) => void) | undefined): Parts {
  const [parts] = useState(() => makeParts(config, showImage));
  useEffect(() => {
    const { session, host, link } = parts;
    const detach = session.attach();
    const stopMeasuring = link.listen((message) => onMeasurement(host, message));
    let stopWindows: () => void = () => undefined;
    void openSafely(parts, config.studyInstanceUID).then(() => {
      stopWindows = link.listen((message) => onWindow(parts, message));
    });
    session.api.macros().then((macros) => host.setMacros(macros), () => undefined);
    return () => {
      session.leave();
      detach();
      stopMeasuring();
      stopWindows();
      link.close();
    };
  }, [parts, config.studyInstanceUID]);
  return parts;
}

type Key = Pick<globalThis.KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'preventDefault' | 'target'>;

const isCommand = (event: Key, key: string): boolean => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === key;

function commandOf({ session, host, openDialog }: ReportServices, event: Key): (() => void) | undefined {
  if (isCommand(event, 's')) return () => session.saveNow();
  if (isCommand(event, 'enter')) return () => session.mayWrite && session.getState().answer?.rights.sign && openDialog('sign');
  if (event.key === 'F1') return () => openDialog('help');
  const isInText = event.target instanceof Element && event.target.closest('.report-document') !== null;
  return event.key === 'F2' && !isInText ? () => host.goToField(event.shiftKey ? -1 : 1) : undefined;
}

/** The keys of the whole editor, before the text sees them: it would keep Enter for itself. */
function useKeys(services: ReportServices): (event: Key) => void {
  return (event) => {
    if (event.target instanceof Element && event.target.closest('dialog')) return;
    const run = commandOf(services, event);
    if (!run) return;
    event.preventDefault();
    run();
  };
}

function Failed(): ReactElement {
  const { session, config } = useReport();
  const { problem } = useSession();
  const notFound = problem === 'http-404';
  return (
    <div className="not-begun" role="alert">
      <Icon name={notFound ? 'broken' : 'plug'} size={36} />
      <h2>{notFound ? t('Study not found') : t('The report cannot be opened')}</h2>
      <p>{notFound ? t('It does not exist, or you may not see it.') : problem === 'session' ? t('Your session has ended.') : t('The server cannot be reached, or did not answer as expected.')}</p>
      <div className="not-begun-actions">
        {problem === 'session' && (
          <a className="button" href={`${config.loginURL}?next=${encodeURIComponent(window.location.pathname + window.location.search)}`}>
            {t('Sign in again')}
          </a>
        )}
        <button type="button" className="button" onClick={() => void session.open()}>
          {t('Try again')}
        </button>
      </div>
    </div>
  );
}

type NarrowView = 'text' | SideTab;

function Views({ view, choose }: { readonly view: NarrowView; readonly choose: (view: NarrowView) => void }): ReactElement {
  const labels = [
    ['text', t('Report')],
    ['priors', t('Earlier')],
    ['versions', t('Versions')],
  ] as const;
  return (
    <div className="views" role="tablist">
      {labels.map(([name, label]) => (
        <button key={name} type="button" role="tab" aria-selected={view === name} onClick={() => choose(name)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function Body(): ReactElement {
  const { phase } = useSession();
  const [view, setView] = useState<NarrowView>('text');
  if (phase === 'failed') return <Failed />;
  return (
    <CallNotices>
      <Header />
      <Banners />
      <Question />
      <Views view={view} choose={setView} />
      <FormatBar />
      <div className="report-body" data-view={view === 'text' ? 'text' : 'side'}>
        <SectionNav />
        {phase === 'loading' ? <div className="not-begun" role="status">{t('Opening …')}</div> : <TextSurface />}
        <SideColumn tab={view === 'text' ? 'priors' : view} choose={setView} />
      </div>
    </CallNotices>
  );
}

export interface ReportViewProps {
  readonly config: ReportConfig;
  readonly surface: Surface;
  /** Shows an image in this window; without it another window is asked to. */
  readonly showImage?: (place: ImagePlace) => void;
  /** Wait for the report to be safe, then give it up, for another window. */
  readonly onReady?: (moveAway: () => Promise<boolean>) => void;
}

export function ReportView({ config, surface, showImage, onReady }: ReportViewProps): ReactElement {
  const parts = useParts(config, showImage);
  const [dialog, setDialog] = useState<DialogName>();
  const closeDialog = useCallback(() => {
    setDialog(undefined);
    setTimeout(() => parts.host.beginIfIdle());
  }, [parts]);
  const services = useMemo(() => ({ ...parts, config, surface, openDialog: setDialog, closeDialog }), [parts, config, surface, closeDialog]);
  const onKeyDown = useKeys(services);
  const Shown = dialog && DIALOGS[dialog];
  const isPage = surface.kind === 'page';
  useEffect(() => {
    // In a window of its own the keys are the report's also when nothing has the focus.
    const onBody = (event: globalThis.KeyboardEvent): void => {
      if (isPage && event.target === document.body) onKeyDown(event);
    };
    document.addEventListener('keydown', onBody);
    return () => document.removeEventListener('keydown', onBody);
  }, [isPage, onKeyDown]);
  useEffect(() => onReady?.(() => parts.session.moveAway()), [onReady, parts]);
  return (
    <ReportContext value={services}>
      <div className="report" data-surface={surface.kind} data-keys="own" onKeyDownCapture={onKeyDown}>
        <Body />
        {Shown && <Shown />}
      </div>
    </ReportContext>
  );
}
