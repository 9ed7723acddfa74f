"""A logo: decoded within limits and written anew, so that nothing else of the upload is kept."""

import io
import warnings
from typing import BinaryIO, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MAX_BYTES: Final = 2 * 1024 * 1024
# Decoded to at most 48 MB; a letterhead's logo is printed 2 cm high.
MAX_PIXELS: Final = 12_000_000
MAX_SIDE: Final = 8_000
_SHOWN: Final = (1400, 500)
_FORMATS: Final = ("PNG", "JPEG")


class LogoError(ValueError):
    """The file is no picture that can be a logo; the message says why, for people."""


def clean_logo(stream: BinaryIO, size_bytes: int) -> tuple[bytes, str]:
    """Return a PNG or JPEG made from the pixels of an uploaded one, and its media type.

    Raises
    ------
    LogoError
        When it is too large, of another format, or damaged.
    """
    if size_bytes > MAX_BYTES:
        raise LogoError(_("The logo is larger than %(mb)s MB.") % {"mb": MAX_BYTES >> 20})
    try:
        # What Pillow warns of (a bomb, a damaged chunk) is refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(stream, formats=_FORMATS) as image:
                return _rewritten(image)
    except LogoError:
        raise
    except Exception as error:  # hostile files make decoders fail in every way
        raise LogoError(_("The logo must be a PNG or JPEG picture.")) from error


def _rewritten(image: Image.Image) -> tuple[bytes, str]:
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise LogoError(
            _("The logo has too many pixels (%(w)s x %(h)s).") % {"w": width, "h": height}
        )
    is_jpeg = image.format == "JPEG"
    turned = ImageOps.exif_transpose(image)
    pixels = turned.convert("RGB" if is_jpeg else "RGBA")
    pixels.thumbnail(_SHOWN, Image.Resampling.LANCZOS)
    # A new picture: without colour profile, comments or anything that hides in the old one.
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    target = io.BytesIO()
    if is_jpeg:
        fresh.save(target, "JPEG", quality=90)
        return target.getvalue(), "image/jpeg"
    fresh.save(target, "PNG", optimize=True)
    return target.getvalue(), "image/png"
