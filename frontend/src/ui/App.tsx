/** The page: patient, tools, series, viewports. */
import { useEffect, useMemo, useState, type CSSProperties, type ReactElement } from 'react';
import { viewportCount } from '../domain/layout';
import { t } from '../domain/text';
import { handleKey } from '../tools/keyboard';
import { useServices, useStudies, useWorkspace } from './context';
import { HelpDialog } from './HelpDialog';
import type { IconName } from './icons';
import type { StudyEntry } from '../api/library';
import { MprGrid } from './MprGrid';
import { NetworkNotice, PageState, SignInNotice, usePageFailure } from './Notices';
import { useReadingPlace, useViewLinks, useWindows } from './Offers';
import { Opening } from './opening';
import { REPORT_WIDTH, ReportBeside, useImageRequests } from './ReportBeside';
import { useNextStudy } from './nextStudy';
import { PatientBar } from './PatientBar';
import { isPriorKey } from './PriorList';
import { PreferencesDialog } from './PreferencesDialog';
import { SeriesRail } from './SeriesRail';
import { SolidPage } from './SolidPage';
import { TextPrompt } from './TextPrompt';
import { Toolbar } from './Toolbar';
import { Viewport } from './Viewport';

const NARROW = '(max-width: 760px)';

const isLoading = ({ status, series }: StudyEntry): boolean => status === 'loading' || series.some((entry) => entry.status === 'loading');

function useKeyboard(): void {
  const { config, workspace } = useServices();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isPriorKey(event, config) || handleKey(event, workspace)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [config, workspace]);
}

function useOpening(studies: readonly StudyEntry[]): void {
  const { config, hanger, workspace } = useServices();
  const opening = useMemo(() => new Opening(workspace, hanger, config, window.location.hash), [config, hanger, workspace]);
  useEffect(() => opening.update(studies, window.matchMedia(NARROW).matches), [opening, studies]);
}

/** What was measured before, as soon as its images are known. */
function useKeptMeasurements(studies: readonly StudyEntry[]): void {
  const { config, keyImages, measurements } = useServices();
  useEffect(() => {
    for (const study of config.studyInstanceUIDs) {
      void measurements.load(study);
      void keyImages.load(study);
    }
  }, [config, keyImages, measurements]);
  useEffect(() => measurements.place(), [measurements, studies]);
}

function Grid({ studies }: { readonly studies: readonly StudyEntry[] }): ReactElement {
  const { layout, maximised } = useWorkspace();
  const waiting = studies.some(isLoading);
  const style = { '--rows': layout.rows, '--columns': layout.columns } as CSSProperties;
  return (
    <main className="grid" data-maximised={maximised} style={style} aria-label={t('Viewports')}>
      {Array.from({ length: viewportCount(layout) }, (_, index) => (
        <Viewport key={index} index={index} waiting={waiting} />
      ))}
    </main>
  );
}

/** Planes, a volume in 3D, or the viewports. */
function Reading({ studies }: { readonly studies: readonly StudyEntry[] }): ReactElement {
  const { workspace } = useServices();
  const { mpr, solid } = useWorkspace();
  const close = (): void => workspace.closeVolume();
  if (mpr) return <MprGrid key={`${mpr.set.id}/${mpr.layer?.set.id ?? ''}`} view={mpr} close={close} />;
  if (solid) return <SolidPage key={solid.set.id} view={solid} close={close} />;
  return <Grid studies={studies} />;
}

type ClosedReason = 'none' | 'not-found' | 'network' | 'failed';

/** Why no study can be opened at all; undefined as long as one can. */
function closedReason(studies: readonly StudyEntry[]): ClosedReason | undefined {
  if (studies.length === 0) return 'none';
  if (!studies.every(({ status }) => status === 'failed')) return undefined;
  const reasons = (['not-found', 'network'] as const).find((kind) => studies.every(({ failure }) => failure?.kind === kind));
  return reasons ?? 'failed';
}

const CLOSED: Readonly<Record<ClosedReason, readonly [IconName, title: string, text: string]>> = {
  none: ['layout', 'No study chosen', 'Choose a study in the worklist.'],
  'not-found': ['broken', 'Study not found', 'It does not exist, or you may not see it.'],
  network: ['plug', 'The study cannot be opened', 'It opens by itself as soon as the server can be reached.'],
  failed: ['warning', 'The study cannot be opened', 'The server did not answer as expected.'],
};

function Closed({ reason }: { readonly reason: ClosedReason }): ReactElement {
  const [icon, title, text] = CLOSED[reason];
  return <PageState icon={icon} title={t(title)} text={t(text)} canRetry={reason !== 'none'} />;
}

/** Why something cannot be shown as it was asked for. */
function GeometryNotice({ text }: { readonly text: string }): ReactElement {
  const { workspace } = useServices();
  return (
    <div className="geometry-notice" role="alert">
      <p>{t(text)}</p>
      <button type="button" className="button" onClick={() => workspace.dismissNotice()}>
        {t('Close')}
      </button>
    </div>
  );
}

export function App(): ReactElement {
  const studies = useStudies();
  const failure = usePageFailure();
  const closed = closedReason(studies);
  const { showReport, notice } = useWorkspace();
  const [width, setWidth] = useState(REPORT_WIDTH);
  const [drawer, setDrawer] = useState(false);
  const style = { '--report-width': `${width}px` } as CSSProperties;
  useKeyboard();
  useImageRequests();
  useOpening(studies);
  useKeptMeasurements(studies);
  useReadingPlace();
  useViewLinks();
  useWindows();
  useNextStudy();
  return (
    <div className="viewer" data-report={showReport} data-drawer={drawer} style={style}>
      <PatientBar drawer={drawer} setDrawer={setDrawer} />
      {failure === 'session' && <SignInNotice />}
      {failure === 'network' && <NetworkNotice />}
      {closed ? (
        <Closed reason={closed} />
      ) : (
        <>
          <Toolbar />
          <SeriesRail />
          {drawer && <button type="button" className="drawer-shade" aria-label={t('Close the list of series')} onClick={() => setDrawer(false)} />}
          <Reading studies={studies} />
          <ReportBeside width={width} setWidth={setWidth} />
        </>
      )}
      {notice && <GeometryNotice text={notice} />}
      <HelpDialog />
      <PreferencesDialog />
      <TextPrompt />
    </div>
  );
}
