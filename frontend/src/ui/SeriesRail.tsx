/** The series of the studies: what there is, how much of it is loaded; dragged or tapped into a viewport. */
import { useState, type DragEvent, type MouseEvent, type ReactElement } from 'react';
import { promisesPictures, type DisplaySet, type SeriesSummary, type StudySummary } from '../domain/displaySet';
import { formatDate } from '../domain/format';
import { objectName } from '../domain/sopClass';
import { t } from '../domain/text';
import { useLoaded, useOverlays, useServices, useStudies, useWorkspace } from './context';
import { Icon, type IconName } from './icons';
import type { SeriesEntry, StudyEntry } from '../api/library';
import { MeasurePanel } from './MeasurePanel';
import { Offers } from './Offers';
import { OverlayPanel } from './OverlayPanel';
import { PriorList } from './PriorList';
import { StudyDownload } from './StudyDownload';

/** The kind of data that a drag carries: the identifier of a display set. */
export const DRAG_TYPE = 'application/x-noctis-set';

function countText(set: DisplaySet): string {
  if (set.kind === 'message') return set.instances.length === 1 ? '' : String(set.instances.length);
  return String(set.frames.length);
}

function titleOf({ description, modality }: SeriesSummary): string {
  return description || modality || t('No description');
}

function Thumbnail({ url, icon }: { readonly url: string | undefined; readonly icon: IconName }): ReactElement {
  const [failed, setFailed] = useState(false);
  if (url === undefined || failed) {
    return (
      <span className="thumbnail thumbnail-none">
        <Icon name={icon} size={28} />
      </span>
    );
  }
  return <img className="thumbnail" src={url} alt="" draggable={false} loading="lazy" onError={() => setFailed(true)} />;
}

function ProgressBar({ set }: { readonly set: DisplaySet }): ReactElement | null {
  const loaded = useLoaded(set.id);
  const total = set.kind === 'pictures' ? set.frames.length : 0;
  if (loaded === 0 || total === 0) return null;
  const share = Math.min(1, loaded / total);
  return <span className="progress" data-complete={share === 1} role="progressbar" aria-label={t('Loaded')} aria-valuemin={0} aria-valuemax={total} aria-valuenow={loaded} style={{ '--share': share } as React.CSSProperties} />;
}

function setIcon(set: DisplaySet): IconName {
  if (set.kind === 'pictures') return 'broken';
  return { video: 'video', overlay: 'overlay', 'no-picture': 'document' }[set.reason] as IconName;
}

function SetCard({ set, several }: { readonly set: DisplaySet; readonly several: boolean }): ReactElement {
  const { dicomWeb, overlays, workspace } = useServices();
  const { sets, active } = useWorkspace();
  useOverlays();
  const visible = workspace.visibleSets.includes(set) || overlays.isShown(set);
  const { series } = set;
  const [first] = set.instances;
  const url = set.kind === 'message' ? undefined : several && first ? dicomWeb.instanceThumbnailURL(first) : dicomWeb.seriesThumbnailURL(series);
  const name = set.kind === 'message' && first ? objectName(first.sopClassUID, series.modality) : '';
  const onDragStart = (event: DragEvent): void => {
    event.dataTransfer.setData(DRAG_TYPE, set.id);
    event.dataTransfer.effectAllowed = 'copy';
  };
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    if (!overlays.show(set)) workspace.place(set);
    if (event.detail > 0) event.currentTarget.blur(); // after the mouse, keys belong to the viewport again
  };
  return (
    <li>
      <button
        type="button"
        className="series-card"
        draggable
        data-set={set.id}
        aria-current={sets[active] === set}
        data-visible={visible}
        title={titleOf(series)}
        onDragStart={onDragStart}
        onClick={onClick}
      >
        <Thumbnail url={url} icon={setIcon(set)} />
        <span className="series-text">
          <span className="series-facts">
            <span className="modality">{series.modality || '—'}</span>
            {series.number !== undefined && <span className="muted">{series.number}</span>}
            <span className="series-count">{countText(set)}</span>
          </span>
          <span className="series-title">{t(name) || titleOf(series)}</span>
        </span>
        <ProgressBar set={set} />
      </button>
    </li>
  );
}

/** A series whose instances aren't known yet, or could not be read. */
function PendingCard({ entry }: { readonly entry: SeriesEntry }): ReactElement {
  const { dicomWeb } = useServices();
  const { summary, status } = entry;
  const url = promisesPictures(summary.modality) ? dicomWeb.seriesThumbnailURL(summary) : undefined;
  return (
    <li>
      <div className="series-card series-pending" data-status={status}>
        <Thumbnail url={url} icon={status === 'failed' ? 'warning' : 'document'} />
        <span className="series-text">
          <span className="series-facts">
            <span className="modality">{summary.modality || '—'}</span>
            {summary.number !== undefined && <span className="muted">{summary.number}</span>}
            <span className="series-count">{summary.instanceCount || ''}</span>
          </span>
          <span className="series-title">{status === 'failed' ? t('Could not be read') : titleOf(summary)}</span>
        </span>
      </div>
    </li>
  );
}

function StudyHeading({ study }: { readonly study: StudySummary }): ReactElement {
  return (
    <h2 className="study-heading">
      <span>{study.description || t('No description')}</span>
      <span className="muted">{formatDate(study.date)}</span>
    </h2>
  );
}

function StudySection({ study }: { readonly study: StudyEntry }): ReactElement {
  return (
    <section className="study" aria-label={study.summary?.description ?? t('Study')}>
      {study.summary && <StudyHeading study={study.summary} />}
      {study.status === 'loading' && <RailSkeleton />}
      {study.status === 'failed' && <p className="rail-note">{t('This study cannot be opened.')}</p>}
      <ul className="series-list">
        {study.series.map((entry) =>
          entry.status === 'ready'
            ? entry.sets.map((set) => <SetCard key={set.id} set={set} several={entry.sets.length > 1} />)
            : <PendingCard key={entry.summary.seriesInstanceUID} entry={entry} />,
        )}
      </ul>
      {study.series.length > 0 && <StudyDownload studyInstanceUID={study.studyInstanceUID} />}
    </section>
  );
}

function RailSkeleton(): ReactElement {
  return (
    <ul className="series-list" aria-hidden="true">
      {[1, 2, 3].map((place) => (
        <li key={place} className="series-card skeleton">
          <span className="thumbnail" />
          <span className="series-text" />
        </li>
      ))}
    </ul>
  );
}

export function SeriesRail(): ReactElement {
  const studies = useStudies();
  return (
    <nav className="rail" aria-label={t('Series')}>
      <Offers />
      {studies.map((study) => (
        <StudySection key={study.studyInstanceUID} study={study} />
      ))}
      <PriorList />
      <MeasurePanel />
      <OverlayPanel />
    </nav>
  );
}
