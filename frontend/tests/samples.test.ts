import { describe, expect, it } from 'vitest';
import type { PixelFormat } from '../src/domain/instance';
import { asStated, maskStored, readNative, throughPalette, toGrey, toRGB, type Samples } from '../src/domain/samples';
import { image } from './datasets';

function format(change: Partial<PixelFormat> = {}): PixelFormat {
  const { pixels } = image();
  if (!pixels) throw new Error('no pixels');
  return { ...pixels, ...change };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = { slope: 1, intercept: 0, unit: '' };
const grey = (samples: Samples, rescale = plain): { type: string; values: number[]; range: number[] } => {
  const picture = toGrey(samples, rescale);
  if (picture.kind !== 'grey') throw new Error('no grey');
  return { type: picture.values.constructor.name, values: [...picture.values], range: [picture.minimum, picture.maximum] };
};

describe('readNative', () => {
  it('reads signed words, also at an odd offset of the body', () => {
    const body = bytes(9, 0xff, 0xff, 2, 0, 3, 0, 0, 0x80).subarray(1);
    expect([...readNative(body, format())]).toEqual([-1, 2, 3, -32768]);
  });

  it('unpacks single bits from the least significant one', () => {
    expect([...readNative(bytes(0b0110), format({ bitsAllocated: 1, bitsStored: 1, signed: false }))]).toEqual([0, 1, 1, 0]);
  });

  it('reads 32-bit integers and floats', () => {
    const float = new Uint8Array(Float32Array.from([0.5, -1, 2, 3]).buffer);
    expect([...readNative(float, format({ bitsAllocated: 32, sampleType: 'float' }))]).toEqual([0.5, -1, 2, 3]);
    const long = new Uint8Array(Uint32Array.from([1, 70000, 4000000000, 0]).buffer);
    expect([...readNative(long, format({ bitsAllocated: 32, bitsStored: 32, signed: false }))]).toEqual([1, 70000, 4000000000, 0]);
  });

  it('refuses a frame that is too short, and takes padding', () => {
    expect(() => readNative(bytes(1, 2, 3), format())).toThrow('3 bytes instead of 8');
    expect(readNative(new Uint8Array(10), format())).toHaveLength(4);
  });
});

describe('maskStored', () => {
  it('drops overlay bits above twelve stored ones and extends the sign', () => {
    const unsigned = format({ bitsStored: 12, signed: false });
    expect([...maskStored(Uint16Array.from([0xf123, 0x0fff]), unsigned)]).toEqual([0x123, 0xfff]);
    expect([...maskStored(Int16Array.from([0x0fff, 0x07ff]), format({ bitsStored: 12 }))]).toEqual([-1, 2047]);
  });
});

describe('asStated', () => {
  it('goes by the header when a codec takes the sign differently', () => {
    expect([...asStated(Uint16Array.from([63536, 1]), format())]).toEqual([-2000, 1]);
    expect([...asStated(Int16Array.from([-1]), format({ signed: false }))]).toEqual([65535]);
  });
});

describe('toGrey', () => {
  it('applies slope and intercept exactly', () => {
    expect(grey(Uint16Array.from([0, 1024, 2000]), { slope: 1, intercept: -1024, unit: 'HU' })).toEqual({ type: 'Int16Array', values: [-1024, 0, 976], range: [-1024, 976] });
  });

  it('keeps fractions, also when the ends are whole', () => {
    expect(grey(Uint16Array.from([0, 3, 4]), { slope: 0.5, intercept: 0, unit: '' })).toMatchObject({ type: 'Float32Array', values: [0, 1.5, 2] });
  });

  it('takes a type that holds large values', () => {
    expect(grey(Uint16Array.from([0, 65535])).type).toBe('Uint16Array');
    expect(grey(Uint16Array.from([0, 65535]), { slope: 1, intercept: -1024, unit: '' }).type).toBe('Float32Array');
    expect(grey(Uint8Array.from([0, 255])).type).toBe('Uint8Array');
  });

  it('turns the range round with a negative slope', () => {
    expect(grey(Uint8Array.from([0, 10]), { slope: -2, intercept: 0, unit: '' }).range).toEqual([-20, 0]);
  });

  it('goes through a modality table and holds its ends', () => {
    const picture = toGrey(Int16Array.from([-5, 10, 11, 99]), plain, { first: 10, bits: 16, values: [700, 800, 900] });
    expect(picture.kind === 'grey' && [...picture.values]).toEqual([700, 700, 800, 900]);
  });
});

describe('colour', () => {
  const pixels = format({ rows: 1, columns: 2, samplesPerPixel: 3, photometricInterpretation: 'RGB', bitsAllocated: 8, bitsStored: 8, signed: false });

  it('interleaves planes', () => {
    const picture = toRGB(bytes(1, 2, 3, 4, 5, 6), { ...pixels, planarConfiguration: 1 });
    expect(picture.kind === 'colour' && [...picture.rgb]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('shows the upper eight bits of deeper samples', () => {
    const picture = toRGB(Uint16Array.from([0x1234, 0, 0, 0xff00, 0, 0]), { ...pixels, bitsAllocated: 16, bitsStored: 16 });
    expect(picture.kind === 'colour' && [...picture.rgb]).toEqual([0x12, 0, 0, 0xff, 0, 0]);
  });

  const rgb = (samples: Samples, change: Partial<PixelFormat>): number[] => {
    const picture = toRGB(samples, { ...pixels, ...change });
    return picture.kind === 'colour' ? [...picture.rgb] : [];
  };

  it('turns luminance and chrominance into red, green and blue, held at the ends', () => {
    const samples = bytes(76, 85, 255, 149, 43, 21); // pure red and pure green in BT.601
    expect(rgb(samples, { photometricInterpretation: 'YBR_FULL' })).toEqual([254, 0, 0, 0, 255, 0]);
    expect(rgb(bytes(128, 255, 128, 128, 128, 128), { photometricInterpretation: 'YBR_FULL' })).toEqual([128, 84, 255, 128, 128, 128]);
  });

  it('spreads chrominance that two pixels share', () => {
    const halved = { ...pixels, photometricInterpretation: 'YBR_FULL_422' };
    const samples = readNative(bytes(100, 200, 128, 128), halved);
    expect([...samples]).toEqual([100, 128, 128, 200, 128, 128]);
    expect(rgb(samples, halved)).toEqual([100, 100, 100, 200, 200, 200]);
    expect(() => readNative(bytes(1, 2, 3), halved)).toThrow('3 bytes instead of 4');
  });

  it('goes through a palette that starts above zero', () => {
    const channel = (...values: number[]): { first: number; bits: number; values: number[] } => ({ first: 1, bits: 16, values });
    const picture = throughPalette(bytes(0, 2), { red: channel(0xff00, 0x8000), green: channel(0, 0x100), blue: channel(0, 0xffff) });
    expect(picture.kind === 'colour' && [...picture.rgb]).toEqual([255, 0, 0, 128, 1, 255]);
  });
});
