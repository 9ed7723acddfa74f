"""From stored values to what a screen shows (PS3.3 C.11, PS3.4 N.2)."""

from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dicomkit.context import FrameContext, Window
from dicomkit.errors import PixelError

# Enough pixels to place a default window; reading all of a mammogram gains nothing.
_SAMPLE: Final = 200_000
_PERCENTILES: Final = (0.5, 99.5)
_WHITE: Final = 255
_MAX_SIDE: Final = 16384
_JPEG_QUALITY: Final = 90


def to_display(
    frame: NDArray,
    context: FrameContext,
    *,
    window: tuple[float, float] | Window | None = None,
    size: tuple[int, int] | None = None,
    enlarge: bool = False,
) -> NDArray[np.uint8]:
    """Render one decoded frame for a screen.

    Parameters
    ----------
    frame : ndarray
        What `dicomkit.pixels.decode_frame` returned.
    context : FrameContext
        Of that frame.
    window : (center, width), optional
        In output units of the Modality LUT (HU for CT); else the header's VOI LUT, its first
        window, or one that fits the values.
    size : (columns, rows), optional
        Box in pixels that the picture is shrunk to fit.
    enlarge : bool
        Fill the box even if the picture is smaller.

    Returns
    -------
    ndarray
        uint8, shape (rows, columns) or (rows, columns, 3) in RGB, pixels made square.

    Raises
    ------
    PixelError
        ``palette`` when a PALETTE COLOR image has none.

    References: PS3.3 C.11.1 (Modality LUT), C.11.2 (VOI LUT), C.7.6.3.1.2.
    """
    if frame.ndim == 3:
        shown = _colour(frame, context)
    elif context.photometric == "PALETTE COLOR":
        if context.palette is None:
            raise PixelError("palette", "The image has no usable palette.")
        shown = context.palette.apply(frame)
    else:
        shown = _grey(frame, context, window)
    return _resize(shown, context.aspect, size, enlarge)


def default_window(frame: NDArray, context: FrameContext) -> Window:
    """Return the window with which `to_display` shows a frame when nobody chose one.

    The header's first usable window; else one from the 0.5th to the 99.5th percentile of the
    pixels that are not padding, in output units of the Modality LUT.
    """
    if context.windows:
        return context.windows[0]
    values = _modality(_sample(frame, context), context)
    values = values[np.isfinite(values)]
    if not values.size:
        return Window(0.5, 1.0)
    low, high = np.percentile(values, _PERCENTILES)
    if high <= low:  # a mask, or an almost empty picture
        low, high = values.min(), values.max()
    # LINEAR maps center - 0.5 +- (width - 1) / 2 to the ends (PS3.3 C.11.2.1.2.1).
    spread = 1.0 if context.voi_function == "LINEAR" and not context.floating else 0.0
    width = float(high) - float(low) + spread
    return Window((float(low) + float(high) + spread) / 2, width if width > 0 else 1.0)


def encode_jpeg(shown: NDArray[np.uint8], *, quality: int = _JPEG_QUALITY) -> bytes:
    """Return a rendered picture as baseline JPEG; `quality` from 1 to 100."""
    return bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(shown), level=quality))


def encode_png(shown: NDArray[np.uint8]) -> bytes:
    """Return a rendered picture as PNG."""
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(shown), level=1))


def _colour(frame: NDArray, context: FrameContext) -> NDArray[np.uint8]:
    rgb = frame[..., :3]
    if rgb.dtype == np.uint8:
        return np.asarray(rgb, dtype=np.uint8)
    if context.floating:
        return np.asarray(np.clip(rgb, 0, 1) * _WHITE, dtype=np.uint8)
    shift = max(0, context.bits_stored - 8)
    return np.asarray(np.clip(rgb >> shift, 0, _WHITE), dtype=np.uint8)


def _grey(
    frame: NDArray, context: FrameContext, window: tuple[float, float] | Window | None
) -> NDArray[np.uint8]:
    chosen = None if window is None else Window(window[0], window[1])
    if chosen is None and (context.voi_table is None or context.floating):
        chosen = default_window(frame, context)
    if frame.dtype.itemsize > 2:
        return _to_grey(frame, context, chosen)
    # One look-up for each pixel instead of the arithmetic, which is done for each value once.
    info = np.iinfo(frame.dtype)
    every = np.arange(info.min, info.max + 1, dtype=np.int32)
    table = _to_grey(every, context, chosen)
    table = np.roll(table, info.min)  # negative values count from the end
    return np.asarray(table[frame.view(f"u{frame.dtype.itemsize}")])


def _to_grey(values: NDArray, context: FrameContext, window: Window | None) -> NDArray[np.uint8]:
    output = _modality(values, context)
    if window is None and context.voi_table is not None:
        white = float((1 << context.voi_table.bits) - 1)
        unit = context.voi_table.apply(output) / white
    else:
        unit = _windowed(output, window or Window(0.5, 1.0), context.voi_function)
    if context.inverse:
        unit = 1 - unit
    grey = np.nan_to_num(unit, nan=0.0, posinf=1.0, neginf=0.0) * _WHITE + 0.5
    return np.asarray(np.clip(grey, 0, _WHITE), dtype=np.uint8)


def _modality(values: NDArray, context: FrameContext) -> NDArray:
    """Apply the Modality LUT: the table, or slope and intercept."""
    if context.modality_table is not None:
        return context.modality_table.apply(values)
    return values.astype(np.float64) * context.slope + context.intercept


def _windowed(values: NDArray, window: Window, function: str) -> NDArray:
    """Map output units to 0..1 (PS3.3 C.11.2.1.2.1, C.11.2.1.3)."""
    center, width, _ = window
    if function == "SIGMOID":
        exponent = np.clip(-4 * (values - center) / width, -60, 60)
        return 1 / (1 + np.exp(exponent))
    if function == "LINEAR" and width > 1:
        return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)
    if function == "LINEAR" and width == 1:
        return (values > center - 0.5).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0, 1)


def _sample(frame: NDArray, context: FrameContext) -> NDArray:
    """Return pixels evenly spread over the frame, padding left out."""
    step = max(1, int(np.sqrt(frame.size / _SAMPLE)))
    sample = frame[::step, ::step].ravel()
    if context.padding is None:
        return sample
    low, high = context.padding
    kept = sample[(sample < low) | (sample > high)]
    return kept if kept.size else sample


def _resize(
    shown: NDArray[np.uint8], aspect: float, size: tuple[int, int] | None, enlarge: bool
) -> NDArray[np.uint8]:
    """Make pixels square and fit the picture into a box."""
    rows, columns = shown.shape[:2]
    width, height = (columns, rows * aspect) if aspect > 1 else (columns / aspect, rows)
    factor = min(1.0, _MAX_SIDE / max(width, height))
    if size is not None:
        fit = min(size[0] / width, size[1] / height)
        factor = min(factor, fit) if not enlarge else min(fit, _MAX_SIDE / max(width, height))
    target = max(1, round(width * factor)), max(1, round(height * factor))
    if target == (columns, rows):
        return shown
    picture = Image.fromarray(np.ascontiguousarray(shown))
    resized = picture.resize(target, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(resized)
