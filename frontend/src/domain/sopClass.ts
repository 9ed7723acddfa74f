/** What kind of object an instance is, in words, for those that have no picture to show. */
const STORAGE = '1.2.840.10008.5.1.4.1.1.';

export const ENCAPSULATED_PDF = `${STORAGE}104.1`;

const NAMES: Readonly<Record<string, string>> = {
  '9.1.1': '12-lead ECG',
  '9.1.2': 'General ECG',
  '9.1.3': 'Ambulatory ECG',
  '9.2.1': 'Haemodynamic waveform',
  '9.3.1': 'Electrophysiology waveform',
  '9.4.1': 'Basic voice audio',
  '9.4.2': 'General audio',
  '11.1': 'Presentation state',
  '11.2': 'Colour presentation state',
  '11.3': 'Pseudo-colour presentation state',
  '11.4': 'Blending presentation state',
  '66': 'Raw data',
  '66.1': 'Spatial registration',
  '66.2': 'Spatial fiducials',
  '66.3': 'Deformable spatial registration',
  '66.4': 'Segmentation',
  '66.5': 'Surface segmentation',
  '66.7': 'Segmentation',
  '67': 'Real world value mapping',
  '88.11': 'Basic text report',
  '88.22': 'Enhanced structured report',
  '88.33': 'Comprehensive structured report',
  '88.34': 'Comprehensive 3D structured report',
  '88.50': 'Mammography CAD report',
  '88.59': 'Key object selection',
  '88.65': 'Chest CAD report',
  '88.67': 'X-ray radiation dose report',
  '88.68': 'Radiopharmaceutical radiation dose report',
  '91.1': 'Microscopy annotations',
  '104.1': 'PDF document',
  '104.2': 'CDA document',
  '104.3': 'STL model',
  '104.4': 'OBJ model',
  '104.5': 'MTL material',
  '481.3': 'Radiotherapy structure set',
  '481.4': 'Radiotherapy beams treatment record',
  '481.5': 'Radiotherapy plan',
  '481.8': 'Radiotherapy ion plan',
};

const BY_MODALITY: Readonly<Record<string, string>> = {
  SR: 'Structured report',
  PR: 'Presentation state',
  KO: 'Key object selection',
  ECG: 'ECG',
  HD: 'Haemodynamic waveform',
  AU: 'Audio',
  DOC: 'Document',
  REG: 'Registration',
  RTPLAN: 'Radiotherapy plan',
  RTSTRUCT: 'Radiotherapy structure set',
  SEG: 'Segmentation',
};

/** The type of an object, or '' when neither its SOP class nor its modality is known. */
export function objectName(sopClassUID: string, modality: string): string {
  const name = sopClassUID.startsWith(STORAGE) ? NAMES[sopClassUID.slice(STORAGE.length)] : undefined;
  return name ?? BY_MODALITY[modality] ?? '';
}
