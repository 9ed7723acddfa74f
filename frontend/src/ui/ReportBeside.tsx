/** The report beside the images: loaded when it is first wanted, as wide as one likes. */
import { lazy, Suspense, useEffect, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react';
import { t } from '../domain/text';
import { useServices, useWorkspace } from './context';
import { WindowLink } from './report/link';
import { showImage } from './showImage';

const ReportPanel = lazy(() => import('./report/ReportPanel'));

export const REPORT_WIDTH = 560;
const NARROWEST = 380;
const STEP = 40;

const fitting = (width: number): number => Math.round(Math.min(window.innerWidth * 0.7, Math.max(NARROWEST, width)));

interface WidthProps {
  readonly width: number;
  readonly setWidth: (width: number) => void;
}

function Divider({ width, setWidth }: WidthProps): ReactElement {
  const follow = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons === 1) setWidth(fitting(window.innerWidth - event.clientX));
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? STEP : event.key === 'ArrowRight' ? -STEP : 0;
    if (!step) return;
    event.preventDefault();
    setWidth(fitting(width + step));
  };
  return (
    <div
      className="report-divider"
      role="separator"
      tabIndex={0}
      data-keys="own"
      aria-orientation="vertical"
      aria-label={t('Width of the report')}
      aria-valuemin={NARROWEST}
      aria-valuenow={width}
      onKeyDown={onKey}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={follow}
    />
  );
}

/** Other windows of this browser ask for images: the report in a window of its own. */
export function useImageRequests(): void {
  const { config, library, workspace } = useServices();
  useEffect(() => {
    const links = config.studyInstanceUIDs.map((study) => new WindowLink(study));
    for (const link of links) link.listen((message) => message.type === 'image.show' && showImage(library, workspace, message.place));
    return () => {
      for (const link of links) link.close();
    };
  }, [config, library, workspace]);
  useEffect(() => {
    if (config.report && new URLSearchParams(window.location.search).has('report')) workspace.setReport(true);
  }, [config, workspace]);
}

export function ReportBeside({ width, setWidth }: WidthProps): ReactElement | null {
  const { config } = useServices();
  const { showReport } = useWorkspace();
  const [study] = config.studyInstanceUIDs;
  if (!showReport || !config.report || study === undefined) return null;
  return (
    <>
      <Divider width={width} setWidth={setWidth} />
      <section className="report-beside" aria-label={t('Report')}>
        <Suspense fallback={<p className="rail-note">{t('Opening …')}</p>}>
          <ReportPanel study={study} places={config.report} />
        </Suspense>
      </section>
    </>
  );
}
