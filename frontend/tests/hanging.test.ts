import { describe, expect, it } from 'vitest';
import { displaySetsOf, type DisplaySet } from '../src/domain/displaySet';
import { hang, startOf, type Arrangement } from '../src/domain/hanging';
import { DEFAULT_PROTOCOLS } from '../src/domain/hangingDefaults';
import { candidatesOf, readingModalities, type Candidate } from '../src/domain/hangingFacts';
import { hangingKey, ORIENTATIONS, RANKS, SEQUENCES, VIEWS, type HangingProtocol, type Selector } from '../src/domain/hangingProtocol';
import { protocolOf } from '../src/domain/keptHanging';
import { chestWallOf, commonScale } from '../src/domain/sameScale';
import { image } from './datasets';

type Values = Parameters<typeof image>[0];

let made = 0;
function series(modality: string, description: string, instances: readonly Values[]): DisplaySet[] {
  made += 1;
  const seriesInstanceUID = `1.9.${made}`;
  const summary = { studyInstanceUID: '1.9', seriesInstanceUID, modality, number: made, description, instanceCount: instances.length };
  return displaySetsOf(summary, instances.map((values, index) => image({ SOPInstanceUID: `${seriesInstanceUID}.${index}`, InstanceNumber: index + 1, Modality: modality, ...values })));
}

const axial = (count: number, gap = 5): Values[] => Array.from({ length: count }, (_, index) => ({ ImagePositionPatient: [0, 0, -gap * index], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], SliceThickness: gap }));
const view = (modality: string, ViewPosition: string, ImageLaterality = ''): DisplaySet[] => series(modality, '', [{ ViewPosition, ...(ImageLaterality && { ImageLaterality }) }]);

const opened = (sets: readonly DisplaySet[], priors: readonly DisplaySet[] = []): Arrangement | undefined =>
  hang(DEFAULT_PROTOCOLS, { candidates: [...candidatesOf(sets), ...candidatesOf(priors, true)], description: '' });
const lying = (arrangement: Arrangement | undefined): (string | undefined)[] => (arrangement?.viewports ?? []).map((hung) => hung && `${hung.candidate.set.id}#${startOf(hung)}`);
const shape = (arrangement: Arrangement | undefined): string => (arrangement ? `${arrangement.protocol.layout.rows}x${arrangement.protocol.layout.columns}` : 'none');
const id = ([set]: readonly DisplaySet[], index = 0): string => `${set?.id}#${index}`;

describe('standard hangings', () => {
  it('hang four mammograms RCC LCC over RMLO LMLO, in whatever order and series they come', () => {
    const [lmlo, rcc, rmlo, lcc] = [view('MG', 'MLO', 'L'), view('MG', 'CC', 'R'), view('MG', 'MLO', 'R'), view('MG', 'CC', 'L')];
    const found = opened([...lmlo, ...rcc, ...rmlo, ...lcc]);
    expect(lying(found)).toEqual([rcc, lcc, rmlo, lmlo].map((sets) => id(sets)));
    expect(found?.viewports.map((hung) => hung?.display.chest_wall)).toEqual(['right', 'left', 'right', 'left']);
    const one = series('MG', '', [{ ViewPosition: 'MLO', ImageLaterality: 'R' }, { ViewPosition: 'MLO', ImageLaterality: 'L' }, { ViewPosition: 'CC', ImageLaterality: 'R' }, { ViewPosition: 'CC', ImageLaterality: 'L' }]);
    expect(lying(opened(one))).toEqual([2, 3, 0, 1].map((index) => id(one, index)));
  });

  it('prefer a plain mammogram, read the view from its code or description, and hang one side alone', () => {
    const spot = series('MG', 'RCC spot', [{ ViewPosition: 'CC', ImageLaterality: 'R', ViewModifierCodeSequence: [{}] }]);
    const plain = series('MG', 'R CC', [{ ViewCodeSequence: [{ '00080104': { vr: 'LO', Value: ['cranio-caudal'] } }], ImageLaterality: 'R' }]);
    const mlo = series('MG', 'RMLO', [{}]);
    expect(lying(opened([...spot, ...plain, ...mlo]))).toEqual([id(plain), id(mlo)]);
  });

  it('hang a chest from the front on the left, and other radiographs side by side', () => {
    const [lateral, front] = [view('DX', 'LL'), view('DX', 'PA')];
    expect(lying(opened([...lateral, ...front]))).toEqual([id(front), id(lateral)]);
    expect(shape(opened([...view('CR', ''), ...view('CR', ''), ...view('CR', '')]))).toBe('1x3');
    expect(shape(opened(view('CR', 'PA')))).toBe('none');
  });

  it('hang one CT in one viewport, without its planning image, and beside the most alike earlier series', () => {
    const scout = series('CT', 'Scout', [{ ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }]);
    const [lung, soft] = [series('CT', 'Lung thin', axial(9, 1)), series('CT', 'Soft tissue', axial(9))];
    expect(lying(opened([...scout, ...soft, ...lung]))).toEqual([id(soft)]);
    const before = [series('CT', 'Lung thin', axial(9, 1)), series('CT', 'soft tissue', axial(9))] as const;
    const found = opened([...scout, ...soft, ...lung], before.flat());
    expect(lying(found)).toEqual([id(soft), id(before[1])]);
  });

  it('hang MR by sequence, from the description or the times', () => {
    const t1 = series('MR', '', axial(3).map((values) => ({ ...values, RepetitionTime: 500, EchoTime: 12 })));
    const [t2, flair, gd] = [series('MR', 't2_tse_tra', axial(3)), series('MR', 'T2 FLAIR ax', axial(3)), series('MR', 'ax T1 post Gd', axial(3))];
    expect(lying(opened([...gd, ...t1, ...flair, ...t2]))).toEqual([t2, flair, t1, gd].map((sets) => id(sets)));
    expect(lying(opened([...t1, ...flair, ...t2]))).toEqual([t2, flair, t1].map((sets) => id(sets)));
    expect(shape(opened([...t1, ...t2]))).toBe('1x2');
    expect(shape(opened(t1))).toBe('none');
  });

  it('hang CT beside PET and ultrasound in a grid', () => {
    const [pet, raw, ct] = [series('PT', 'AC', axial(5).map((values) => ({ ...values, CorrectedImage: ['DECY', 'ATTN'] }))), series('PT', 'NAC', axial(9)), series('CT', '', axial(9))];
    expect(lying(opened([...raw, ...pet, ...ct]))).toEqual([id(ct), id(pet)]);
    expect(['1x2', '2x2', '2x3'].map((_, index) => shape(opened(series('US', '', Array.from({ length: 2 + 2 * index }, () => ({}))))))).toEqual(['1x2', '2x2', '2x3']);
  });

  it('leave captures aside and mixed studies alone', () => {
    expect(readingModalities(['SC', 'CT', 'SR'])).toEqual(['CT']);
    expect(readingModalities(['SC'])).toEqual(['SC']);
    expect(opened([...series('US', '', [{}]), ...view('DX', 'PA')])).toBeUndefined();
  });
});

/** A small generator of its own: the same numbers every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

describe('whatever the protocol', () => {
  const random = numbers(7);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const maybe = <Item>(items: readonly Item[]): Item | undefined => (random() < 0.4 ? one(items) : undefined);
  const defined = (selector: object): Selector => Object.fromEntries(Object.entries(selector).filter(([, value]) => value !== undefined));
  const selector = (): Selector => defined({ modality: maybe(['CT', 'MR', 'MG', 'US', 'XX']), view: maybe(VIEWS), sequence: maybe(SEQUENCES), plane: maybe(ORIENTATIONS), study: maybe(['current', 'prior']), alike_to: maybe([0, 1, 15]), rank: maybe([RANKS, ['thin'], ['alike', 'many']]) });
  const modalities = ['CT', 'MR', 'MG', 'US'];

  function protocol(): HangingProtocol {
    const layout = { rows: 1 + Math.floor(random() * 4), columns: 1 + Math.floor(random() * 4) };
    const viewports = Array.from({ length: layout.rows * layout.columns }, () => (random() < 0.2 ? null : { select: Array.from({ length: 1 + Math.floor(random() * 4) }, selector) }));
    return { name: 'any', match: { modalities, prior: random() < 0.5 }, layout, viewports, needed: 1 };
  }

  function study(prior: boolean): Candidate[] {
    const sets = Array.from({ length: Math.floor(random() * 6) }, () => series(one(modalities), one(['t1', 't2 ax', 'RCC', '']), axial(1 + Math.floor(random() * 4), 1 + random())));
    return candidatesOf(sets.flat(), prior);
  }

  it('nothing lies in two places, and the same study hangs alike', () => {
    for (let round = 0; round < 400; round += 1) {
      const [protocols, candidates] = [[protocol(), protocol()], [...study(false), ...(random() < 0.5 ? study(true) : [])]];
      const found = hang(protocols, { candidates, description: 'any' });
      const hung = (found?.viewports ?? []).flatMap((viewport) => viewport?.candidate ?? []);
      expect(new Set(hung).size).toBe(hung.length);
      expect(hung.every((candidate) => candidates.includes(candidate))).toBe(true);
      expect(hang(protocols, { candidates: [...candidates], description: 'any' })).toEqual(found);
    }
  });

  it('one that asks for it lies twice', () => {
    const sets = series('CT', '', axial(3));
    const twice: HangingProtocol = { name: '', match: { modalities: ['CT'] }, layout: { rows: 1, columns: 2 }, viewports: [{ select: [{}] }, { select: [{ again: true }], display: { start: 'middle' } }] };
    expect(lying(hang([twice], { candidates: candidatesOf(sets), description: '' }))).toEqual([id(sets, 0), id(sets, 1)]);
  });
});

describe('a hanging of one’s own', () => {
  it('brings the same kinds of series to the same places in another study', () => {
    const make = (): DisplaySet[][] => [series('CT', 'Lung 1.0', axial(9, 1)), series('CT', 'Soft 5.0', axial(9)), series('CT', 'Soft cor', [{ ImagePositionPatient: [0, 0, 0], ImageOrientationPatient: [1, 0, 0, 0, 0, -1] }])];
    const [now, next] = [make(), make()];
    const place = (sets: readonly DisplaySet[], display = {}): { setId: string; index: number; display: object } => ({ setId: sets[0]?.id ?? '', index: 0, display });
    const kept = protocolOf({ rows: 2, columns: 2 }, [place(now[1] ?? []), undefined, place(now[0] ?? [], { preset: 'Lung' }), place(now[2] ?? [])], candidatesOf(now.flat()), false);
    const found = kept && hang([kept], { candidates: candidatesOf(next.toReversed().flat()), description: '' });
    expect(lying(found)).toEqual([id(next[1] ?? []), undefined, id(next[0] ?? []), id(next[2] ?? [])]);
    expect(found?.viewports[2]?.display.preset).toBe('Lung');
    expect(JSON.stringify(kept)).not.toMatch(/1\.9\./);
  });

  it('keeps no long numbers of a description, which may name somebody', () => {
    const sets = series('CT', 'Thorax PAT 19601231', axial(3));
    const kept = protocolOf({ rows: 1, columns: 1 }, [{ setId: sets[0]?.id ?? '', index: 0, display: {} }], candidatesOf(sets), false);
    expect(JSON.stringify(kept)).not.toContain('1960');
  });

  it('is kept by modality and part of the body', () => {
    expect(hangingKey(['PT', 'CT', 'CT'], '')).toBe('CT+PT');
    expect(hangingKey(['CR'], 'Chest, thorax')).toBe('CR.CHESTTHORAX');
    expect(hangingKey([], '§')).toBe('OT');
  });
});

describe('one scale', () => {
  const room = (columns: number, rows: number, spacing: number, values: Values = {}): Parameters<typeof commonScale>[0][number] => ({ frame: { instance: image({ Rows: rows, Columns: columns, ...(spacing && { ImagerPixelSpacing: [spacing, spacing] }), ...values }), number: 1 }, width: 100, height: 200 });

  it('is that at which the largest picture fits', () => {
    expect(commonScale([room(150, 180, 0.1), room(100, 180, 0.2)])).toBeCloseTo(0.2);
    expect(commonScale([room(150, 180, 0)])).toBeUndefined();
  });

  it('finds the chest wall behind', () => {
    expect([['P', 'L'], ['A', 'FR'], ['PF', 'H'], ['L', 'F']].map((PatientOrientation) => chestWallOf(room(1, 1, 1, { PatientOrientation }).frame))).toEqual(['right', 'left', 'right', undefined]);
  });
});
