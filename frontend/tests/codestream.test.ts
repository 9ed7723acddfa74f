import { describe, expect, it } from 'vitest';
import { frameHeaderOf, isAsStated } from '../src/domain/codestream';

const segment = (marker: number, ...content: number[]): number[] => [0xff, marker, 0, content.length + 2, ...content];
const stream = (...segments: number[][]): Uint8Array => new Uint8Array([0xff, 0xd8, ...segments.flat()]);
const APPLICATION = segment(0xe0, 0xff, 0xc3, 0, 0); // holds what looks like a frame header
const TABLE = segment(0xc4, 1, 2, 3);
const LOSSLESS = '1.2.840.10008.1.2.4.70';
const BASELINE = '1.2.840.10008.1.2.4.50';

describe('frame header of a JPEG stream', () => {
  it('is found behind other segments and fill bytes', () => {
    expect(frameHeaderOf(stream(APPLICATION, TABLE, [0xff], segment(0xc0, 8)))).toBe(0xc0);
    expect(frameHeaderOf(stream(segment(0xf7, 8)))).toBe(0xf7);
  });

  it('is missing where a scan, the end or rubbish comes first', () => {
    expect(frameHeaderOf(stream(APPLICATION, segment(0xda, 1), segment(0xc0, 8)))).toBeUndefined();
    expect(frameHeaderOf(stream([1, 2, 3, 4, 5, 6]))).toBeUndefined();
    expect(frameHeaderOf(new Uint8Array([1, 2, 3]))).toBeUndefined();
    expect(frameHeaderOf(stream(segment(0xe0)))).toBeUndefined();
  });
});

describe('stream against its transfer syntax', () => {
  it('is refused when it is of another process', () => {
    expect(isAsStated(stream(APPLICATION, segment(0xc0, 8)), LOSSLESS)).toBe(false);
    expect(isAsStated(stream(segment(0xc3, 8)), LOSSLESS)).toBe(true);
    expect(isAsStated(stream(segment(0xc3, 8)), BASELINE)).toBe(false);
  });

  it('is not judged for other compressions', () => {
    expect(isAsStated(new Uint8Array([0xff, 0x4f]), '1.2.840.10008.1.2.4.90')).toBe(true);
  });
});
