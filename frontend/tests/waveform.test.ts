import { describe, expect, it } from 'vitest';
import { channelValues, extentOf, readWaveforms, tracePath, type WaveformGroup } from '../src/domain/waveform';
import { dataset } from './datasets';

const channel = (name: string, sensitivity: number): ReturnType<typeof dataset> =>
  dataset({
    ChannelSourceSequence: dataset({ CodeMeaning: name }),
    ChannelSensitivity: sensitivity,
    ChannelSensitivityUnitsSequence: dataset({ CodeValue: 'uV' }),
    ChannelBaseline: 0,
  });

function ecg(interpretation = 'SS'): WaveformGroup[] {
  return readWaveforms(
    dataset({
      WaveformSequence: dataset({
        NumberOfWaveformChannels: 2,
        NumberOfWaveformSamples: 3,
        SamplingFrequency: 500,
        WaveformSampleInterpretation: interpretation,
        ChannelDefinitionSequence: [channel('Lead I', 1.25), channel('Lead II', 2)],
      }),
    }),
  );
}

describe('waveforms', () => {
  it('are taken apart by channel, in the unit of each', () => {
    const [group] = ecg();
    const bytes = new Uint8Array(new Int16Array([100, -1, 200, -2, -300, -3]).buffer);
    expect(group?.channels.map(({ label, unit }) => `${label} ${unit}`)).toEqual(['I uV', 'II uV']);
    expect(channelValues(group as WaveformGroup, bytes).map((values) => [...values])).toEqual([[125, 250, -375], [-2, -4, -6]]);
  });

  it('end where the bytes end', () => {
    expect(channelValues(ecg()[0] as WaveformGroup, new Uint8Array(9))[0]).toHaveLength(2);
  });

  it('that are sound or have no samples are not drawn', () => {
    expect(ecg('MB')).toEqual([]);
    expect(readWaveforms(dataset({ Rows: 1 }))).toEqual([]);
  });

  it('are drawn to scale, upwards for more', () => {
    expect(tracePath(new Float32Array([0, 1, -1]), 0.5, 10, 0)).toBe('M0.00 0.00L0.50 -10.00L1.00 10.00');
  });

  it('lose no spike where samples are dense', () => {
    const values = new Float32Array(1000);
    values[777] = 5;
    expect(tracePath(values, 0.01, 1, 0)).toContain('-5.00');
    expect(extentOf(values)).toEqual({ low: 0, high: 5 });
  });
});
