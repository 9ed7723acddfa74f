"""From the bytes of one frame to an array of its pixels (PS3.5 8, annex A)."""

import struct
import zlib
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from dicomkit.codestream import Codestream, inspect, sniff
from dicomkit.colour import expand_422, is_ybr, ybr_to_rgb
from dicomkit.context import FrameContext
from dicomkit.errors import PixelError
from dicomkit.transfer_syntaxes import Codec, codec_of

# Samples of one frame: 11585 x 11585 grey. JPEG 2000 takes four times as many bytes to decode.
MAX_SAMPLES: Final = 128 * 1024 * 1024
_RLE_HEADER: Final = 64
_SAMPLES: Final = frozenset({1, 3, 4})
_SIZES: Final = frozenset({1, 8, 16, 32, 64})


def decode_frame(data: bytes, context: FrameContext, transfer_syntax_uid: str) -> NDArray:
    """Decode one frame.

    Parameters
    ----------
    data : bytes
        What `dicomkit.frames.read_frame` returned.
    context : FrameContext
        Of that frame.
    transfer_syntax_uid : str
        How it is encoded.

    Returns
    -------
    ndarray
        Stored values, shape (rows, columns) or (rows, columns, samples), of the signedness and
        size that the header says; single bits as 0 and 1 of uint8. Colours are RGB; palette
        indices stay indices.

    Raises
    ------
    PixelError
        ``empty`` (no rows or columns), ``too-large``, ``bomb`` or ``mismatch`` (the codestream
        is not of the declared size), ``truncated``, ``codestream``, ``damaged``,
        ``unsupported``.

    References: PS3.5 8.2, annexes A.4 and G (RLE).
    """
    _check_shape(context)
    codec = codec_of(transfer_syntax_uid)
    if codec in (Codec.VIDEO, Codec.UNKNOWN):
        raise PixelError("unsupported", f"Frames of {transfer_syntax_uid} can't be decoded here.")
    if codec is Codec.NATIVE:
        return _native(data, context)
    if codec is Codec.DEFLATED_FRAME:
        return _native(_inflate(data, context), context)
    if codec is Codec.RLE:
        return _rle(data, context)
    return _compressed(data, context, sniff(data, codec))


def stored_dtype(context: FrameContext) -> np.dtype[Any]:
    """Return the little endian type of a stored value."""
    if context.floating:
        return np.dtype(f"<f{context.bits_allocated // 8}")
    kind = "i" if context.signed and context.bits_allocated > 1 else "u"
    return np.dtype(f"<{kind}{max(8, context.bits_allocated) // 8}")


def _check_shape(context: FrameContext) -> None:
    count = context.rows * context.columns * context.samples
    if not count:
        raise PixelError("empty", "The image has no rows or no columns.")
    if count > MAX_SAMPLES:
        raise PixelError("too-large", "The frame is too large to be decoded.")
    if context.bits_allocated not in _SIZES or context.samples not in _SAMPLES:
        raise PixelError("unsupported", "Pixels of this size are not supported.")


def _native(data: bytes, context: FrameContext) -> NDArray:
    rows, columns, samples = context.rows, context.columns, context.samples
    count = rows * columns * samples
    if context.bits_allocated == 1:
        return _single_bits(data, context, count)
    flat = np.frombuffer(data, _native_dtype(context), len(data) // (context.bits_allocated // 8))
    if flat.size < count and samples == 3 and context.photometric.endswith("_422"):
        _need(flat.size, count // 3 * 2)
        pixels = expand_422(flat[: count // 3 * 2], rows, columns)
        return ybr_to_rgb(pixels, context.photometric)
    _need(flat.size, count)
    return _finish(_arrange(flat[:count], context), context)


def _native_dtype(context: FrameContext) -> np.dtype[Any]:
    dtype = stored_dtype(context)
    return dtype.newbyteorder(">") if context.big_endian else dtype


def _need(size: int, count: int) -> None:
    if size < count:
        raise PixelError("truncated", "The frame has fewer pixels than the header says.")


def _single_bits(data: bytes, context: FrameContext, count: int) -> NDArray:
    packed = np.frombuffer(data, np.uint8)
    _need(packed.size * 8, count)
    bits = np.unpackbits(packed, count=count, bitorder="little")
    return _arrange(bits, context)


def _arrange(flat: NDArray, context: FrameContext) -> NDArray:
    """Give flat samples the shape of the image, colour last."""
    rows, columns, samples = context.rows, context.columns, context.samples
    if samples == 1:
        return flat.reshape(rows, columns)
    if context.planar:
        planes = flat.reshape(samples, rows, columns)
        return np.ascontiguousarray(planes.transpose(1, 2, 0))
    return flat.reshape(rows, columns, samples)


def _finish(pixels: NDArray, context: FrameContext) -> NDArray:
    """Settle byte order, unused bits and colours of uncompressed or lossless pixels."""
    pixels = _stored_bits(pixels.astype(stored_dtype(context), copy=False), context)
    if context.samples == 3 and is_ybr(context.photometric):
        return ybr_to_rgb(pixels, context.photometric)
    return pixels


def _stored_bits(pixels: NDArray, context: FrameContext) -> NDArray:
    """Return stored values alone: shifted down, without overlay bits, sign extended."""
    unused = context.bits_allocated - context.bits_stored
    if context.floating or not unused or context.bits_allocated == 1:
        return pixels
    # To the left end and back: the right shift of signed numbers extends the sign.
    left = context.bits_allocated - 1 - context.high_bit
    return pixels << left >> unused


def _inflate(data: bytes, context: FrameContext) -> bytes:
    samples = context.rows * context.columns * context.samples
    expected = (samples * context.bits_allocated + 7) // 8
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, expected + 1)
    except zlib.error as error:
        raise PixelError("damaged", f"The deflated frame is damaged: {error}") from error


def _rle(data: bytes, context: FrameContext) -> NDArray:
    """Decode RLE Lossless: a byte plane for each byte of each sample, the highest first."""
    if context.bits_allocated == 1:
        return _rle_single_bits(data, context)
    width = context.bits_allocated // 8
    count = context.rows * context.columns
    segments = _rle_segments(data, context.samples * width)
    planes = np.stack([_unpack(segment, count) for segment in segments])
    planes = planes.reshape(context.samples, width, count)
    # Highest byte first is big endian; samples come one after another whatever the header says.
    flat = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(f">u{width}")
    pixels = flat.astype(f"<u{width}").view(stored_dtype(context)).reshape(-1)
    return _finish(_arrange(pixels, replace(context, planar=True)), context)


def _rle_single_bits(data: bytes, context: FrameContext) -> NDArray:
    """Decode one plane of packed bits, the first pixel in the lowest bit."""
    count = context.rows * context.columns * context.samples
    (segment,) = _rle_segments(data, 1)
    return _single_bits(_unpack(segment, (count + 7) // 8).tobytes(), context, count)


def _rle_segments(data: bytes, expected: int) -> list[bytes]:
    """Return the segments of a frame, by the header's offsets (PS3.5 G.5)."""
    if len(data) < _RLE_HEADER:
        raise PixelError("codestream", "The RLE frame ends inside its header.")
    count, *offsets = struct.unpack_from("<16I", data)
    if count != expected:
        raise PixelError("mismatch", "The RLE frame has another number of byte planes.")
    offsets = [*offsets[:count], len(data)]
    return [data[begin:end] for begin, end in pairwise(offsets)]


def _unpack(segment: bytes, size: int) -> NDArray[np.uint8]:
    try:
        plane = np.frombuffer(imagecodecs.packbits_decode(segment), np.uint8)
    except (RuntimeError, ValueError) as error:
        raise PixelError("damaged", f"The RLE frame is damaged: {error}") from error
    _need(plane.size, size)
    return plane[:size]


def _compressed(data: bytes, context: FrameContext, codec: Codec) -> NDArray:
    codestream = inspect(data, codec)
    _check_codestream(codestream, context)
    try:
        pixels = _DECODERS[codec](data, codestream, context)
    except (RuntimeError, ValueError, MemoryError) as error:
        if isinstance(error, PixelError):
            raise
        raise PixelError("damaged", f"The compressed frame is damaged: {error}") from error
    shape = (context.rows, context.columns, context.samples)
    pixels = pixels.reshape(shape[: 2 if context.samples == 1 else 3])
    return _fit(pixels, codestream, context)


def _check_codestream(codestream: Codestream, context: FrameContext) -> None:
    if not codestream.complete:
        raise PixelError("truncated", "The compressed frame ends before its end.")
    samples = codestream.rows * codestream.columns * (codestream.components or 1)
    if samples > MAX_SAMPLES:
        raise PixelError("bomb", "The codestream is larger than any image that is decoded here.")
    components = codestream.components or context.samples
    declared = (context.rows, context.columns, context.samples)
    if (codestream.rows, codestream.columns, components) != declared:
        raise PixelError("mismatch", "The codestream has another size than the header says.")
    if codestream.precision > context.bits_allocated:
        raise PixelError("mismatch", "The codestream has deeper pixels than the header says.")


def _fit(pixels: NDArray, codestream: Codestream, context: FrameContext) -> NDArray:
    """Bring decoded samples to the type of the header; sign them where only it knows the sign."""
    pixels = np.ascontiguousarray(pixels)
    dtype = stored_dtype(context)
    if context.signed and not codestream.signed and context.bits_allocated > 1:
        bits = min(codestream.precision or context.bits_stored, context.bits_stored)
        unused = context.bits_allocated - bits
        return pixels.astype(dtype) << unused >> unused
    return pixels.astype(dtype, copy=False)


def _decode_jpeg(data: bytes, codestream: Codestream, context: FrameContext) -> NDArray:
    if codestream.components != 3:
        return imagecodecs.jpeg8_decode(data)
    if codestream.lossless:
        pixels = imagecodecs.jpeg8_decode(data, colorspace="RGB", outcolorspace="RGB")
        ybr = is_ybr(context.photometric)
        return ybr_to_rgb(pixels, context.photometric) if ybr else pixels
    # The header is the authority; but a codestream that says YBR is never meant as RGB.
    says = codestream.colour or ("ybr" if context.photometric.startswith("YBR") else "rgb")
    space = "YCBCR" if says == "ybr" else "RGB"
    return imagecodecs.jpeg8_decode(data, colorspace=space, outcolorspace="RGB")


def _decode_jpeg_ls(data: bytes, _: Codestream, context: FrameContext) -> NDArray:
    pixels = imagecodecs.jpegls_decode(data)
    if context.samples == 3 and is_ybr(context.photometric):
        return ybr_to_rgb(pixels, context.photometric)
    return pixels


def _decode_jpeg_2000(data: bytes, codestream: Codestream, context: FrameContext) -> NDArray:
    # HTJ2K as well: OpenJPH is twice as fast, but its binding hides damage and wraps overshoot.
    pixels = imagecodecs.jpeg2k_decode(data, planar=False)
    return _untransformed(pixels, codestream, context)


def _untransformed(pixels: NDArray, codestream: Codestream, context: FrameContext) -> NDArray:
    if context.samples == 3 and is_ybr(context.photometric) and not codestream.colour:
        return ybr_to_rgb(pixels, context.photometric)
    return pixels


def _decode_jpeg_xl(data: bytes, _: Codestream, __: FrameContext) -> NDArray:
    return imagecodecs.jpegxl_decode(data, keeporientation=True)


_DECODERS: Final = {
    Codec.JPEG: _decode_jpeg,
    Codec.JPEG_LS: _decode_jpeg_ls,
    Codec.JPEG_2000: _decode_jpeg_2000,
    Codec.HTJ2K: _decode_jpeg_2000,
    Codec.JPEG_XL: _decode_jpeg_xl,
}
