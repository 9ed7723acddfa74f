/** Axial, coronal and sagittal planes of one series, beside each other. */
import { useEffect, useRef, useSyncExternalStore, type ReactElement } from 'react';
import { PLANES, type PlaneName } from '../cornerstone/mprTools';
import type { MprState, MprView, Slab } from '../cornerstone/mprView';
import { windowNumber } from '../domain/format';
import { valueText, valueUnit } from '../domain/measure';
import { displayName } from '../domain/patient';
import { t } from '../domain/text';
import { toWindow } from '../domain/window';
import { FusionBar } from './FusionBar';
import { FailureTile, LoadingVolume } from './Tiles';

const NAMES: Readonly<Record<PlaneName, string>> = { axial: 'Axial', coronal: 'Coronal', sagittal: 'Sagittal' };
const SLAB_NAMES: Readonly<Record<Exclude<Slab, 'off'>, string>> = { maximum: 'MIP', minimum: 'MinIP', average: 'Average' };

function slabText({ slab, slabMm }: MprState): string {
  return slab === 'off' ? '' : t('{kind} {mm} mm', { kind: t(SLAB_NAMES[slab]), mm: slabMm });
}

function centreText({ centre }: MprState): string {
  if (!centre) return '';
  const [x, y, z] = centre;
  const side = (value: number, negative: string, positive: string): string => `${value < 0 ? negative : positive} ${Math.abs(value).toFixed(1)}`;
  return `${side(x, 'R', 'L')}  ${side(y, 'A', 'P')}  ${side(z, 'F', 'H')} mm`;
}

function windowText({ range }: MprState): string {
  if (!range) return '';
  const { width, center } = toWindow(range);
  return `W ${windowNumber(width, width)}  L ${windowNumber(center, width)}`;
}

/** What the voxels say where the planes meet. */
function valuesText(view: MprView): string {
  const [under, over] = view.valuesAtCentre();
  const [first] = view.set.frames;
  const ofUnder = under === undefined || !first ? '' : valueText({ name: 'value', value: under * valueUnit(first).factor, unit: valueUnit(first).unit });
  const ofOver = over === undefined || !view.layer ? '' : valueText({ name: 'value', value: over, unit: view.layer.unit });
  return [ofUnder, ofOver].filter(Boolean).join(' · ');
}

function PlaneText({ view, state, plane }: { readonly view: MprView; readonly state: MprState; readonly plane: PlaneName }): ReactElement {
  const edges = state.edges[plane];
  return (
    <div className="overlay">
      <div className="corner corner-top-left">
        <p>{displayName(view.set.patient.name)}</p>
        <p>{view.set.patient.id}</p>
      </div>
      <div className="corner corner-top-right">
        <p className="plane-name" data-plane={plane}>{state.oblique[plane] ? t('{plane}, oblique', { plane: t(NAMES[plane]) }) : t(NAMES[plane])}</p>
        <p>{view.set.series.description}</p>
      </div>
      <div className="corner corner-bottom-left">
        <p>{slabText(state)}</p>
        {state.coarse && <p className="coarse-note" data-testid="mpr-coarse">{t('Coarse: {loaded} of {total} images', { loaded: state.loaded, total: state.total })}</p>}
        <p>{view.layer ? t('Fusion · interpolated') : t('MPR · interpolated')}</p>
      </div>
      <div className="corner corner-bottom-right">
        <p data-testid={`values-${plane}`}>{valuesText(view)}</p>
        <p>{centreText(state)}</p>
        <p>{windowText(state)}</p>
      </div>
      {(['left', 'right', 'top', 'bottom'] as const).map((side) => (
        <span key={side} className={`edge edge-${side}`}>{edges[side]}</span>
      ))}
    </div>
  );
}

export function MprGrid({ view, close }: { readonly view: MprView; readonly close: () => void }): ReactElement {
  const state = useSyncExternalStore(view.subscribe, view.getState);
  const grid = useRef<HTMLElement>(null);
  useEffect(() => {
    const elements = [...(grid.current?.querySelectorAll<HTMLDivElement>('.canvas') ?? [])];
    void view.mount(elements);
    return () => view.unmount();
  }, [view]);
  return (
    <main className="grid mpr-grid" data-fusion={view.layer !== undefined} ref={grid} aria-label={t('Multiplanar reconstruction')} data-testid="mpr" data-status={state.status}>
      {PLANES.map((plane) => (
        <section key={plane} className="viewport" aria-label={t(NAMES[plane])} data-testid={`mpr-${plane}`} onContextMenu={(event) => event.preventDefault()}>
          <div className="canvas" />
          {(state.status === 'ready' || state.coarse) && <PlaneText view={view} state={state} plane={plane} />}
        </section>
      ))}
      {state.status === 'loading' && !state.coarse && <LoadingVolume loaded={state.loaded} total={state.total} />}
      {state.coarse && <progress className="coarse-progress" value={state.loaded} max={state.total} aria-label={t('Loaded')} />}
      {view.layer && state.look && <FusionBar view={view} look={state.look} />}
      {state.failure && <FailureTile failure={state.failure} place={view.set.series.description} retry={close} />}
    </main>
  );
}
