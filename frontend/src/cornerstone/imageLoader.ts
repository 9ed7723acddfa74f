/** Loading one frame: request, decode, and turn into the picture that Cornerstone shows. */
import { Enums, eventTarget, imageLoader, imageRetrievalPoolManager, utilities, type Types } from '@cornerstonejs/core';
import { createImage } from '@cornerstonejs/dicom-image-loader';
import { isAsStated } from '../domain/codestream';
import { toViewerError, ViewerError } from '../domain/failure';
import { rescaleOf, spacingOf, windowsOf, type FrameRef } from '../domain/frame';
import { isPalette, type Instance, type PixelFormat } from '../domain/instance';
import { modalityTableSource, paletteSource, readTable, voiTableSource, type TableSource } from '../domain/lookupTable';
import { asStated, curveRange, maskStored, PixelError, readNative, sampleCount, throughPalette, toGrey, toRGB, type LookUpTable, type Palette, type Picture, type Samples } from '../domain/samples';
import { DECODED_FRAME, EXPLICIT_LITTLE_ENDIAN, frameAccept, HTJ2K_RPCL, isDecodedHere } from '../domain/transferSyntax';
import { toWindow } from '../domain/window';
import { forgetFrame, frameAhead } from './frameAhead';
import { fetchBulkData, fetchFrame, type FrameBytes } from './frameRequest';
import { addressOf, frameOf } from './imageRegistry';
import { packsFrames } from './linkSpeed';
import { Preview } from './preview';

interface LoadOptions {
  readonly requestType?: Enums.RequestType;
  readonly priority?: number;
}

interface Tables {
  readonly palette: Palette | undefined;
  readonly modality: LookUpTable | undefined;
  readonly voi: LookUpTable | undefined;
}

const NATIVE = new Set(['1.2.840.10008.1.2', EXPLICIT_LITTLE_ENDIAN]);
const tablesOf = new WeakMap<Instance, Promise<Tables>>();
const curves = new WeakMap<Instance, LookUpTable>();

/** An event of Cornerstone's target: `detail` has the image identifier and a coarse image of it. */
export const PREVIEW = 'NOCTIS_PREVIEW';

/** The VOI table of an instance of which a frame was loaded. */
export const curveOf = (instance: Instance): LookUpTable | undefined => curves.get(instance);

async function loadTables({ dataset, pixels }: Instance): Promise<Tables> {
  const read = (source: TableSource): Promise<LookUpTable> => readTable(source, fetchBulkData);
  const sources = pixels && isPalette(pixels) ? paletteSource(dataset) : undefined;
  if (pixels && isPalette(pixels) && !sources) throw new PixelError('The image has no colour palette');
  const modality = modalityTableSource(dataset);
  const voi = voiTableSource(dataset);
  return {
    palette: sources && { red: await read(sources.red), green: await read(sources.green), blue: await read(sources.blue) },
    modality: modality && (await read(modality)),
    voi: voi && (await read(voi)),
  };
}

/** Once for an instance: all its frames share the tables. A failure is not kept. */
function tables(instance: Instance): Promise<Tables> {
  const known = tablesOf.get(instance);
  if (known) return known;
  const loading = loadTables(instance);
  tablesOf.set(instance, loading);
  loading.catch(() => tablesOf.delete(instance));
  return loading;
}

/** `decodeLevel`: how many times the picture is halved; it needs only the beginning of the frame then. */
async function decodeCompressed(imageId: string, frame: FrameBytes, decodeLevel = 0): Promise<Samples> {
  const image = await createImage(imageId, frame.bytes, frame.transferSyntaxUID, {
    preScale: { enabled: false },
    useRGBA: false,
    decodeLevel,
  });
  return (image as Types.IImage).getPixelData() as Samples;
}

/** How the samples lie after decoding: the server and the codecs give colour as RGB, by pixel. */
function decodedFormat(instance: Instance, stored: PixelFormat, native: boolean): PixelFormat {
  if (stored.samplesPerPixel === 1 || (native && isDecodedHere(instance))) return stored;
  return { ...stored, photometricInterpretation: 'RGB', planarConfiguration: 0 };
}

async function samplesOf(imageId: string, frame: FrameBytes, format: PixelFormat, native: boolean): Promise<Samples> {
  if (native) return maskStored(readNative(frame.bytes, format), format);
  const samples = await decodeCompressed(imageId, frame);
  if (samples.length !== sampleCount(format)) throw new PixelError(`The frame decodes to ${samples.length} samples instead of ${sampleCount(format)}`);
  return maskStored(asStated(samples, format), format);
}

function pictureOf(frame: FrameRef, samples: Samples, format: PixelFormat, { palette, modality }: Tables): Picture {
  if (palette) return throughPalette(samples, palette);
  return format.samplesPerPixel === 1 ? toGrey(samples, rescaleOf(frame), modality) : toRGB(samples, format);
}

function windowOf(frame: FrameRef, picture: Picture, curve: LookUpTable | undefined): { center: number; width: number; shape: string } {
  if (picture.kind === 'colour') return { center: 128, width: 256, shape: 'LINEAR' };
  const [stated] = windowsOf(frame);
  if (!stated && curve) return toWindow(curveRange(curve));
  return stated ?? toWindow({ lower: picture.minimum, upper: Math.max(picture.maximum, picture.minimum + 1) });
}

/** The image as Cornerstone's stack viewport wants it: values already in the modality's unit. */
function toCornerstoneImage(imageId: string, frame: FrameRef, format: PixelFormat, picture: Picture): Types.IImage {
  const { rows, columns } = format;
  const colour = picture.kind === 'colour';
  const values = picture.kind === 'colour' ? picture.rgb : picture.values;
  const spacing = spacingOf(frame);
  const window = windowOf(frame, picture, curveOf(frame.instance));
  const numberOfComponents = colour ? 3 : 1;
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({ scalarData: values, width: columns, height: rows, numberOfComponents });
  return {
    imageId,
    dataType: values.constructor.name,
    color: colour,
    rgba: false,
    numberOfComponents,
    photometricInterpretation: colour ? 'RGB' : format.photometricInterpretation,
    rows,
    columns,
    height: rows,
    width: columns,
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    invert: format.photometricInterpretation === 'MONOCHROME1',
    slope: 1,
    intercept: 0,
    preScale: { enabled: true, scaled: true, scalingParameters: { modality: frame.instance.modality, rescaleSlope: 1, rescaleIntercept: 0 } },
    minPixelValue: picture.kind === 'colour' ? 0 : picture.minimum,
    maxPixelValue: picture.kind === 'colour' ? 255 : picture.maximum,
    windowCenter: window.center,
    windowWidth: window.width,
    voiLUTFunction: window.shape,
    sizeInBytes: values.byteLength,
    imageQualityStatus: Enums.ImageQualityStatus.FULL_RESOLUTION,
    voxelManager,
    getPixelData: () => values,
    getCanvas: undefined,
  } as unknown as Types.IImage;
}

interface Decoded {
  readonly samples: Samples;
  readonly format: PixelFormat;
}

async function decode(imageId: string, instance: Instance, stored: PixelFormat, frame: FrameBytes): Promise<Decoded> {
  const native = NATIVE.has(frame.transferSyntaxUID);
  if (!native && !isAsStated(frame.bytes, frame.transferSyntaxUID)) throw new PixelError('The frame is not compressed as its transfer syntax says');
  const format = decodedFormat(instance, stored, native);
  return { format, samples: await samplesOf(imageId, frame, format, native) };
}

/** The bytes of a frame: from a batch that is on its way, or asked for by itself. */
async function fetchStored(imageId: string, instance: Instance, stored: PixelFormat): Promise<FrameBytes> {
  const ahead = await frameAhead(imageId);
  forgetFrame(imageId);
  if (ahead) return ahead;
  const preview = new Preview(stored, (samples) => showPreview(imageId, samples));
  const begun = (frame: FrameBytes): void => {
    if (frame.transferSyntaxUID === HTJ2K_RPCL) preview.show(frame.bytes, (bytes, decodeLevel) => decodeCompressed(imageId, { ...frame, bytes }, decodeLevel));
  };
  try {
    return await fetchFrame(addressOf(imageId), frameAccept(instance, packsFrames()), begun);
  } catch (error) {
    // Not every frame can be packed, and then nothing of it is there.
    if (!(error instanceof ViewerError && error.status === 406)) throw error;
    return await fetchFrame(addressOf(imageId), frameAccept(instance));
  } finally {
    preview.close();
  }
}

/** A frame as stored where the browser can decode it; what it then can't after all, the server decodes. */
async function decodedFrame(imageId: string, instance: Instance, stored: PixelFormat): Promise<Decoded> {
  const frame = await fetchStored(imageId, instance, stored);
  try {
    return await decode(imageId, instance, stored, frame);
  } catch (error) {
    if (NATIVE.has(frame.transferSyntaxUID)) throw error;
    const decodedThere = await fetchFrame(addressOf(imageId), DECODED_FRAME);
    return decode(imageId, { ...instance, transferSyntaxUID: '' }, stored, decodedThere);
  }
}

/** Tell viewports of a coarse picture of a frame that is still on its way; it never enters the cache. */
function showPreview(imageId: string, samples: Samples): void {
  const frame = frameOf(imageId);
  const format = frame?.instance.pixels;
  if (!frame || !format) return;
  const coarse = maskStored(asStated(samples, format), format);
  void tables(frame.instance).then((all) => {
    const image = toCornerstoneImage(imageId, frame, format, pictureOf(frame, coarse, format, all));
    eventTarget.dispatchEvent(new CustomEvent(PREVIEW, { detail: { imageId, image } }));
  }, () => undefined);
}

async function loadPicture(imageId: string): Promise<Types.IImage> {
  const frame = frameOf(imageId);
  const stored = frame?.instance.pixels;
  if (!frame || !stored) throw new ViewerError('not-found', '');
  const [{ samples, format }, allTables] = await Promise.all([decodedFrame(imageId, frame.instance, stored), tables(frame.instance)]);
  if (allTables.voi) curves.set(frame.instance, allTables.voi);
  return toCornerstoneImage(imageId, frame, format, pictureOf(frame, samples, format, allTables));
}

/** Queue the load; the pool keeps what is looked at ahead of what is fetched ahead. */
function load(imageId: string, options: LoadOptions = {}): Types.IImageLoadObject {
  const promise = new Promise<Types.IImage>((resolve, reject) => {
    const run = (): Promise<void> => loadPicture(imageId).then(resolve, (error: unknown) => reject(toViewerError(error)));
    imageRetrievalPoolManager.addRequest(run, options.requestType ?? Enums.RequestType.Interaction, { imageId }, options.priority ?? 0);
  });
  return { promise };
}

export function registerLoader(): void {
  // Cornerstone's cache leaves a rejected promise of its own behind; the failure itself is on the page.
  window.addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof ViewerError) event.preventDefault();
  });
  imageLoader.registerImageLoader('wadors', load);
}

