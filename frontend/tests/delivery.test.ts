import { describe, expect, it } from 'vitest';
import { resolutionEnds } from '../src/domain/codestream';
import { batchSize, isWorthPacking, LinkSpeed, parseMemory, writeMemory } from '../src/domain/delivery';
import { PartReader, type Part } from '../src/domain/multipart';
import { framesAhead } from '../src/domain/prefetch';
import { enlarge } from '../src/domain/preview';
import { slice } from './datasets';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('the speed of the connection', () => {
  it('is remembered for an hour, and only as it was written', () => {
    const memory = writeMemory(12_345_678.4, 1_000_000);
    expect(parseMemory(memory, 1_000_000)).toBe(12_345_678);
    expect(parseMemory(memory, 1_000_000 + 3_599_000)).toBe(12_345_678);
    expect(parseMemory(memory, 1_000_000 + 3_600_000)).toBeUndefined();
    expect(parseMemory(memory, 999_999)).toBeUndefined();
    for (const text of [null, '', 'fast 1000000', '-5 1000000', '12', 'Infinity 1000000']) expect(parseMemory(text, 1_000_000)).toBeUndefined();
  });

  it('counts transfers at the same time together', () => {
    const speed = new LinkSpeed();
    speed.begin(0);
    speed.begin(0);
    speed.received(1_000_000);
    speed.received(1_000_000);
    speed.end(1000);
    speed.end(2000);
    expect(speed.value(7)).toBe(1_000_000);
  });

  it('is not told by small transfers, and follows what changes', () => {
    const speed = new LinkSpeed();
    speed.note(1000, 1);
    expect(speed.value(7)).toBe(7);
    speed.note(4_000_000, 1000);
    speed.note(8_000_000, 1000);
    expect(speed.value(7)).toBe(6_000_000);
  });

  it('decides whether packing pays and how much goes together', () => {
    expect(isWorthPacking(30_000_000 / 8)).toBe(true);
    expect(isWorthPacking(1_000_000_000 / 8)).toBe(false);
    expect(batchSize(200_000, 3_750_000)).toBe(4);
    expect(batchSize(524_288, 500_000_000)).toBe(24);
    expect(batchSize(15_000_000, 1_000_000)).toBe(2);
  });
});

describe('parts as they arrive', () => {
  const body = ascii('--b\r\nContent-Type: image/jphc\r\nContent-Length: 5\r\nContent-Location: /x/frames/1\r\n\r\nab\r\nc\r\n--b\r\nContent-Length: 0\r\n\r\n\r\n--b\r\nContent-Length: 3\r\n\r\nxyz\r\n--b--\r\n');

  it.each([1, 2, 3, 7, 50, 1000])('are the same in chunks of %i', (size) => {
    const parts: Part[] = [];
    const reader = new PartReader((part) => parts.push(part));
    for (let at = 0; at < body.length; at += size) reader.push(body.subarray(at, at + size));
    expect(parts.map((part) => String.fromCharCode(...part.body))).toEqual(['ab\r\nc', '', 'xyz']);
    expect(parts[0]?.headers['content-location']).toBe('/x/frames/1');
  });

  it('show what has come of them', () => {
    const reader = new PartReader(() => undefined);
    reader.push(body.subarray(0, 30));
    expect(reader.begun).toBeUndefined();
    reader.push(body.subarray(30, body.length - 60));
    const whole: Part[] = [];
    const other = new PartReader((part) => whole.push(part));
    other.push(ascii('--b\r\nContent-Length: 4\r\n\r\nab'));
    expect(other.begun?.body).toEqual(ascii('ab'));
    other.push(ascii('cd'));
    expect(other.begun).toBeUndefined();
    expect(whole[0]?.body).toEqual(ascii('abcd'));
  });

  it('need a length', () => {
    const reader = new PartReader(() => undefined);
    expect(() => reader.push(ascii('--b\r\nContent-Type: x\r\n\r\nabc'))).toThrow(RangeError);
  });
});

describe('a stream of resolutions', () => {
  // SOC; COD-like segment; TLM for two tile parts with lengths of four bytes; SOT.
  const stream = Uint8Array.from([0xff, 0x4f, 0xff, 0x52, 0, 3, 9, 0xff, 0x55, 0, 12, 0, 0x40, 0, 0, 0, 20, 0, 0, 1, 0, 0xff, 0x90, 0, 10]);

  it('tells where each of them ends', () => {
    expect(resolutionEnds(stream)).toEqual([21 + 20, 21 + 20 + 256]);
  });

  it('tells nothing before the main header is there, or without lengths', () => {
    for (let length = 0; length < 23; length += 1) expect(resolutionEnds(stream.subarray(0, length))).toEqual([]);
    expect(resolutionEnds(Uint8Array.from([0xff, 0x4f, 0xff, 0x90, 0, 10]))).toEqual([]);
  });
});

describe('a coarse picture', () => {
  it('is brought to full size, odd sizes too', () => {
    expect([...enlarge(Uint16Array.from([1, 2, 3, 4]), 3, 3, 1)]).toEqual([1, 1, 2, 1, 1, 2, 3, 3, 4]);
    expect(enlarge(Int16Array.from([-5]), 4, 4, 2)).toEqual(new Int16Array(16).fill(-5));
    expect(() => enlarge(Uint16Array.from([1]), 4, 4, 1)).toThrow(RangeError);
  });
});

describe('a page that is not opened yet', () => {
  it('fetches from the first frame on what fits, and nothing behind a gap', () => {
    const frames = [1, 2, 3].map((number) => ({ instance: slice(number, [0, 0, number]), number: 1 }));
    expect(framesAhead(frames, 1000)).toHaveLength(3);
    // A frame of 2 x 2 samples of 16 bits has 8 bytes.
    expect(framesAhead(frames, 16)).toEqual(frames.slice(0, 2));
    expect(framesAhead(frames, 7)).toEqual([]);
  });
});
