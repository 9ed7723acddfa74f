/** The patient as an object states him, and whether two objects speak of the same one. */
import { personName, text, type Dataset, type PersonName } from './dataset';
import { Tag } from './tags';

export interface Patient {
  readonly name: PersonName;
  readonly id: string;
  readonly issuer: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly age: string;
}

export function readPatient(dataset: Dataset): Patient {
  return {
    name: personName(dataset, Tag.PatientName),
    id: text(dataset, Tag.PatientID),
    issuer: text(dataset, Tag.IssuerOfPatientID),
    birthDate: text(dataset, Tag.PatientBirthDate),
    sex: text(dataset, Tag.PatientSex),
    age: text(dataset, Tag.PatientAge),
  };
}

const plain = (value: string): string => value.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Equal keys: nothing speaks against one person. Case and punctuation of names don't count. */
export function identity(patient: Patient): string {
  return JSON.stringify([plain(patient.id), plain(patient.issuer), plain(patient.name.alphabetic || patient.name.ideographic), patient.birthDate]);
}

/** The different patients among `patients`, in order of appearance. */
export function distinctPatients(patients: readonly Patient[]): Patient[] {
  return [...new Map(patients.toReversed().map((patient) => [identity(patient), patient])).values()].toReversed();
}

function joinName(name: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = name.split('^').map((part) => part.trim());
  const rest = [prefix, given, middle, suffix].filter(Boolean).join(' ');
  return [family, rest].filter(Boolean).join(', ');
}

/** 'Family, Given Middle' with the ideographic group behind it; '' when there is no name. */
export function displayName(name: PersonName): string {
  const [alphabetic, ideographic] = [joinName(name.alphabetic), name.ideographic.replaceAll('^', ' ').trim()];
  if (!alphabetic) return ideographic || name.phonetic.replaceAll('^', ' ').trim();
  return ideographic ? `${alphabetic} (${ideographic})` : alphabetic;
}
