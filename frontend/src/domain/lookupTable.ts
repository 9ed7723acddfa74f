/** Look-up tables of the metadata: palettes and modality tables, whose data may lie elsewhere. */
import { item, numbers, type Dataset, type Element } from './dataset';
import { PixelError, type LookUpTable } from './samples';
import { Tag } from './tags';

/** A table whose data are in the element `data`: values, base64, or a URI to be fetched. */
export interface TableSource {
  readonly entries: number;
  readonly first: number;
  readonly bits: number;
  readonly data: Element;
  readonly segmented: boolean;
}

export interface PaletteSource {
  readonly red: TableSource;
  readonly green: TableSource;
  readonly blue: TableSource;
}

/** Number of entries 0 means 65536 (PS3.3 C.7.6.3.1.5). */
function tableSource(dataset: Dataset, descriptor: string, data: string, segments?: string): TableSource | undefined {
  const [entries, first, bits] = numbers(dataset, descriptor);
  const segmented = segments !== undefined && dataset[data] === undefined;
  const element = dataset[segmented ? segments : data];
  if (entries === undefined || first === undefined || bits === undefined || !element) return undefined;
  return { entries: entries === 0 ? 65536 : entries, first, bits, data: element, segmented };
}

export function paletteSource(dataset: Dataset): PaletteSource | undefined {
  const red = tableSource(dataset, Tag.RedPaletteDescriptor, Tag.RedPaletteData, Tag.RedPaletteSegmented);
  const green = tableSource(dataset, Tag.GreenPaletteDescriptor, Tag.GreenPaletteData, Tag.GreenPaletteSegmented);
  const blue = tableSource(dataset, Tag.BluePaletteDescriptor, Tag.BluePaletteData, Tag.BluePaletteSegmented);
  return red && green && blue ? { red, green, blue } : undefined;
}

/** References: PS3.3 C.11.1.1.1 (Modality LUT). */
export function modalityTableSource(dataset: Dataset): TableSource | undefined {
  const sequence = item(dataset, Tag.ModalityLUTSequence);
  return sequence && tableSource(sequence, Tag.LUTDescriptor, Tag.LUTData);
}

/** References: PS3.3 C.11.2.1.1 (VOI LUT). */
export function voiTableSource(dataset: Dataset): TableSource | undefined {
  const sequence = item(dataset, Tag.VOILUTSequence);
  return sequence && tableSource(sequence, Tag.LUTDescriptor, Tag.LUTData);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const words = (bytes: Uint8Array): Uint16Array => new Uint16Array(bytes.slice(0, bytes.length & ~1).buffer);

/**
 * Expand discrete (0), linear (1) and indirect (2) segments.
 *
 * References: PS3.3 C.7.9.2 (Segmented Palette Color Lookup Table Data).
 */
export function expandSegments(segments: ArrayLike<number>, entries: number): number[] {
  const output: number[] = [];
  const at = (index: number): number => segments[index] ?? 0;
  let place = 0;

  const expandOne = (from: number): number => {
    const [code, length] = [at(from), at(from + 1)];
    if (code === 0) {
      for (let index = 0; index < length; index += 1) output.push(at(from + 2 + index));
      return from + 2 + length;
    }
    if (code === 1) {
      const start = output.at(-1) ?? 0;
      for (let index = 1; index <= length; index += 1) output.push(Math.round(start + ((at(from + 2) - start) * index) / length));
      return from + 3;
    }
    throw new PixelError(`Palette segment of type ${code}`);
  };

  while (place < segments.length && output.length < entries) {
    if (at(place) === 2) {
      let source = at(place + 2) + at(place + 3) * 65536;
      for (let count = at(place + 1); count > 0; count -= 1) source = expandOne(source);
      place += 4;
    } else place = expandOne(place);
  }
  return output.slice(0, entries);
}

/** Tables of 8 bits may be packed, one entry a byte, or stand in words (PS3.3 C.7.6.3.1.6). */
function entriesOf(source: TableSource, bytes: Uint8Array): ArrayLike<number> {
  if (source.segmented) return expandSegments(source.bits === 8 ? bytes : words(bytes), source.entries);
  return source.bits === 8 && bytes.length < source.entries * 2 ? bytes : words(bytes);
}

/**
 * Read a table; `fetchBytes` gives the data when they lie elsewhere.
 *
 * Words of 16 bits whose values all fit into 8 are an old error of encoders: they count as 8 bits.
 */
export async function readTable(source: TableSource, fetchBytes: (uri: string) => Promise<Uint8Array>): Promise<LookUpTable> {
  const { data } = source;
  const stored = data.Value?.map(Number);
  const bytes = data.InlineBinary !== undefined ? fromBase64(data.InlineBinary) : data.BulkDataURI !== undefined ? await fetchBytes(data.BulkDataURI) : undefined;
  const values = bytes ? entriesOf(source, bytes) : (stored ?? []);
  if (values.length === 0) throw new PixelError('A look-up table without data');
  const bits = source.bits > 8 && Array.from(values).every((value) => value < 256) ? 8 : source.bits;
  return { first: source.first, bits, values };
}
