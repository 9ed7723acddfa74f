/** From the bytes of a frame to samples, and from samples to what is shown. */
import type { Rescale } from './frame';
import type { PixelFormat } from './instance';

export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** What the display takes: grey in modality values (HU, counts ...), or interleaved RGB of 8 bits. */
export type Picture =
  | { readonly kind: 'grey'; readonly values: Uint8Array | Int16Array | Uint16Array | Float32Array; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'colour'; readonly rgb: Uint8Array };

export class PixelError extends Error {
  override readonly name = 'PixelError';
}

export const sampleCount = (format: PixelFormat): number => format.rows * format.columns * format.samplesPerPixel;

const isHalved = (format: PixelFormat): boolean => format.photometricInterpretation === 'YBR_FULL_422';

/** Bytes of a native frame; single bits are packed, and a frame begins with a new byte. */
function nativeLength(format: PixelFormat): number {
  if (isHalved(format)) return format.rows * format.columns * 2;
  return Math.ceil((sampleCount(format) * format.bitsAllocated) / 8);
}

/** Y Y Cb Cr for each two pixels of a row become Y Cb Cr for each (PS3.3 C.7.6.3.1.2, YBR_FULL_422). */
function spreadChrominance(halved: Uint8Array): Uint8Array {
  const whole = new Uint8Array((halved.length / 2) * 3);
  for (let pixel = 0; pixel < halved.length / 2; pixel += 1) {
    const pair = (pixel >> 1) * 4;
    whole[pixel * 3] = halved[pair + (pixel & 1)] ?? 0;
    whole[pixel * 3 + 1] = halved[pair + 2] ?? 0;
    whole[pixel * 3 + 2] = halved[pair + 3] ?? 0;
  }
  return whole;
}

/** First pixel in the least significant bit (PS3.5 8.1.1). */
function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  const samples = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) samples[index] = ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
  return samples;
}

function arrayType(format: PixelFormat): new (buffer: ArrayBuffer) => Samples {
  if (format.sampleType === 'float') return Float32Array;
  if (format.sampleType === 'double') return Float64Array;
  switch (format.bitsAllocated) {
    case 8:
      return format.signed ? Int8Array : Uint8Array;
    case 16:
      return format.signed ? Int16Array : Uint16Array;
    case 32:
      return format.signed ? Int32Array : Uint32Array;
    default:
      throw new PixelError(`Bits Allocated ${format.bitsAllocated}`);
  }
}

/**
 * The samples of a native little-endian frame.
 *
 * Throws PixelError when the frame is too short for its rows and columns.
 * References: PS3.5 8.1.1 and 8.2.
 */
export function readNative(bytes: Uint8Array, format: PixelFormat): Samples {
  const length = nativeLength(format);
  if (bytes.length < length) throw new PixelError(`The frame has ${bytes.length} bytes instead of ${length}`);
  if (format.bitsAllocated === 1) return unpackBits(bytes, sampleCount(format));
  if (isHalved(format)) return spreadChrominance(bytes.subarray(0, length));
  return new (arrayType(format))(bytes.slice(0, length).buffer);
}

/**
 * Decoded samples in the type that the header states: a codec goes by its own stream, and the two
 * may disagree about the sign.
 */
export function asStated(samples: Samples, format: PixelFormat): Samples {
  const signed = samples instanceof Int8Array || samples instanceof Int16Array;
  if (signed === format.signed || format.sampleType !== 'integer') return samples;
  if (samples.BYTES_PER_ELEMENT === 1) return format.signed ? new Int8Array(samples) : new Uint8Array(samples);
  return format.signed ? new Int16Array(samples) : new Uint16Array(samples);
}

/** Drop what lies above the stored bits (overlays of old scanners) and extend the sign. */
export function maskStored(samples: Samples, format: PixelFormat): Samples {
  const spare = 32 - format.bitsStored;
  if (format.sampleType !== 'integer' || format.bitsStored >= format.bitsAllocated) return samples;
  for (let index = 0; index < samples.length; index += 1) {
    const shifted = (samples[index] ?? 0) << spare;
    samples[index] = format.signed ? shifted >> spare : shifted >>> spare;
  }
  return samples;
}

/** A modality or palette look-up table: `values[0]` belongs to the sample `first`; ends are held. */
export interface LookUpTable {
  readonly first: number;
  readonly values: ArrayLike<number>;
  readonly bits: number;
}

export function lookUp(table: LookUpTable, sample: number): number {
  const last = table.values.length - 1;
  return table.values[Math.min(Math.max(sample - table.first, 0), last)] ?? 0;
}

/** The samples that a table tells apart. */
export function curveRange(table: LookUpTable): { readonly lower: number; readonly upper: number } {
  return { lower: table.first, upper: table.first + Math.max(1, table.values.length - 1) };
}

function extremes(values: ArrayLike<number>): { minimum: number; maximum: number } {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return Number.isFinite(minimum) && Number.isFinite(maximum) ? { minimum, maximum } : { minimum: 0, maximum: 0 };
}

/** The smallest type that holds the values exactly; one type for most slices of a series. */
function greyType(minimum: number, maximum: number, whole: boolean, bytes: boolean): new (length: number) => Uint8Array | Int16Array | Uint16Array | Float32Array {
  if (!whole) return Float32Array;
  if (bytes && minimum >= 0 && maximum <= 255) return Uint8Array;
  if (minimum >= -32768 && maximum <= 32767) return Int16Array;
  return minimum >= 0 && maximum <= 65535 ? Uint16Array : Float32Array;
}

/** Modality values of grey samples: through the table when there is one, else slope and intercept. */
export function toGrey(samples: Samples, rescale: Rescale, table?: LookUpTable): Picture {
  const { slope, intercept } = rescale;
  const convert = table ? (sample: number) => lookUp(table, sample) : (sample: number) => sample * slope + intercept;
  const ends = extremes(samples);
  const floating = samples instanceof Float32Array || samples instanceof Float64Array;
  const whole = !floating && (table !== undefined || (Number.isInteger(slope) && Number.isInteger(intercept)));
  const [a, b] = [convert(ends.minimum), convert(ends.maximum)];
  const [low, high] = table ? [0, 2 ** table.bits - 1] : [Math.min(a, b), Math.max(a, b)];
  const values = new (greyType(low, high, whole, samples.BYTES_PER_ELEMENT === 1))(samples.length);
  for (let index = 0; index < samples.length; index += 1) values[index] = convert(samples[index] ?? 0);
  return { kind: 'grey', values, ...(table ? extremes(values) : { minimum: low, maximum: high }) };
}

/** In place. References: PS3.3 C.7.6.3.1.2 (YBR_FULL), solved for red, green and blue. */
function luminanceToRGB(ybr: Uint8ClampedArray): void {
  for (let place = 0; place < ybr.length; place += 3) {
    const y = ybr[place] ?? 0;
    const [blue, red] = [(ybr[place + 1] ?? 0) - 128, (ybr[place + 2] ?? 0) - 128];
    ybr[place] = y + 1.402 * red;
    ybr[place + 1] = y - 0.344136 * blue - 0.714136 * red;
    ybr[place + 2] = y + 1.772 * blue;
  }
}

/** Interleaved RGB of 8 bits from samples by pixel or by plane, of 8 bits or more, in RGB or YBR_FULL. */
export function toRGB(samples: Samples, format: PixelFormat): Picture {
  const pixels = format.rows * format.columns;
  const shift = Math.max(0, format.bitsStored - 8);
  const byPlane = format.planarConfiguration === 1 && !isHalved(format);
  const [pixelStep, sampleStep] = byPlane ? [1, pixels] : [3, 1];
  const colours = new Uint8ClampedArray(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let sample = 0; sample < 3; sample += 1) {
      colours[pixel * 3 + sample] = (samples[pixel * pixelStep + sample * sampleStep] ?? 0) >>> shift;
    }
  }
  if (format.photometricInterpretation.startsWith('YBR_FULL')) luminanceToRGB(colours);
  return { kind: 'colour', rgb: new Uint8Array(colours.buffer) };
}

export interface Palette {
  readonly red: LookUpTable;
  readonly green: LookUpTable;
  readonly blue: LookUpTable;
}

/** References: PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6 (Palette Color Lookup Tables). */
export function throughPalette(samples: Samples, palette: Palette): Picture {
  const rgb = new Uint8Array(samples.length * 3);
  [palette.red, palette.green, palette.blue].forEach((table, channel) => {
    const shift = table.bits > 8 ? 8 : 0;
    for (let index = 0; index < samples.length; index += 1) {
      rgb[index * 3 + channel] = lookUp(table, samples[index] ?? 0) >> shift;
    }
  });
  return { kind: 'colour', rgb };
}
