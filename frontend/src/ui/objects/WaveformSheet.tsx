/** ECG and other waveforms, on a grid of millimetres as on paper. */
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { bulkBytes } from '../../cornerstone/frameRequest';
import { toViewerError, type ViewerError } from '../../domain/failure';
import { compact } from '../../domain/format';
import type { Instance } from '../../domain/instance';
import { objectName } from '../../domain/sopClass';
import { t } from '../../domain/text';
import { channelValues, extentOf, millivolts, readWaveforms, tracePath, type Channel, type WaveformGroup } from '../../domain/waveform';

/** Screen pixels for a millimetre of paper. */
const SCALE = 4;
const LANE_MM = 20;
const LABEL_MM = 14;
const SPEEDS = [12.5, 25, 50] as const;
const GAINS = [5, 10, 20] as const;

function useValues(group: WaveformGroup | undefined): { readonly values: Float32Array[] | undefined; readonly failure: ViewerError | undefined } {
  const [state, setState] = useState<{ values?: Float32Array[]; failure?: ViewerError; group?: WaveformGroup }>({});
  useEffect(() => {
    if (!group) return undefined;
    let wanted = true;
    bulkBytes(group.data)
      .then((bytes) => wanted && setState({ group, values: channelValues(group, bytes) }))
      .catch((error: unknown) => wanted && setState({ group, failure: toViewerError(error) }));
    return () => {
      wanted = false;
    };
  }, [group]);
  const current = state.group === group ? state : {};
  return { values: current.values, failure: current.failure };
}

interface Lane {
  readonly path: string;
  readonly label: string;
  readonly scale: string;
}

/** A voltage is drawn to scale about zero; anything else fills its lane, and the scale says how. */
function laneOf(channel: Channel, values: Float32Array, perSample: number, gain: number): Lane {
  const voltage = millivolts(channel.unit);
  if (voltage !== undefined) return { path: tracePath(values, perSample, voltage * gain, 0), label: channel.label, scale: '' };
  const { low, high } = extentOf(values);
  const perUnit = high > low ? (LANE_MM - 4) / (high - low) : 1;
  const scale = `${compact(low)} – ${compact(high)} ${channel.unit}`.trim();
  return { path: tracePath(values, perSample, perUnit, (low + high) / 2), label: channel.label, scale };
}

function Grid({ width, height }: { readonly width: number; readonly height: number }): ReactElement {
  return (
    <>
      <defs>
        <pattern id="mm" width="1" height="1" patternUnits="userSpaceOnUse">
          <path className="grid-fine" d="M1 0H0V1" />
        </pattern>
        <pattern id="cm" width="5" height="5" patternUnits="userSpaceOnUse">
          <path className="grid-coarse" d="M5 0H0V5" />
        </pattern>
      </defs>
      <rect width={width} height={height} fill="url(#mm)" />
      <rect width={width} height={height} fill="url(#cm)" />
    </>
  );
}

function Paper({ group, values, speed, gain }: { readonly group: WaveformGroup; readonly values: readonly Float32Array[]; readonly speed: number; readonly gain: number }): ReactElement {
  const perSample = speed / group.frequencyHz;
  const lanes = useMemo(() => group.channels.map((channel, index) => laneOf(channel, values[index] ?? new Float32Array(), perSample, gain)), [group, values, perSample, gain]);
  const width = Math.ceil(((values[0]?.length ?? 0) * perSample + LABEL_MM) / 5) * 5;
  const height = lanes.length * LANE_MM + 5;
  return (
    <svg className="waveform" width={width * SCALE} height={height * SCALE} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('Waveform of {count} channels', { count: lanes.length })}>
      <Grid width={width} height={height} />
      {lanes.map(({ path, label, scale }, index) => (
        <g key={`${label}-${index}`} transform={`translate(0 ${index * LANE_MM + LANE_MM / 2 + 2.5})`}>
          <text className="lead" x="1.5" y="-4">{label}</text>
          {scale && <text className="lead-scale" x="1.5" y="-0.5">{scale}</text>}
          <path className="trace" d={path} transform={`translate(${LABEL_MM} 0)`} />
        </g>
      ))}
    </svg>
  );
}

interface SegmentedProps {
  readonly label: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly value: number;
  readonly choose: (value: number) => void;
}

function Segmented({ label, unit, values, value, choose }: SegmentedProps): ReactElement {
  return (
    <label className="sheet-choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(Number(event.target.value))}>
        {values.map((one) => (
          <option key={one} value={one}>{`${one} ${unit}`.trim()}</option>
        ))}
      </select>
    </label>
  );
}

interface Paperwork {
  readonly chosen: number;
  readonly speed: number;
  readonly gain: number;
}

function Tools({ groups, paper, change }: { readonly groups: readonly WaveformGroup[]; readonly paper: Paperwork; readonly change: (paper: Paperwork) => void }): ReactElement {
  const group = groups[paper.chosen];
  const isVoltage = group?.channels.some(({ unit }) => millivolts(unit) !== undefined) ?? false;
  return (
    <div className="sheet-tools">
      {groups.length > 1 && <Segmented label={t('Part')} unit="" values={groups.map((_, index) => index + 1)} value={paper.chosen + 1} choose={(part) => change({ ...paper, chosen: part - 1 })} />}
      <Segmented label={t('Speed')} unit="mm/s" values={SPEEDS} value={paper.speed} choose={(speed) => change({ ...paper, speed })} />
      {isVoltage && <Segmented label={t('Gain')} unit="mm/mV" values={GAINS} value={paper.gain} choose={(gain) => change({ ...paper, gain })} />}
      {group && <span className="muted">{`${compact(group.sampleCount / group.frequencyHz, 1)} s · ${compact(group.frequencyHz)} Hz`}</span>}
    </div>
  );
}

export function WaveformSheet({ instance }: { readonly instance: Instance }): ReactElement {
  const groups = useMemo(() => readWaveforms(instance.dataset), [instance]);
  const [paper, setPaper] = useState<Paperwork>({ chosen: 0, speed: 25, gain: 10 });
  const group = groups[paper.chosen];
  const { values, failure } = useValues(group);
  return (
    <article className="sheet-page sheet-wide">
      <h2>{t(objectName(instance.sopClassUID, instance.modality) || 'Waveform')}</h2>
      <Tools groups={groups} paper={paper} change={setPaper} />
      {failure && <p role="alert">{t('The samples could not be loaded.')} {failure.message}</p>}
      {!failure && !values && <p className="muted">{t('Loading …')}</p>}
      {group && values && <Paper group={group} values={values} speed={paper.speed} gain={paper.gain} />}
    </article>
  );
}
