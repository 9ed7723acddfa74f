/** Data sets in DICOM JSON for the tests, by keyword. */
import type { Dataset } from '../src/domain/dataset';
import { readInstance, type Instance } from '../src/domain/instance';
import { Tag } from '../src/domain/tags';

type Keyword = keyof typeof Tag;

/** An element for each keyword; a lone value stands for a list of one. */
export function dataset(values: Partial<Record<Keyword, unknown>>): Dataset {
  return Object.fromEntries(Object.entries(values).map(([keyword, value]) => [Tag[keyword as Keyword], { vr: 'UN', Value: Array.isArray(value) ? value : [value] }]));
}

const IMAGE = { Rows: 2, Columns: 2, BitsAllocated: 16, BitsStored: 16, PixelRepresentation: 1, SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', PixelData: 1 };

/** An instance with a picture of 2 x 2. */
export function image(values: Partial<Record<Keyword, unknown>> = {}): Instance {
  return readInstance(dataset({ ...IMAGE, SOPInstanceUID: '1.2.3', Modality: 'CT', AvailableTransferSyntaxUID: '1.2.840.10008.1.2.1', ...values }));
}

/** A slice at `position` with axial, or the given, orientation. */
export function slice(instanceNumber: number, position: readonly number[], orientation: readonly number[] = [1, 0, 0, 0, 1, 0]): Instance {
  return image({ SOPInstanceUID: `1.2.${instanceNumber}`, InstanceNumber: instanceNumber, ImagePositionPatient: position, ImageOrientationPatient: orientation });
}
