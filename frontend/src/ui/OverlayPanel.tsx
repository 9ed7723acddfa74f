/** What lies over the images, below the series: each segment, structure or layer with its colour. */
import type { MouseEvent, ReactElement } from 'react';
import { cssColour } from '../domain/overlayColour';
import type { Part } from '../domain/overlayObject';
import type { PresentationState } from '../domain/presentationState';
import { t } from '../domain/text';
import { commandById } from '../tools/commands';
import type { Overlay } from '../tools/overlays';
import { useOverlays, useServices } from './context';
import { Icon } from './icons';
import './overlayPanel.css';

/** After the mouse, keys belong to the viewport again. */
const letGo = (event: MouseEvent<HTMLElement>): void => {
  if (event.detail > 0) event.currentTarget.blur();
};

function PartRow({ overlay, part }: { readonly overlay: Overlay; readonly part: Part }): ReactElement {
  const { overlays } = useServices();
  const isShown = overlay.shown.has(part.key);
  return (
    <li className="overlay-part" data-shown={isShown && overlay.visible}>
      <label className="overlay-switch">
        <input type="checkbox" checked={isShown} onClick={letGo} onChange={() => overlays.togglePart(overlay.id, part.key)} aria-label={t('Show {name}', { name: part.name })} />
        <span className="overlay-swatch" style={{ background: cssColour(part.colour) }} aria-hidden="true" />
      </label>
      <button type="button" className="overlay-go" title={t('Go to its middle')} onClick={() => overlays.goTo(overlay.id, part.key)}>
        <span>{part.name}</span>
        {part.detail && <span className="muted">{part.detail}</span>}
      </button>
    </li>
  );
}

/** What of a presentation state was done to the picture, and what not. */
function PresentationNotes({ state }: { readonly state: PresentationState }): ReactElement {
  const applied = [
    state.invert ? t('Inverted') : '',
    state.rotation ? t('Turned by {degrees}°', { degrees: state.rotation }) : '',
    state.flip ? t('Mirrored') : '',
    state.shutter ? t('Shutter') : '',
  ].filter(Boolean);
  return (
    <>
      {state.creator && <p className="overlay-note">{t('By {name}', { name: state.creator })}</p>}
      {applied.length > 0 && <p className="overlay-note">{applied.join(' · ')}</p>}
      {state.unsupported.length > 0 && (
        <p className="overlay-note overlay-missing" data-testid="overlay-unsupported">
          {t('Not shown: {what}.', { what: state.unsupported.map((one) => t(one)).join(', ') })}
        </p>
      )}
    </>
  );
}

function Notes({ overlay }: { readonly overlay: Overlay }): ReactElement | null {
  const { content } = overlay;
  if (content.kind === 'presentation') return <PresentationNotes state={content.object} />;
  const leftOut = content.kind === 'structures' ? content.object.leftOut : 0;
  if (leftOut > 0) return <p className="overlay-note overlay-missing">{t('{count} contours of other kinds are not drawn.', { count: leftOut })}</p>;
  return overlay.parts.length === 0 ? <p className="overlay-note">{t('It is empty.')}</p> : null;
}

function OverlayGroup({ overlay }: { readonly overlay: Overlay }): ReactElement {
  const { overlays } = useServices();
  const { id, title, parts, shown, visible } = overlay;
  return (
    <section className="overlay-group" aria-label={title} data-visible={visible}>
      <header>
        <label className="overlay-title">
          <input type="checkbox" checked={visible} onClick={letGo} onChange={() => overlays.toggle(id)} />
          <span title={title}>{title}</span>
        </label>
        {parts.length > 1 && (
          <button type="button" className="sheet-link" onClick={() => overlays.showParts(id, shown.size === 0)}>
            {shown.size === 0 ? t('All') : t('None')}
          </button>
        )}
        <button type="button" className="measure-action" aria-label={t('Put away')} title={t('Put away')} onClick={() => overlays.remove(id)}>
          <Icon name="close" size={15} />
        </button>
      </header>
      <Notes overlay={overlay} />
      <ul>
        {parts.map((part) => (
          <PartRow key={part.key} overlay={overlay} part={part} />
        ))}
      </ul>
    </section>
  );
}

export function OverlayPanel(): ReactElement | null {
  const { overlays } = useServices();
  const { list, opacity, hidden, problem } = useOverlays();
  if (list.length === 0) return null;
  const key = commandById('overlays').keys[0] ?? '';
  return (
    <details className="measure-panel overlay-panel" aria-label={t('Overlays')} data-testid="overlays" open>
      <summary className="study-heading">
        <span>{t('Overlays')}</span>
        <span className="muted">{list.length}</span>
      </summary>
      <div className="overlay-all">
        <label className="overlay-opacity">
          <span>{t('Opacity')}</span>
          <input type="range" min={0} max={100} step={5} value={Math.round(opacity * 100)} onChange={(event) => overlays.setOpacity(Number(event.target.value) / 100)} onPointerUp={(event) => event.currentTarget.blur()} />
        </label>
        <button type="button" className="button overlay-hide" aria-pressed={hidden} title={`${hidden ? t('Show all') : t('Hide all')} (${key})`} onClick={() => overlays.toggleHidden()}>
          <Icon name="eye" size={16} />
          {hidden ? t('Show all') : t('Hide all')}
        </button>
      </div>
      {list.map((overlay) => (
        <OverlayGroup key={overlay.id} overlay={overlay} />
      ))}
      {problem && <p className="overlay-note overlay-missing" role="alert">{problem}</p>}
    </details>
  );
}
