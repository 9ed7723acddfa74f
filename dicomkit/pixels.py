"""Pixels: one place to import decoding and rendering from."""

import numpy as np

from dicomkit.context import FrameContext, Window
from dicomkit.decode import MAX_SAMPLES, decode_frame, stored_dtype
from dicomkit.errors import PixelError
from dicomkit.pack import pack_frame
from dicomkit.render import default_window, encode_jpeg, encode_png, to_display
from dicomkit.transfer_syntaxes import Codec, codec_of

__all__ = [
    "MAX_SAMPLES",
    "FrameContext",
    "PixelError",
    "Window",
    "can_decode",
    "decode_frame",
    "default_window",
    "encode_jpeg",
    "encode_png",
    "native_photometric",
    "pack_frame",
    "stored_dtype",
    "to_display",
    "to_native",
]


def can_decode(transfer_syntax_uid: str) -> bool:
    """Tell whether frames of a transfer syntax can be decoded here; videos can't."""
    return codec_of(transfer_syntax_uid) not in (Codec.VIDEO, Codec.UNKNOWN)


def to_native(data: bytes, context: FrameContext, transfer_syntax_uid: str) -> bytes:
    """Return a frame as little endian pixels without compression.

    What Explicit VR Little Endian would hold: values of Bits Allocated, single bits packed.
    Colours become RGB with Planar Configuration 0, whatever they were: `native_photometric`
    says what to tell the reader.

    Parameters
    ----------
    data, context, transfer_syntax_uid
        As for `decode_frame`.

    Raises
    ------
    PixelError
        As `decode_frame`.
    """
    pixels = decode_frame(data, context, transfer_syntax_uid)
    if context.bits_allocated == 1:
        return np.packbits(pixels, bitorder="little").tobytes()
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def native_photometric(context: FrameContext) -> str:
    """Return the Photometric Interpretation of what `to_native` gives."""
    return "RGB" if context.samples == 3 else context.photometric
