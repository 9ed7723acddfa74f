/** What the reader may want next: to go on where reading stopped, or to cut through thin slices. */
import { useEffect, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import { DEFAULT_PROTOCOLS } from '../domain/hangingDefaults';
import type { DisplaySet } from '../domain/displaySet';
import { formatDate } from '../domain/format';
import { identity } from '../domain/patient';
import { t } from '../domain/text';
import { viewOfFragment } from '../domain/viewLink';
import { checkVolume } from '../domain/volume';
import { ReadingPlaceKeeper } from '../tools/readingPlace';
import { useServices, useStudies, useWorkspace } from './context';
import { Icon } from './icons';
import type { StudyEntry } from '../api/library';

const THIN_MM = 2;
const MANY = 40;

function isThin(set: DisplaySet | undefined): boolean {
  const isCut = DEFAULT_PROTOCOLS.some(({ extra, match }) => extra === 'mpr' && match.modalities.includes(set?.series.modality ?? ''));
  if (set?.kind !== 'pictures' || !isCut || set.frames.length < MANY) return false;
  const check = checkVolume(set.frames);
  return check.kind === 'regular' && check.spacingMm <= THIN_MM;
}

interface OfferProps {
  readonly text: string;
  readonly hint: string;
  readonly take: () => void;
  readonly close: () => void;
}

function Offer({ text, hint, take, close }: OfferProps): ReactElement {
  return (
    <div className="offer">
      <button type="button" className="offer-take" onClick={take}>
        <span>{text}</span>
        <span className="muted">{hint}</span>
      </button>
      <button type="button" className="tool offer-close" aria-label={t('No, thank you')} onClick={close}>
        ×
      </button>
    </div>
  );
}

const find = (studies: readonly StudyEntry[]) => (id: string): DisplaySet | undefined => studies.flatMap(({ series }) => series.flatMap(({ sets }) => sets)).find((set) => set.id === id);

function ResumeOffer(): ReactElement | null {
  const { config, hanger, workspace } = useServices();
  const studies = useStudies();
  const [closed, setClosed] = useState(false);
  const place = config.places.find(({ studyInstanceUID }) => studyInstanceUID === config.studyInstanceUIDs[0]);
  if (!place || closed || studies.every(({ series }) => series.every(({ sets }) => sets.length === 0))) return null;
  const take = (): void => {
    setClosed(true);
    if (!hanger.showText(place.view, find(studies))) workspace.tell('What was seen then is not there any more.');
  };
  return <Offer text={t('Continue where you were')} hint={formatDate(place.at.slice(0, 10).replaceAll('-', ''))} take={take} close={() => setClosed(true)} />;
}

function PlanesOffer(): ReactElement | null {
  const { workspace } = useServices();
  const { sets, active, mpr } = useWorkspace();
  const [closed, setClosed] = useState(false);
  const set = sets[active];
  const thin = useMemo(() => isThin(set), [set]);
  if (!thin || closed || mpr) return null;
  const take = (): void => {
    setClosed(true);
    workspace.toggleMpr();
  };
  return <Offer text={t('Thin slices: three planes')} hint="m" take={take} close={() => setClosed(true)} />;
}

export function Offers(): ReactElement {
  return (
    <div className="offers" data-testid="offers">
      <ResumeOffer />
      <PlanesOffer />
    </div>
  );
}

/** Keep what is seen of the first study, once the reader does something. */
export function useReadingPlace(): void {
  const { config, places, workspace } = useServices();
  const [study] = config.studyInstanceUIDs;
  useEffect(() => {
    if (study === undefined) return undefined;
    const keeper = new ReadingPlaceKeeper(workspace, places, study);
    const touch = (): void => keeper.touch();
    const leave = (): void => keeper.keep(true);
    const kinds = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const kind of kinds) document.addEventListener(kind, touch, { capture: true, passive: true });
    window.addEventListener('pagehide', leave);
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, touch, { capture: true });
      window.removeEventListener('pagehide', leave);
    };
  }, [places, study, workspace]);
}

/** Another link to a view of the same studies, put into the address bar. */
export function useViewLinks(): void {
  const { hanger, workspace } = useServices();
  const studies = useStudies();
  useEffect(() => {
    const onChange = (): void => {
      const view = viewOfFragment(window.location.hash);
      if (view && !hanger.show(view, find(studies))) workspace.tell('What the link shows is not among the studies that are open.');
    };
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, [hanger, studies, workspace]);
}

/** Tell the other windows whose pictures are here. */
export function useWindows(): void {
  const { windows } = useServices();
  const studies = useStudies();
  useEffect(() => {
    const patients = studies.flatMap(({ summary, series }) => [...(summary ? [summary.patient] : []), ...series.flatMap(({ sets }) => sets.map(({ patient }) => patient))]);
    windows.setPatients([...new Set(patients.map(identity))]);
  }, [studies, windows]);
  useEffect(() => {
    const [leave, comeBack] = [() => windows.leave(), () => windows.comeBack()];
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', comeBack);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', comeBack);
    };
  }, [windows]);
}

/** Loud as long as another patient is open in another window. */
export function WindowsWarning(): ReactElement | null {
  const { windows } = useServices();
  const { own, strangers } = useSyncExternalStore(windows.subscribe, windows.getState);
  const [first] = strangers;
  if (first === undefined) return null;
  return (
    <p className="patient-warning" role="alert" data-testid="windows-warning">
      <Icon name="warning" size={18} />
      <span>
        <strong>{t('Another patient is open in window {numbers}', { numbers: strangers.join(', ') })}</strong>
        <span className="patient-warning-names">{t('This is window {own}', { own })}</span>
      </span>
    </p>
  );
}
