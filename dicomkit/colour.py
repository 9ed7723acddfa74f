"""From the colour spaces of DICOM to RGB (PS3.3 C.7.6.3.1.2)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicomkit.errors import PixelError

# Rows are R, G, B; columns Y, Cb, Cr, the latter two centred. ITU-R BT.601, full range.
_FULL: Final = np.array(
    [[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]], np.float32
)
# The same from the nominal ranges 16..235 and 16..240.
_PARTIAL: Final = np.array(
    [[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0.0]], np.float32
)
_NEEDS_CONVERSION: Final = frozenset({"YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422"})


def is_ybr(photometric: str) -> bool:
    """Tell whether samples of this Photometric Interpretation have to be converted to RGB."""
    return photometric in _NEEDS_CONVERSION


def ybr_to_rgb(pixels: NDArray, photometric: str) -> NDArray:
    """Convert luminance and colour differences to RGB.

    Parameters
    ----------
    pixels : ndarray
        Shape (rows, columns, 3), 8 bits.
    photometric : str
        YBR_FULL, YBR_FULL_422 (already brought to one chroma sample per pixel) or
        YBR_PARTIAL_422.

    Raises
    ------
    PixelError
        ``unsupported`` for other depths, for which DICOM has no such colours.
    """
    if pixels.dtype != np.uint8:
        raise PixelError("unsupported", f"{photometric} pixels must have 8 bits.")
    partial = photometric.startswith("YBR_PARTIAL")
    offset = np.array([16 if partial else 0, 128, 128], np.float32)
    rgb = (pixels.astype(np.float32) - offset) @ (_PARTIAL if partial else _FULL).T
    return np.clip(np.floor(rgb + 0.5), 0, 255).astype(np.uint8)


def expand_422(data: NDArray, rows: int, columns: int) -> NDArray:
    """Return one chroma sample per pixel from pixels stored as Y Y Cb Cr.

    Parameters
    ----------
    data : ndarray
        ``rows * columns * 2`` samples.
    rows, columns : int
        Size; the number of columns is even.

    Returns
    -------
    ndarray
        Shape (rows, columns, 3).
    """
    if columns % 2:
        raise PixelError("unsupported", "4:2:2 pixels need an even number of columns.")
    quads = data.reshape(rows, columns // 2, 4)
    pixels = np.empty((rows, columns, 3), data.dtype)
    pixels[:, 0::2, 0], pixels[:, 1::2, 0] = quads[..., 0], quads[..., 1]
    pixels[:, :, 1] = np.repeat(quads[..., 2], 2, axis=1)
    pixels[:, :, 2] = np.repeat(quads[..., 3], 2, axis=1)
    return pixels
