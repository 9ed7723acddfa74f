/** Whether a compressed frame is what its transfer syntax says: decoders make rubbish of others without a word. */

const JPEG_FRAMES: Readonly<Record<string, readonly number[]>> = {
  '1.2.840.10008.1.2.4.50': [0xc0],
  '1.2.840.10008.1.2.4.57': [0xc3],
  '1.2.840.10008.1.2.4.70': [0xc3],
  '1.2.840.10008.1.2.4.80': [0xf7],
  '1.2.840.10008.1.2.4.81': [0xf7],
};

const SCAN = 0xda;

/** A marker that stands alone: TEM, RST0 to RST7, SOI, EOI. */
const isAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);

const isFrameHeader = (marker: number): boolean => marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));

/**
 * The frame header marker (SOF) of a JPEG or JPEG-LS stream, without its leading 0xFF; undefined when there is none
 * before the first scan.
 *
 * References: ISO/IEC 10918-1 B.1.1.3 and table B.1; ISO/IEC 14495-1 C.1.1.
 */
export function frameHeaderOf(stream: Uint8Array): number | undefined {
  let place = stream[0] === 0xff && stream[1] === 0xd8 ? 2 : stream.length;
  while (place + 3 < stream.length && stream[place] === 0xff) {
    const marker = stream[place + 1] as number;
    if (isFrameHeader(marker)) return marker;
    if (marker === SCAN) return undefined;
    place += segmentLength(marker, stream, place);
  }
  return undefined;
}

/** Bytes from the marker at `place` to the next: one for a fill byte, else what the segment says. */
function segmentLength(marker: number, stream: Uint8Array, place: number): number {
  if (marker === 0xff) return 1;
  if (isAlone(marker)) return 2;
  return 2 + new DataView(stream.buffer, stream.byteOffset).getUint16(place + 2);
}

/** False when the stream is of another process than the transfer syntax names; true for what isn't checked. */
export function isAsStated(stream: Uint8Array, transferSyntaxUID: string): boolean {
  const wanted = JPEG_FRAMES[transferSyntaxUID];
  const found = wanted && frameHeaderOf(stream);
  return wanted === undefined || (found !== undefined && wanted.includes(found));
}

const SOC_BYTES = 2;
const TILE_PART = 0xff90;
const TILE_PART_LENGTHS = 0xff55;

/** The lengths in a TLM segment at `place` (ISO/IEC 15444-1 A.7.1). */
function tilePartLengths(view: DataView, place: number, end: number): number[] {
  const sizes = view.getUint8(place + 5);
  const [indexBytes, isLong] = [(sizes >> 4) & 3, ((sizes >> 6) & 1) === 1];
  const lengths: number[] = [];
  for (let at = place + 6; at + indexBytes + (isLong ? 4 : 2) <= end; at += indexBytes + (isLong ? 4 : 2)) {
    lengths.push(isLong ? view.getUint32(at + indexBytes) : view.getUint16(at + indexBytes));
  }
  return lengths;
}

/**
 * Where each resolution ends in a JPEG 2000 stream of one tile with a tile part for each of them,
 * smallest first; bytes from the beginning of the stream. Empty while the main header isn't all
 * there, and for streams that are laid out otherwise.
 *
 * References: ISO/IEC 15444-1 A.4 (markers), A.7.1 (tile-part lengths).
 */
export function resolutionEnds(stream: Uint8Array): number[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const lengths: number[] = [];
  let place = SOC_BYTES;
  while (place + 4 <= stream.length) {
    const marker = view.getUint16(place);
    if (marker === TILE_PART) return lengths.map((_, index) => place + lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0));
    const end = place + 2 + view.getUint16(place + 2);
    if (marker === TILE_PART_LENGTHS && end <= stream.length) lengths.push(...tilePartLengths(view, place, end));
    place = end;
  }
  return [];
}
