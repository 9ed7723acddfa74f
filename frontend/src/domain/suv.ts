/** Standardised uptake by body weight (QIBA FDG-PET/CT profile; PS3.3 C.8.9.1 PET Series Module). */
import { item, number, text, type Dataset } from './dataset';
import { Tag } from './tags';

export type SuvFactor = { readonly factor: number; readonly missing?: undefined } | { readonly factor: undefined; readonly missing: string };

/** Seconds since 1970 of a DT, or a DA and a TM, read alike for all: only differences count. */
function seconds(date: string, time: string): number | undefined {
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(date);
  const clock = /^(\d{2})(\d{2})?(\d{2})?(\.\d{1,6})?/.exec(time);
  if (!day || !clock) return undefined;
  const [, hours = '0', minutes = '0', whole = '0', part = '0'] = clock;
  return Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) / 1000 + Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(part);
}

function injectedAt(dose: Dataset | undefined, date: string): number | undefined {
  const moment = text(dose, Tag.RadiopharmaceuticalStartDateTime);
  return moment ? seconds(moment.slice(0, 8), moment.slice(8)) : seconds(date, text(dose, Tag.RadiopharmaceuticalStartTime));
}

/** What to multiply Bq/ml by, or what is missing to know it. */
export function suvFactor(dataset: Dataset): SuvFactor {
  const dose = item(dataset, Tag.RadiopharmaceuticalInformationSequence);
  const weight = number(dataset, Tag.PatientWeight);
  const total = number(dose, Tag.RadionuclideTotalDose);
  const missing = (what: string): SuvFactor => ({ factor: undefined, missing: `no SUV: ${what} is missing` });
  if (!weight || weight <= 0) return missing('the weight');
  if (!total || total <= 0) return missing('the dose');
  const correction = text(dataset, Tag.DecayCorrection);
  // ADMIN: corrected to the moment of injection already.
  if (correction === 'ADMIN') return { factor: (weight * 1000) / total };
  if (correction !== 'START') return missing('the decay correction');
  return decayed(dataset, dose, weight, total) ?? missing('a usable time of injection or scan, or the half life,');
}

/** A series time after the acquisition is that of a later processing: the activity was not corrected to it. */
function isMadeAnew(dataset: Dataset, seriesAt: number): boolean {
  const acquired = seconds(text(dataset, Tag.AcquisitionDate) || text(dataset, Tag.SeriesDate), text(dataset, Tag.AcquisitionTime));
  return acquired !== undefined && seriesAt > acquired + 1;
}

function decayed(dataset: Dataset, dose: Dataset | undefined, weight: number, total: number): SuvFactor | undefined {
  const halfLife = number(dose, Tag.RadionuclideHalfLife);
  const date = text(dataset, Tag.SeriesDate);
  const scanned = seconds(date, text(dataset, Tag.SeriesTime));
  const injected = injectedAt(dose, date);
  if (!halfLife || scanned === undefined || injected === undefined || scanned < injected || isMadeAnew(dataset, scanned)) return undefined;
  return { factor: (weight * 1000) / (total * 2 ** (-(scanned - injected) / halfLife)) };
}
