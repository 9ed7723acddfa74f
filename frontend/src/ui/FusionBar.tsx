/** How the upper series of a fusion is shown: its colours, its window, and how much it covers. */
import type { ReactElement } from 'react';
import type { MprView } from '../cornerstone/mprView';
import { FUSION_MAPS, type FusionLook, type FusionMap } from '../domain/fusion';
import { t } from '../domain/text';
import './fusion.css';

const MAP_NAMES: Readonly<Record<FusionMap, string>> = { hot: 'Hot', rainbow: 'Rainbow', grey: 'Grey' };

interface Props {
  readonly view: MprView;
  readonly look: FusionLook;
}

const twoDigits = (value: number): number => Number(value.toPrecision(3));

/** The greatest value that the slider goes to: round, and about three times what is usual. */
const sliderEnd = (isSuv: boolean, upper: number): number => (isSuv ? Math.max(20, upper) : upper * 3);

function WindowControl({ view, look }: Props): ReactElement {
  const isSuv = view.layer?.unit.includes('SUV') === true;
  const end = sliderEnd(isSuv, look.range.upper);
  const name = isSuv ? t('SUV, up to') : t('{unit}, up to', { unit: view.layer?.unit ?? '' });
  const set = (upper: number): void => {
    if (upper > look.range.lower) view.setLook({ range: { ...look.range, upper } });
  };
  return (
    <label className="fusion-control">
      <span>{name}</span>
      <input type="range" min={end / 100} max={end} step={end / 200} value={look.range.upper} onChange={(event) => set(event.target.valueAsNumber)} />
      <output data-testid="fusion-upper">{twoDigits(look.range.upper)}</output>
    </label>
  );
}

export function FusionBar({ view, look }: Props): ReactElement {
  return (
    <div className="fusion-bar" role="group" aria-label={t('Fusion')} data-keys="own" data-testid="fusion-bar">
      <span className="fusion-name">{view.layer?.set.series.description || view.layer?.set.series.modality}</span>
      <label className="fusion-control">
        <select aria-label={t('Colours')} value={look.map} onChange={(event) => view.setLook({ map: event.target.value as FusionMap })}>
          {FUSION_MAPS.map((map) => (
            <option key={map} value={map}>
              {t(MAP_NAMES[map])}
            </option>
          ))}
        </select>
        <span className={`fusion-scale fusion-scale-${look.map}`} aria-hidden="true" />
      </label>
      <WindowControl view={view} look={look} />
      <label className="fusion-control">
        <span>{t('Cover')}</span>
        <input type="range" min={0} max={1} step={0.05} value={look.opacity} onChange={(event) => view.setLook({ opacity: event.target.valueAsNumber })} />
        <output data-testid="fusion-opacity">{Math.round(look.opacity * 100)} %</output>
      </label>
      {view.layer?.note && <span className="fusion-note">{view.layer.note}</span>}
    </div>
  );
}
