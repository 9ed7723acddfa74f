/** The report editor in the viewer's window. */
import { useRef, type ReactElement } from 'react';
import type { ReportPlaces } from '../../api/config';
import { useServices } from '../context';
import { showImage } from '../showImage';
import { ReportView } from './ReportView';

interface ReportPanelProps {
  readonly study: string;
  readonly places: ReportPlaces;
}

export default function ReportPanel({ study, places }: ReportPanelProps): ReactElement {
  const { config, library, workspace } = useServices();
  const moveAway = useRef<() => Promise<boolean>>(() => Promise.resolve(true));
  const { worklistURL, loginURL } = config;
  const close = async (): Promise<boolean> => {
    const safe = await moveAway.current();
    if (safe) workspace.setReport(false);
    return safe;
  };
  const popOut = async (): Promise<void> => {
    const facility = places.facility ? `&facility=${encodeURIComponent(places.facility)}` : '';
    if (await close()) window.open(`${places.reportURL}?StudyInstanceUID=${encodeURIComponent(study)}${facility}`, `noctis-report-${study}`, 'popup,width=1200,height=900');
  };
  return (
    <ReportView
      config={{ ...places, studyInstanceUID: study, worklistURL, loginURL }}
      surface={{ kind: 'panel', close: () => void close(), popOut: () => void popOut() }}
      showImage={(place) => void showImage(library, workspace, place)}
      onReady={(leave) => {
        moveAway.current = leave;
      }}
    />
  );
}
