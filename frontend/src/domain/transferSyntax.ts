/** In which transfer syntax a frame is asked for: as stored, or transcoded by the server. */
import { isMonochrome, isPalette, type Instance, type PixelFormat } from './instance';

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

/** Compressions that the codecs of the browser decode exactly for one grey sample. */
const GREY_CODECS: ReadonlySet<string> = new Set([
  JPEG_BASELINE,
  '1.2.840.10008.1.2.4.57', // JPEG Lossless, Process 14
  '1.2.840.10008.1.2.4.70', // JPEG Lossless, Process 14, first-order prediction
  '1.2.840.10008.1.2.4.80', // JPEG-LS Lossless
  '1.2.840.10008.1.2.4.81', // JPEG-LS Near-Lossless
  '1.2.840.10008.1.2.4.90', // JPEG 2000 Lossless
  '1.2.840.10008.1.2.4.91', // JPEG 2000
  '1.2.840.10008.1.2.4.201', // HTJ2K Lossless
  '1.2.840.10008.1.2.4.202', // HTJ2K Lossless RPCL
  '1.2.840.10008.1.2.4.203', // HTJ2K
]);

const NATIVE: ReadonlySet<string> = new Set([IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN]);

/** The server hands native frames over as they are stored. */
const NATIVE_COLOURS: ReadonlySet<string> = new Set(['RGB', 'YBR_FULL', 'YBR_FULL_422']);

/** MPEG-2, MPEG-4 AVC and HEVC streams (PS3.5 8.2.5 to 8.2.8): no frames to fetch. */
export function isVideo(transferSyntaxUID: string): boolean {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(transferSyntaxUID);
}

function decodesCompressed(transferSyntaxUID: string, format: PixelFormat): boolean {
  if (isMonochrome(format) || isPalette(format)) {
    return GREY_CODECS.has(transferSyntaxUID) && (format.bitsAllocated === 8 || format.bitsAllocated === 16);
  }
  // The browser's own JPEG decoder takes three components for YCbCr; colour stored as RGB comes out wrong.
  return transferSyntaxUID === JPEG_BASELINE && format.photometricInterpretation.startsWith('YBR');
}

function decodesNative(format: PixelFormat): boolean {
  return format.samplesPerPixel === 1 || NATIVE_COLOURS.has(format.photometricInterpretation);
}

/** Whether the frames can be decoded here just as they are stored. */
export function isDecodedHere(instance: Instance): boolean {
  const { transferSyntaxUID, pixels } = instance;
  if (!pixels) return false;
  return NATIVE.has(transferSyntaxUID) ? decodesNative(pixels) : decodesCompressed(transferSyntaxUID, pixels);
}

const frameType = (transferSyntax: string): string => `multipart/related; type="application/octet-stream"; transfer-syntax=${transferSyntax}`;

/** The request for a frame that the server shall decode. */
export const DECODED_FRAME = frameType(EXPLICIT_LITTLE_ENDIAN);

export const HTJ2K_RPCL = '1.2.840.10008.1.2.4.202';
const RLE = '1.2.840.10008.1.2.5';

/** Stored without loss in what takes more room, or more time to unpack, than HTJ2K. */
const PACKABLE: ReadonlySet<string> = new Set([...NATIVE, RLE, '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70']);

/** Whether the server can pack the frames for the way without loss. */
export function isPackable({ transferSyntaxUID, pixels }: Instance): boolean {
  if (!pixels || !PACKABLE.has(transferSyntaxUID)) return false;
  return pixels.samplesPerPixel === 1 && (pixels.bitsAllocated === 8 || pixels.bitsAllocated === 16);
}

/** The media type of the request for a frame (PS3.18 8.7.3.3.2 and table 8.7.3-5). */
export function frameAccept(instance: Instance, packed = false): string {
  const asStored = isDecodedHere(instance) ? frameType('*') : DECODED_FRAME;
  return packed && isPackable(instance) ? `multipart/related; type="image/jphc"; transfer-syntax=${HTJ2K_RPCL}, ${asStored};q=0.9` : asStored;
}
