/** A video, played by the browser; or why it is not, and how to see it all the same. */
import { useEffect, useState, type ReactElement } from 'react';
import type { MessageSet } from '../domain/displaySet';
import { toViewerError } from '../domain/failure';
import type { Instance } from '../domain/instance';
import { displayName } from '../domain/patient';
import { t } from '../domain/text';
import { videoCoding, videoSuffix } from '../domain/video';
import { useServices } from './context';
import { Icon } from './icons';
import './overlayPanel.css';

interface Stream {
  readonly url: string;
  readonly type: string;
}

/** The stream of a video once it is here, or what kept it from coming. */
function useStream(instance: Instance): Stream | string | undefined {
  const { dicomWeb } = useServices();
  const [stream, setStream] = useState<Stream | string>();
  useEffect(() => {
    const ending = new AbortController();
    let url = '';
    dicomWeb
      .video(instance, ending.signal)
      .then((blob) => {
        url = URL.createObjectURL(blob);
        if (!ending.signal.aborted) setStream({ url, type: blob.type });
      })
      .catch((error: unknown) => {
        if (!ending.signal.aborted) setStream(toViewerError(error).message || t('The server could not deliver this'));
      });
    return () => {
      ending.abort();
      setTimeout(() => URL.revokeObjectURL(url), 0);
    };
  }, [dicomWeb, instance]);
  return stream;
}

function Unplayable({ instance, stream }: { readonly instance: Instance; readonly stream: Stream }): ReactElement {
  return (
    <div className="tile" role="status">
      <Icon name="video" size={32} />
      <p className="tile-title">{t('This browser cannot play this video')}</p>
      <p className="tile-text">{t('It is coded as {coding}. Save it and open it with a player that knows this, such as VLC.', { coding: videoCoding(instance.transferSyntaxUID) || stream.type })}</p>
      <a className="button" href={stream.url} download={`video.${videoSuffix(stream.type)}`}>
        <Icon name="download" size={16} />
        {t('Save the video')}
      </a>
    </div>
  );
}

function Player({ instance }: { readonly instance: Instance }): ReactElement {
  const stream = useStream(instance);
  const [failed, setFailed] = useState(false);
  if (stream === undefined) return <div className="tile tile-loading" role="status"><span className="spinner" aria-hidden="true" /><p className="tile-text">{t('Loading the video')}</p></div>;
  if (typeof stream === 'string') return <div className="tile" role="alert"><Icon name="video" size={32} /><p className="tile-title">{stream}</p></div>;
  if (failed) return <Unplayable instance={instance} stream={stream} />;
  return <video className="video" src={stream.url} controls loop playsInline muted autoPlay aria-label={t('Video')} data-testid="video" data-keys="own" onError={() => setFailed(true)} />;
}

/** The videos of a series, one at a time, with the patient's name above. */
export function VideoTile({ set }: { readonly set: MessageSet }): ReactElement | null {
  const [chosen, setChosen] = useState(0);
  const instance = set.instances[chosen];
  if (!instance) return null;
  return (
    <div className="video-sheet">
      <p className="video-head">
        <strong>{displayName(set.patient.name)}</strong>
        <span className="muted">{[set.patient.id, set.series.modality, set.series.description].filter(Boolean).join(' · ')}</span>
        {set.instances.length > 1 && (
          <select aria-label={t('Video')} value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
            {set.instances.map((one, index) => (
              <option key={one.sopInstanceUID} value={index}>
                {t('Video {number}', { number: one.instanceNumber ?? index + 1 })}
              </option>
            ))}
          </select>
        )}
      </p>
      <Player key={instance.sopInstanceUID} instance={instance} />
    </div>
  );
}
