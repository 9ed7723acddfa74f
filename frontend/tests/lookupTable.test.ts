import { describe, expect, it } from 'vitest';
import type { Dataset } from '../src/domain/dataset';
import { expandSegments, modalityTableSource, paletteSource, readTable } from '../src/domain/lookupTable';
import { Tag } from '../src/domain/tags';
import { dataset } from './datasets';

const base64 = (values: readonly number[]): string => btoa(String.fromCharCode(...new Uint8Array(Uint16Array.from(values).buffer)));
const noFetch = (uri: string): Promise<Uint8Array> => Promise.reject(new Error(`nothing to fetch from ${uri}`));

function palette(descriptor: readonly number[], element: Dataset[string]): Dataset {
  const descriptors = dataset({ RedPaletteDescriptor: [...descriptor], GreenPaletteDescriptor: [...descriptor], BluePaletteDescriptor: [...descriptor] });
  return { ...descriptors, [Tag.RedPaletteData]: element, [Tag.GreenPaletteData]: element, [Tag.BluePaletteData]: element };
}

const read = async (source: Dataset, fetchBytes = noFetch): Promise<unknown> => {
  const red = paletteSource(source)?.red;
  if (!red) throw new Error('no palette');
  const table = await readTable(red, fetchBytes);
  return { ...table, values: [...(table.values as number[])] };
};

describe('readTable', () => {
  it('reads words out of base64', async () => {
    expect(await read(palette([3, 5, 16], { vr: 'OW', InlineBinary: base64([0, 0x8000, 0xffff]) }))).toEqual({ first: 5, bits: 16, values: [0, 0x8000, 0xffff] });
  });

  it('reads packed bytes', async () => {
    expect(await read(palette([4, 0, 8], { vr: 'OW', InlineBinary: btoa('\x01\x02\x03\x04') }))).toMatchObject({ bits: 8, values: [1, 2, 3, 4] });
  });

  it('takes words that hold bytes for bytes', async () => {
    expect(await read(palette([2, 0, 16], { vr: 'OW', InlineBinary: base64([7, 255]) }))).toMatchObject({ bits: 8, values: [7, 255] });
  });

  it('fetches what lies elsewhere', async () => {
    const fetchBytes = (uri: string): Promise<Uint8Array> => Promise.resolve(uri === '/bulk' ? new Uint8Array(Uint16Array.from([300, 301]).buffer) : new Uint8Array());
    expect(await read(palette([2, 0, 16], { vr: 'OW', BulkDataURI: '/bulk' }), fetchBytes)).toMatchObject({ values: [300, 301] });
  });

  it('has 65536 entries when the descriptor says 0', () => {
    expect(paletteSource(palette([0, 0, 16], { vr: 'OW', BulkDataURI: '/bulk' }))?.red.entries).toBe(65536);
  });

  it('refuses a table without data', async () => {
    await expect(read(palette([2, 0, 16], { vr: 'OW' }))).rejects.toThrow('without data');
  });

  it('finds the modality table in its sequence', () => {
    const sequence = dataset({ LUTDescriptor: [2, 0, 16], LUTData: [1, 2] });
    expect(modalityTableSource(dataset({ ModalityLUTSequence: sequence }))).toMatchObject({ entries: 2, first: 0, bits: 16 });
  });
});

describe('expandSegments', () => {
  it('expands discrete, linear and indirect segments', () => {
    // Discrete 0 10; four steps up to 50; then the first segment again.
    expect(expandSegments([0, 2, 0, 10, 1, 4, 50, 2, 1, 0, 0], 8)).toEqual([0, 10, 20, 30, 40, 50, 0, 10]);
  });

  it('never makes more entries than stated', () => {
    expect(expandSegments([0, 1, 5, 1, 60000, 6], 4)).toHaveLength(4);
  });

  it('refuses an unknown segment', () => {
    expect(() => expandSegments([9, 1, 1], 4)).toThrow('type 9');
  });
});
