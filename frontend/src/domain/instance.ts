/** An instance and how its pixels are stored, out of its metadata. */
import { hasValue, number, text, type Dataset } from './dataset';
import { Tag } from './tags';

export type SampleType = 'integer' | 'float' | 'double';

/** Image Pixel Module (PS3.3 C.7.6.3), as stored. */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  readonly planarConfiguration: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly sampleType: SampleType;
}

export interface Instance {
  readonly dataset: Dataset;
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
  readonly sopClassUID: string;
  readonly transferSyntaxUID: string;
  readonly modality: string;
  readonly instanceNumber: number | undefined;
  readonly numberOfFrames: number;
  /** Absent when the object has no picture. */
  readonly pixels: PixelFormat | undefined;
}

function sampleType(dataset: Dataset): SampleType | undefined {
  if (hasValue(dataset, Tag.PixelData)) return 'integer';
  if (hasValue(dataset, Tag.FloatPixelData)) return 'float';
  return hasValue(dataset, Tag.DoubleFloatPixelData) ? 'double' : undefined;
}

const DEFAULT_BITS: Readonly<Record<SampleType, number>> = { integer: 16, float: 32, double: 64 };

function sampleFormat(dataset: Dataset, type: SampleType): Omit<PixelFormat, 'rows' | 'columns'> {
  const samplesPerPixel = number(dataset, Tag.SamplesPerPixel) ?? 1;
  const bitsAllocated = number(dataset, Tag.BitsAllocated) ?? DEFAULT_BITS[type];
  return {
    samplesPerPixel,
    photometricInterpretation: text(dataset, Tag.PhotometricInterpretation) || (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2'),
    planarConfiguration: number(dataset, Tag.PlanarConfiguration) ?? 0,
    bitsAllocated,
    bitsStored: Math.min(number(dataset, Tag.BitsStored) ?? bitsAllocated, bitsAllocated),
    signed: number(dataset, Tag.PixelRepresentation) === 1,
    sampleType: type,
  };
}

function pixelFormat(dataset: Dataset): PixelFormat | undefined {
  const type = sampleType(dataset);
  const rows = number(dataset, Tag.Rows) ?? 0;
  const columns = number(dataset, Tag.Columns) ?? 0;
  return type === undefined || rows < 1 || columns < 1 ? undefined : { rows, columns, ...sampleFormat(dataset, type) };
}

/** Read the metadata of one instance. */
export function readInstance(dataset: Dataset): Instance {
  return {
    dataset,
    studyInstanceUID: text(dataset, Tag.StudyInstanceUID),
    seriesInstanceUID: text(dataset, Tag.SeriesInstanceUID),
    sopInstanceUID: text(dataset, Tag.SOPInstanceUID),
    sopClassUID: text(dataset, Tag.SOPClassUID),
    transferSyntaxUID: text(dataset, Tag.AvailableTransferSyntaxUID),
    modality: text(dataset, Tag.Modality),
    instanceNumber: number(dataset, Tag.InstanceNumber),
    numberOfFrames: Math.max(1, number(dataset, Tag.NumberOfFrames) ?? 1),
    pixels: pixelFormat(dataset),
  };
}

export const isMonochrome = (format: PixelFormat): boolean => format.photometricInterpretation.startsWith('MONOCHROME');
export const isPalette = (format: PixelFormat): boolean => format.photometricInterpretation === 'PALETTE COLOR';
