/** How studies hang when a user has not said otherwise. */
import type { Display, HangingProtocol, HangingViewport, Selector, Sequence } from './hangingProtocol';

const RADIOGRAPHS = ['CR', 'DX'];

const one = (...select: readonly Selector[]): HangingViewport => ({ select });
const anyOf = (count: number): HangingViewport[] => Array.from({ length: count }, () => one({ rank: ['plain'] }));

/** A breast with its chest wall at the middle of the screen: the right one on the left, as one looks at the patient. */
function breast(view: 'CC' | 'MLO', laterality: 'R' | 'L', study: 'current' | 'prior' = 'current'): HangingViewport {
  const display: Display = { chest_wall: laterality === 'R' ? 'right' : 'left', scale: 'same' };
  return { select: [{ modality: 'MG', view, laterality, study, rank: ['plain'] }], display };
}

const pair = (view: 'CC' | 'MLO', study?: 'prior'): HangingViewport[] => [breast(view, 'R', study), breast(view, 'L', study)];

const ofSequence = (...sequences: readonly Sequence[]): HangingViewport => one(...sequences.map((sequence): Selector => ({ sequence, rank: ['axial', 'many'] })));

const prior = (modality: string): HangingProtocol => ({
  name: `${modality} beside the earlier study`,
  match: { modalities: [modality], prior: true },
  layout: { rows: 1, columns: 2 },
  viewports: [one({ modality }), one({ modality, study: 'prior', alike_to: 0, rank: ['alike'] })],
});

const radiographs = (count: number, rows: number, columns: number): HangingProtocol => ({
  name: `${count} radiographs`,
  match: { modalities: RADIOGRAPHS, least: count, most: count },
  layout: { rows, columns },
  viewports: anyOf(count),
});

const clips = (least: number, rows: number, columns: number): HangingProtocol => ({
  name: `Ultrasound ${rows}×${columns}`,
  match: { modalities: ['US'], least },
  layout: { rows, columns },
  viewports: anyOf(rows * columns),
  needed: least,
});

export const DEFAULT_PROTOCOLS: readonly HangingProtocol[] = [
  { name: 'Mammograms beside the earlier ones', match: { modalities: ['MG'], prior: true }, layout: { rows: 2, columns: 4 }, viewports: [...pair('CC'), ...pair('CC', 'prior'), ...pair('MLO'), ...pair('MLO', 'prior')], needed: 6 },
  { name: 'Mammograms, four views', match: { modalities: ['MG'] }, layout: { rows: 2, columns: 2 }, viewports: [...pair('CC'), ...pair('MLO')], needed: 3 },
  { name: 'Mammograms of the right side', match: { modalities: ['MG'] }, layout: { rows: 1, columns: 2 }, viewports: [breast('CC', 'R'), breast('MLO', 'R')] },
  { name: 'Mammograms of the left side', match: { modalities: ['MG'] }, layout: { rows: 1, columns: 2 }, viewports: [breast('CC', 'L'), breast('MLO', 'L')] },
  { name: 'Mammograms, one view', match: { modalities: ['MG'] }, layout: { rows: 1, columns: 2 }, viewports: pair('CC') },
  { name: 'Radiographs, two views', match: { modalities: RADIOGRAPHS, views: ['LATERAL'], most: 2 }, layout: { rows: 1, columns: 2 }, viewports: [one({ view: 'PA', rank: ['plain'] }, { view: 'AP', rank: ['plain'] }), one({ view: 'LATERAL', rank: ['plain'] })] },
  radiographs(2, 1, 2),
  radiographs(3, 1, 3),
  radiographs(4, 2, 2),
  ...['CT', 'MR', 'CR', 'DX'].map(prior),
  { name: 'PET and CT', match: { modalities: ['CT', 'PT'] }, layout: { rows: 1, columns: 2 }, viewports: [one({ modality: 'CT', plane: 'axial', rank: ['many'] }), one({ modality: 'PT', plane: 'axial', rank: ['corrected', 'many'] })], links: 'position' },
  { name: 'MR by sequence', match: { modalities: ['MR'], sequences: 4 }, layout: { rows: 2, columns: 2 }, viewports: [ofSequence('T2', 'PD'), ofSequence('FLAIR', 'STIR', 'T2'), ofSequence('T1', 'T1_CONTRAST'), ofSequence('T1_CONTRAST', 'DWI', 'ADC', 'SWI', 'TOF', 'T1')] },
  { name: 'MR, three sequences', match: { modalities: ['MR'], sequences: 3 }, layout: { rows: 1, columns: 3 }, viewports: [ofSequence('T2', 'PD'), ofSequence('FLAIR', 'STIR', 'DWI', 'ADC', 'SWI', 'TOF'), ofSequence('T1', 'T1_CONTRAST', 'DWI', 'ADC')] },
  { name: 'MR, two sequences', match: { modalities: ['MR'], sequences: 2 }, layout: { rows: 1, columns: 2 }, viewports: [ofSequence('T2', 'FLAIR', 'STIR', 'PD', 'DWI'), ofSequence('T1', 'T1_CONTRAST', 'FLAIR', 'DWI', 'ADC', 'SWI', 'TOF', 'STIR')] },
  clips(5, 2, 3),
  clips(3, 2, 2),
  clips(2, 1, 2),
  { name: 'CT', match: { modalities: ['CT'] }, layout: { rows: 1, columns: 1 }, viewports: [one({ modality: 'CT' })], extra: 'mpr' },
  { name: 'Cine', match: { modalities: ['XA', 'RF'] }, layout: { rows: 1, columns: 1 }, viewports: [one({ rank: ['clip'] })] },
];
