/** The value under a finger that stays, above it where it can be read. */
import type { ReactElement } from 'react';
import type { Probe, ViewState } from '../cornerstone/stackView';
import { valueText, valueUnit } from '../domain/measure';
import { t } from '../domain/text';

function textOf({ value }: Probe, { set, index }: ViewState): string {
  const frame = set?.frames[index];
  if (value === undefined || !frame) return t('outside of the image');
  if (typeof value !== 'number') return `RGB ${value.join(' ')}`;
  const { unit, factor } = valueUnit(frame);
  return valueText({ name: 'value', value: value * factor, unit });
}

export function ProbeBubble({ state }: { readonly state: ViewState }): ReactElement | null {
  const { probe } = state;
  if (!probe) return null;
  const [left, top] = probe.place;
  return (
    <p className="probe-bubble" role="status" data-testid="probe-bubble" style={{ left, top }}>
      <strong>{textOf(probe, state)}</strong>
      {probe.value !== undefined && <span className="muted">{probe.pixel.join(', ')}</span>}
    </p>
  );
}
