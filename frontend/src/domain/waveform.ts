/** Waveforms: samples of each channel in its own unit, and their line on paper (PS3.3 C.10.9). */
import { item, items, number, text, type Dataset, type Element } from './dataset';
import { Tag } from './tags';

export interface Channel {
  readonly label: string;
  /** As stated, e.g. 'uV', 'mm[Hg]'; '' when the samples are mere numbers. */
  readonly unit: string;
  /** Units for one step of a sample. */
  readonly sensitivity: number;
  readonly baseline: number;
}

/** One multiplex group: all its channels are sampled at the same moments. */
export interface WaveformGroup {
  readonly channels: readonly Channel[];
  readonly sampleCount: number;
  readonly frequencyHz: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly data: Element | undefined;
}

// A day at 500 Hz in 16 channels would be 700 million; what is longer is refused.
const MOST_SAMPLES = 50_000_000;

function readChannel(dataset: Dataset, index: number): Channel {
  const source = item(dataset, Tag.ChannelSourceSequence);
  const sensitivity = number(dataset, Tag.ChannelSensitivity);
  const correction = number(dataset, Tag.ChannelSensitivityCorrectionFactor) ?? 1;
  return {
    label: text(dataset, Tag.ChannelLabel) || text(source, Tag.CodeMeaning).replace(/^Lead /, '') || String(index + 1),
    unit: sensitivity === undefined ? '' : text(item(dataset, Tag.ChannelSensitivityUnitsSequence), Tag.CodeValue),
    sensitivity: (sensitivity ?? 1) * correction,
    baseline: number(dataset, Tag.ChannelBaseline) ?? 0,
  };
}

const WIDTHS: Readonly<Record<string, readonly [bits: number, signed: boolean]>> = {
  SB: [8, true],
  UB: [8, false],
  SS: [16, true],
  US: [16, false],
  SL: [32, true],
  UL: [32, false],
};

/** The groups of an instance that can be drawn; companded audio (MB, AB) is none. */
export function readWaveforms(dataset: Dataset): WaveformGroup[] {
  return items(dataset, Tag.WaveformSequence).flatMap((group) => {
    const width = WIDTHS[text(group, Tag.WaveformSampleInterpretation)];
    const channels = items(group, Tag.ChannelDefinitionSequence).map(readChannel);
    const sampleCount = number(group, Tag.NumberOfWaveformSamples) ?? 0;
    const frequencyHz = number(group, Tag.SamplingFrequency) ?? 0;
    if (!width || channels.length === 0 || frequencyHz <= 0 || sampleCount < 2 || sampleCount * channels.length > MOST_SAMPLES) return [];
    return [{ channels, sampleCount, frequencyHz, bits: width[0], signed: width[1], data: group[Tag.WaveformData] }];
  });
}

function sampleAt(view: DataView, place: number, { bits, signed }: WaveformGroup): number {
  if (bits === 8) return signed ? view.getInt8(place) : view.getUint8(place);
  if (bits === 16) return signed ? view.getInt16(place * 2, true) : view.getUint16(place * 2, true);
  return signed ? view.getInt32(place * 4, true) : view.getUint32(place * 4, true);
}

/**
 * The values of each channel, in its unit.
 *
 * Samples are interleaved: every channel's first, then every channel's second (C.10.9.1.7), little
 * endian. Returns as many as the bytes hold.
 */
export function channelValues(group: WaveformGroup, bytes: Uint8Array): Float32Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(group.sampleCount, Math.floor(bytes.byteLength / (group.bits / 8) / group.channels.length));
  return group.channels.map((channel, index) => {
    const values = new Float32Array(count);
    for (let sample = 0; sample < count; sample += 1) {
      values[sample] = sampleAt(view, sample * group.channels.length + index, group) * channel.sensitivity + channel.baseline;
    }
    return values;
  });
}

const MILLIVOLTS: Readonly<Record<string, number>> = { uV: 0.001, mV: 1, V: 1000 };

/** Millivolts in one unit of the channel; undefined when it is no voltage. */
export const millivolts = (unit: string): number | undefined => MILLIVOLTS[unit];

export interface Extent {
  readonly low: number;
  readonly high: number;
}

export function extentOf(values: Float32Array): Extent {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/**
 * The line of a channel as an SVG path.
 *
 * `perSample` and `perUnit` are the lengths on paper of one sample and of one unit; `middle` lies
 * at y 0. Where samples are denser than `resolution` each column shows its least and greatest value,
 * so that no spike is lost.
 */
export function tracePath(values: Float32Array, perSample: number, perUnit: number, middle: number, resolution = 0.25): string {
  const stride = Math.max(1, Math.floor(resolution / perSample));
  const points: string[] = [];
  const put = (place: number, value: number): void => void points.push(`${(place * perSample).toFixed(2)} ${((middle - value) * perUnit).toFixed(2)}`);
  for (let start = 0; start < values.length; start += stride) {
    if (stride === 1) put(start, values[start] ?? 0);
    else {
      const { low, high } = extentOf(values.subarray(start, start + stride));
      put(start, low);
      put(start, high);
    }
  }
  return points.length > 0 ? `M${points.join('L')}` : '';
}
