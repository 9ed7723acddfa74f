/** What stands in a viewport instead of a picture. */
import type { ReactElement, ReactNode } from 'react';
import { picturesOf, type MessageSet } from '../domain/displaySet';
import type { FailureKind, ViewerError } from '../domain/failure';
import { number, text } from '../domain/dataset';
import type { Instance } from '../domain/instance';
import { ENCAPSULATED_PDF, objectName } from '../domain/sopClass';
import { Tag } from '../domain/tags';
import { t } from '../domain/text';
import { useOverlays, useServices, useStudies } from './context';
import { hasSheet, ObjectSheet } from './objects/ObjectSheet';
import { Icon, type IconName } from './icons';
import { VideoTile } from './VideoTile';

interface TileProps {
  readonly icon: IconName;
  readonly title: string;
  readonly tone?: 'quiet' | 'danger';
  readonly children?: ReactNode;
}

function Tile({ icon, title, tone = 'quiet', children }: TileProps): ReactElement {
  return (
    <div className="tile" data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      <Icon name={icon} size={32} />
      <p className="tile-title">{title}</p>
      {children}
    </div>
  );
}

export function EmptyTile(): ReactElement {
  return (
    <Tile icon="layout" title={t('Empty viewport')}>
      <p className="tile-text">{t('Drag a series here, or choose one in the list.')}</p>
    </Tile>
  );
}

export function LoadingTile({ label }: { readonly label: string }): ReactElement {
  return (
    <div className="tile tile-loading" role="status">
      <span className="spinner" aria-hidden="true" />
      <p className="tile-text">{label}</p>
    </div>
  );
}

function documentTitle(set: MessageSet, index: number): string {
  const instance = set.instances[index];
  return text(instance?.dataset, Tag.DocumentTitle) || t('Open the document');
}

/** An object of an image class that holds no pixels says so; others say what they are. */
function typeOf({ sopClassUID, modality, dataset }: Instance): string {
  return objectName(sopClassUID, modality) || (number(dataset, Tag.Rows) === undefined ? 'Unknown type' : 'Image without pixel data');
}

export function MessageTile({ set }: { readonly set: MessageSet }): ReactElement {
  if (set.reason === 'video') return <VideoTile set={set} />;
  if (set.reason === 'overlay') return <OverlayTile set={set} />;
  if (set.instances.some(hasSheet)) return <ObjectSheet set={set} bare={<NoPictureTile set={set} />} />;
  return <NoPictureTile set={set} />;
}

/** What belongs over images lies in a viewport by itself: a way to them, or why there is none. */
function OverlayTile({ set }: { readonly set: MessageSet }): ReactElement {
  const { overlays, workspace } = useServices();
  useStudies();
  useOverlays();
  const [first] = set.instances;
  const [alone] = picturesOf(set);
  const here = overlays.canShow(set);
  return (
    <Tile icon="overlay" title={first ? t(typeOf(first)) : ''}>
      <p className="tile-text">{here ? set.series.description : t('The images that it was made for are not open here. Open their study beside this one, if the archive has it.')}</p>
      {here && (
        <button type="button" className="button" onClick={() => overlays.show(set)}>
          {t('Show on the images')}
        </button>
      )}
      {alone && (
        <button type="button" className="button" onClick={() => workspace.place(alone)}>
          {t('Show its frames alone')}
        </button>
      )}
    </Tile>
  );
}

function NoPictureTile({ set }: { readonly set: MessageSet }): ReactElement {
  const { dicomWeb } = useServices();
  const [first] = set.instances;
  const documents = set.instances.filter(({ sopClassUID }) => sopClassUID === ENCAPSULATED_PDF);
  return (
    <Tile icon="document" title={t('This object has no picture')}>
      <p className="tile-text">
        {[first ? t(typeOf(first)) : '', set.series.modality, set.series.description].filter(Boolean).join(' · ')}
      </p>
      {documents.map((instance, index) => (
        <a key={instance.sopInstanceUID} className="button" href={dicomWeb.documentURL(instance)} target="_blank" rel="noopener noreferrer">
          <Icon name="open" size={16} />
          {documentTitle(set, index)}
        </a>
      ))}
    </Tile>
  );
}

const FAILURES: Readonly<Record<FailureKind, readonly [IconName, string]>> = {
  'not-found': ['broken', 'This is no longer in the archive'],
  session: ['lock', 'Your session has ended'],
  network: ['plug', 'The server cannot be reached'],
  server: ['broken', 'The server could not deliver this'],
  decode: ['broken', 'This image cannot be decoded'],
};

interface FailureTileProps {
  readonly failure: ViewerError;
  readonly place: string;
  readonly retry: () => void;
}

export function FailureTile({ failure, place, retry }: FailureTileProps): ReactElement {
  const [icon, title] = FAILURES[failure.kind];
  const hasReason = failure.message !== '' && (failure.kind === 'server' || failure.kind === 'decode');
  return (
    <Tile icon={icon} title={t(title)} tone="danger">
      <p className="tile-text">{place}</p>
      {hasReason && <p className="tile-reason">{failure.message}</p>}
      <button type="button" className="button" onClick={retry}>
        {t('Try again')}
      </button>
    </Tile>
  );
}

/** A volume is on its way. */
export function LoadingVolume({ loaded, total }: { readonly loaded: number; readonly total: number }): ReactElement {
  return (
    <div className="tile tile-loading mpr-waiting" role="status">
      <span className="spinner" aria-hidden="true" />
      <p className="tile-text">{t('Loading the volume: {loaded} of {total}', { loaded, total })}</p>
      <progress value={total > 0 ? loaded / total : 0} max={1} aria-label={t('Loaded')} />
    </div>
  );
}
