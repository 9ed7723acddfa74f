"""Frames packed for the way to a viewer: HTJ2K without loss, checked before anybody sees it.

References: ISO/IEC 15444-15 (HTJ2K); PS3.5 A.4.12 (HTJ2K Lossless RPCL: progression by
resolution, with the lengths of tile parts in the main header).
"""

from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from dicomkit.errors import PixelError

_TYPES: Final = (np.uint8, np.uint16, np.int16)


def pack_frame(pixels: NDArray[Any]) -> bytes:
    """Return a grey frame as HTJ2K Lossless RPCL (1.2.840.10008.1.2.4.202).

    Parameters
    ----------
    pixels : ndarray
        Rows and columns of stored values, 8 or 16 bits; signed only with 16.

    Raises
    ------
    PixelError
        ``unsupported`` for colour and other sizes; ``damaged`` when what was written doesn't
        read as what it was written from: it must never be sent then.
    """
    if pixels.ndim != 2 or pixels.dtype not in _TYPES:
        raise PixelError("unsupported", "Only grey frames of 8 or 16 bits are packed.")
    pixels = np.ascontiguousarray(pixels)
    try:
        packed = bytes(imagecodecs.htj2k_encode(pixels, reversible=True, tlm=True, tilepart=1))
        is_same = np.array_equal(imagecodecs.htj2k_decode(packed), pixels)
    except (RuntimeError, ValueError) as error:
        raise PixelError("unsupported", f"The frame can't be packed: {error}") from error
    if not is_same:
        raise PixelError("damaged", "The packed frame does not read as the frame.")
    return packed
