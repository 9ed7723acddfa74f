/** Whose pictures these are: always in sight, and loud when there are two. */
import type { ReactElement } from 'react';
import type { StudySummary } from '../domain/displaySet';
import { formatDate, formatTime } from '../domain/format';
import { personLine } from '../domain/overlay';
import { displayName, distinctPatients, type Patient } from '../domain/patient';
import { t } from '../domain/text';
import { useServices, useStudies, useWorkspace } from './context';
import { Icon } from './icons';
import type { StudyEntry } from '../api/library';
import { WindowsWarning } from './Offers';

const nameOf = (patient: Patient): string => displayName(patient.name) || t('No name');

/** The patients of the studies, and of every object in them: an object may name somebody else. */
function allPatients(studies: readonly StudyEntry[]): Patient[] {
  const ofStudies = studies.flatMap(({ summary }) => (summary ? [summary.patient] : []));
  const ofSets = studies.flatMap(({ series }) => series.flatMap(({ sets }) => sets.map(({ patient }) => patient)));
  return distinctPatients([...ofStudies, ...ofSets]);
}

function StudyLine({ study }: { readonly study: StudySummary }): ReactElement {
  const when = [formatDate(study.date), formatTime(study.time)].filter(Boolean).join(' ');
  return (
    <p className="patient-study">
      <span>{study.description || t('No description')}</span>
      {when && <span className="muted">{when}</span>}
      {study.accessionNumber && <span className="muted">{study.accessionNumber}</span>}
    </p>
  );
}

function PatientName({ patient, studyDate }: { readonly patient: Patient; readonly studyDate: string }): ReactElement {
  return (
    <div className="patient" data-testid="patient">
      <p className="patient-name">{nameOf(patient)}</p>
      <p className="patient-data">
        <span>{patient.id}</span>
        <span>{personLine(patient, studyDate)}</span>
      </p>
    </div>
  );
}

function PatientsWarning({ patients }: { readonly patients: readonly Patient[] }): ReactElement {
  return (
    <p className="patient-warning" role="alert">
      <Icon name="warning" size={18} />
      <span>
        <strong>{t('{count} patients in this window', { count: patients.length })}</strong>
        <span className="patient-warning-names">{patients.map((one) => [nameOf(one), one.id].filter(Boolean).join(' ')).join(' — ')}</span>
      </span>
    </p>
  );
}

/** The study and the patient of the active viewport; before there is one, of the first study. */
function useSubject(studies: readonly StudyEntry[]): { study: StudySummary | undefined; patient: Patient | undefined } {
  const { sets, active } = useWorkspace();
  const set = sets[active];
  const entry = studies.find(({ studyInstanceUID }) => studyInstanceUID === set?.series.studyInstanceUID);
  const study = (entry ?? studies.find(({ summary }) => summary))?.summary;
  return { study, patient: set?.patient ?? study?.patient };
}

interface PatientBarProps {
  /** On tablets the series lie in a drawer. */
  readonly drawer: boolean;
  readonly setDrawer: (open: boolean) => void;
}

export function PatientBar({ drawer, setDrawer }: PatientBarProps): ReactElement {
  const { config } = useServices();
  const studies = useStudies();
  const { study, patient } = useSubject(studies);
  const patients = allPatients(studies);
  return (
    <header className="patient-bar">
      <a className="tool back" href={config.worklistURL} aria-label={t('Back to the worklist')} title={t('Back to the worklist')}>
        <Icon name="back" />
      </a>
      <button type="button" className="tool drawer-button" aria-expanded={drawer} aria-label={t('Series')} title={t('Series')} onClick={() => setDrawer(!drawer)}>
        <Icon name="bullets" />
      </button>
      {patient && <PatientName patient={patient} studyDate={study?.date ?? ''} />}
      {study && <StudyLine study={study} />}
      {patients.length > 1 && <PatientsWarning patients={patients} />}
      <WindowsWarning />
    </header>
  );
}
