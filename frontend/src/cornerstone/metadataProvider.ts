/** What Cornerstone asks about an image, answered out of the domain's view of its metadata. */
import { Enums, metaData } from '@cornerstonejs/core';
import { frameRate } from '../domain/cine';
import { text } from '../domain/dataset';
import { planeOf, rescaleOf, sliceLocationOf, sliceThicknessOf, spacingOf, windowsOf, type FrameRef } from '../domain/frame';
import { isPalette } from '../domain/instance';
import { Tag } from '../domain/tags';
import { frameOf } from './imageRegistry';

const { MetadataModules } = Enums;
const UNPLACED = { position: [0, 0, 0], rowDirection: [1, 0, 0], columnDirection: [0, 1, 0] } as const;

function imagePlane(frame: FrameRef): Record<string, unknown> {
  const plane = planeOf(frame);
  const spacing = spacingOf(frame);
  const { position, rowDirection, columnDirection } = plane ?? UNPLACED;
  const { pixels, dataset } = frame.instance;
  return {
    frameOfReferenceUID: text(dataset, Tag.FrameOfReferenceUID) || undefined,
    rows: pixels?.rows,
    columns: pixels?.columns,
    imageOrientationPatient: [...rowDirection, ...columnDirection],
    rowCosines: rowDirection,
    columnCosines: columnDirection,
    imagePositionPatient: position,
    sliceThickness: sliceThicknessOf(frame),
    sliceLocation: sliceLocationOf(frame),
    pixelSpacing: [spacing.row, spacing.column],
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    usingDefaultValues: !plane || spacing.source === 'aspect' || spacing.source === 'none',
  };
}

/** The pixels as the loader hands them over: unpacked, in colour where there is a palette. */
function imagePixel(frame: FrameRef): Record<string, unknown> | undefined {
  const format = frame.instance.pixels;
  if (!format) return undefined;
  return {
    samplesPerPixel: format.samplesPerPixel,
    // Indices are decoded like grey samples; the palette is applied afterwards.
    photometricInterpretation: isPalette(format) ? 'MONOCHROME2' : format.photometricInterpretation,
    rows: format.rows,
    columns: format.columns,
    bitsAllocated: format.bitsAllocated,
    bitsStored: format.bitsStored,
    highBit: format.bitsStored - 1,
    pixelRepresentation: format.signed ? 1 : 0,
    planarConfiguration: format.planarConfiguration,
  };
}

function voiLUT(frame: FrameRef): Record<string, unknown> {
  const windows = windowsOf(frame);
  if (windows.length === 0) return {};
  return {
    windowCenter: windows.map(({ center }) => center),
    windowWidth: windows.map(({ width }) => width),
    voiLUTFunction: windows[0]?.shape === 'SIGMOID' ? 'SIGMOID' : windows[0]?.shape,
  };
}

const MODULES: Readonly<Record<string, (frame: FrameRef) => unknown>> = {
  [MetadataModules.IMAGE_PLANE]: imagePlane,
  [MetadataModules.IMAGE_PIXEL]: imagePixel,
  [MetadataModules.VOI_LUT]: voiLUT,
  [MetadataModules.MODALITY_LUT]: (frame) => {
    const { slope, intercept, unit } = rescaleOf(frame);
    return { rescaleSlope: slope, rescaleIntercept: intercept, rescaleType: unit };
  },
  [MetadataModules.GENERAL_SERIES]: ({ instance }) => ({
    modality: instance.modality,
    studyInstanceUID: instance.studyInstanceUID,
    seriesInstanceUID: instance.seriesInstanceUID,
  }),
  [MetadataModules.SOP_COMMON]: ({ instance }) => ({ sopClassUID: instance.sopClassUID, sopInstanceUID: instance.sopInstanceUID }),
  [MetadataModules.GENERAL_IMAGE]: ({ instance, number }) => ({
    sopInstanceUID: instance.sopInstanceUID,
    instanceNumber: instance.instanceNumber,
    frameNumber: number,
  }),
  [MetadataModules.CINE]: ({ instance }) => ({ cineRate: frameRate(instance), numberOfFrames: instance.numberOfFrames }),
  [MetadataModules.TRANSFER_SYNTAX]: ({ instance }) => ({ transferSyntaxUID: instance.transferSyntaxUID }),
};

function provide(type: string, imageId: unknown): unknown {
  const frame = typeof imageId === 'string' ? frameOf(imageId) : undefined;
  return frame && MODULES[type]?.(frame);
}

/** Ahead of Cornerstone's own providers: they read another form of metadata. */
export function registerMetadataProvider(): void {
  metaData.addProvider(provide, 10_000);
}

