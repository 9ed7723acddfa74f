/** A series in 3D with what can be done to it beside. */
import { useEffect, useRef, useSyncExternalStore, type ReactElement } from 'react';
import type { SolidState, SolidView } from '../cornerstone/solidView';
import { VIEWS, WHOLE, type ViewName } from '../domain/rendering';
import { displayName } from '../domain/patient';
import { t } from '../domain/text';
import { FailureTile, LoadingVolume } from './Tiles';
import './solid.css';

const VIEW_NAMES: Readonly<Record<ViewName, string>> = { A: 'From the front', P: 'From behind', L: 'From the left', R: 'From the right', H: 'From the head', F: 'From the feet' };
const AXES = [
  ['R', 'L', 'Right to left'],
  ['A', 'P', 'Front to back'],
  ['F', 'H', 'Foot to head'],
] as const;

interface Props {
  readonly view: SolidView;
  readonly state: SolidState;
}

function Presets({ view, state }: Props): ReactElement {
  return (
    <fieldset>
      <legend>{t('Preset')}</legend>
      {view.presets.map(({ name, label }, index) => (
        <button key={name} type="button" className="solid-preset" aria-pressed={index === state.preset} onClick={() => view.choose(index)}>
          <span>{t(label)}</span>
          {index < 9 && <kbd>{index + 1}</kbd>}
        </button>
      ))}
    </fieldset>
  );
}

function Opacity({ view, state }: Props): ReactElement {
  return (
    <fieldset>
      <legend>{t('Opacity')}</legend>
      <label className="solid-slider">
        <input type="range" min={-0.6} max={0.6} step={0.01} value={state.shift} onChange={(event) => view.setShift(event.target.valueAsNumber)} aria-label={t('More transparent')} />
        <output>{`${state.shift > 0 ? '+' : ''}${Math.round(state.shift * 100)} %`}</output>
      </label>
      <p className="solid-hint">
        <kbd>[</kbd> <kbd>]</kbd> {t('or drag with the right button')}
      </p>
    </fieldset>
  );
}

function Box({ view, state }: Props): ReactElement {
  return (
    <fieldset>
      <legend>{t('Box')}</legend>
      {AXES.map(([from, to, name], axis) => (
        <div key={from} className="solid-axis" role="group" aria-label={t(name)}>
          <span aria-hidden="true">{from}</span>
          <div className="solid-ends">
            {([0, 1] as const).map((end) => (
              <input
                key={end}
                type="range"
                min={0}
                max={1}
                step={0.01}
                value={state.crop[axis as 0 | 1 | 2][end]}
                aria-label={t('{axis}: cut at {side}', { axis: t(name), side: end === 0 ? from : to })}
                onChange={(event) => view.moveCrop(axis as 0 | 1 | 2, end, event.target.valueAsNumber)}
              />
            ))}
          </div>
          <span aria-hidden="true">{to}</span>
        </div>
      ))}
      <button type="button" className="button" disabled={state.crop === WHOLE} onClick={() => view.setCrop(WHOLE)}>
        {t('Whole volume')}
      </button>
    </fieldset>
  );
}

function Views({ view }: { readonly view: SolidView }): ReactElement {
  return (
    <fieldset>
      <legend>{t('Look')}</legend>
      <div className="solid-views">
        {VIEWS.map((name) => (
          <button key={name} type="button" className="button" title={`${t(VIEW_NAMES[name])} (${name.toLowerCase()})`} aria-label={t(VIEW_NAMES[name])} onClick={() => view.lookFrom(name)}>
            {name}
          </button>
        ))}
      </div>
      <p className="solid-hint">{t('Arrow keys turn by 15°, X resets all.')}</p>
    </fieldset>
  );
}

function Corners({ view, state }: Props): ReactElement {
  return (
    <div className="overlay">
      <div className="corner corner-top-left">
        <p>{displayName(view.set.patient.name)}</p>
        <p>{view.set.patient.id}</p>
      </div>
      <div className="corner corner-top-right">
        <p>{view.set.series.description}</p>
      </div>
      <div className="corner corner-bottom-left">
        <p>{state.fine ? '' : t('Drawing…')}</p>
        <p>{t('3D · not for measuring')}</p>
      </div>
      {(['left', 'right', 'top', 'bottom'] as const).map((side) => (
        <span key={side} className={`edge edge-${side}`}>{state.edges[side]}</span>
      ))}
    </div>
  );
}

const SHIFT_PER_PIXEL = 0.002;

/** The right button moves the opacity, as it moves the window of a stack. */
function useOpacityDrag(view: SolidView): (event: React.PointerEvent<HTMLDivElement>) => void {
  return (event) => {
    if (event.buttons !== 2) return;
    view.setShift(view.getState().shift + event.movementY * SHIFT_PER_PIXEL);
  };
}

export function SolidPage({ view, close }: { readonly view: SolidView; readonly close: () => void }): ReactElement {
  const state = useSyncExternalStore(view.subscribe, view.getState);
  const place = useRef<HTMLDivElement>(null);
  const onPointerMove = useOpacityDrag(view);
  useEffect(() => {
    if (place.current) void view.mount(place.current);
    return () => view.unmount();
  }, [view]);
  return (
    <main className="grid solid-page" aria-label={t('Volume in 3D')} data-testid="solid" data-status={state.status} data-fine={state.fine}>
      <section className="viewport" aria-label={t('3D')} data-testid="solid-viewport" onContextMenu={(event) => event.preventDefault()} onPointerMove={onPointerMove}>
        <div className="canvas" ref={place} />
        {state.status === 'ready' && <Corners view={view} state={state} />}
      </section>
      {state.status === 'ready' && (
        <aside className="solid-panel" aria-label={t('3D settings')}>
          <Presets view={view} state={state} />
          <Opacity view={view} state={state} />
          <Box view={view} state={state} />
          <Views view={view} />
        </aside>
      )}
      {state.status === 'loading' && <LoadingVolume loaded={state.loaded} total={state.total} />}
      {state.failure && <FailureTile failure={state.failure} place={view.set.series.description} retry={close} />}
    </main>
  );
}
