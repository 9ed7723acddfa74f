"""What a rendered image shall look like, from the query parameters of a request.

References: PS3.18 8.3.5 (rendering query parameters): quality 8.3.5.1.2, viewport 8.3.5.1.3,
window 8.3.5.1.4.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.http import HttpRequest

from dicomweb.problems import bad_request

MAX_SIDE: Final = 8192
DEFAULT_QUALITY: Final = 90
_FUNCTIONS: Final = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}


@dataclass(frozen=True, slots=True)
class RenderParameters:
    """How to render a frame.

    Parameters
    ----------
    media_type : str
        ``image/jpeg`` or ``image/png``.
    box : tuple of int or None
        Width and height in pixels into which the image is fitted; None leaves its size.
    region : tuple of float or None
        Left, top, width and height, in pixels of the source, of what is shown; a negative width
        or height mirrors it.
    window : tuple of float or None
        Centre and width in modality units; None takes the object's own.
    function : str
        VOI LUT function: LINEAR, LINEAR_EXACT or SIGMOID.
    quality : int
        1 to 100, of JPEG.
    """

    media_type: str = "image/jpeg"
    box: tuple[int, int] | None = None
    region: tuple[float, float, float, float] | None = None
    window: tuple[float, float] | None = None
    function: str = "LINEAR"
    quality: int = DEFAULT_QUALITY

    def as_task(self) -> dict[str, Any]:
        """Return the parameters as plain values."""
        return asdict(self)


def read_parameters(
    request: HttpRequest, media_type: str, box: tuple[int, int] | None = None
) -> RenderParameters:
    """Read the rendering parameters of a request; `box` is the viewport when it names none.

    Raises
    ------
    DicomWebError
        400.
    """
    box_given, region = _viewport(request.GET.get("viewport", ""))
    span, function = window(request.GET.get("window", ""))
    return RenderParameters(
        media_type,
        box_given or box,
        region,
        span,
        function,
        quality(request.GET.get("quality", "")),
    )


def quality(text: str) -> int:
    """Return the quality that `text` names, the default when it is empty; 400 for nonsense."""
    if not text:
        return DEFAULT_QUALITY
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100):
        raise bad_request("quality is a whole number from 1 to 100.")
    return int(text)


def _viewport(
    text: str,
) -> tuple[tuple[int, int] | None, tuple[float, float, float, float] | None]:
    """Return box and region of ``vw,vh[,sx,sy,sw,sh]``; empty pieces take their default."""
    if not text:
        return None, None
    pieces = text.split(",")
    if len(pieces) not in {2, 6}:
        raise bad_request("viewport is vw,vh or vw,vh,sx,sy,sw,sh.")
    width, height = (number(piece, "viewport") for piece in pieces[:2])
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise bad_request(f"The viewport's sides are from 1 to {MAX_SIDE}.")
    box = (int(width), int(height))
    if len(pieces) == 2 or not any(pieces[2:]):
        return box, None
    left, top = (number(piece or "0", "viewport") for piece in pieces[2:4])
    # Left out: as much as there is, which the renderer cuts to the image.
    across, down = (number(piece or str(2**31), "viewport") for piece in pieces[4:])
    if left < 0 or top < 0 or not (across and down):
        raise bad_request("The region begins within the image and is not empty.")
    return box, (left, top, across, down)


def window(text: str) -> tuple[tuple[float, float] | None, str]:
    """Return centre and width, and the function, of ``center,width[,function]``; 400 if wrong."""
    if not text:
        return None, "LINEAR"
    pieces = text.split(",")
    if len(pieces) not in {2, 3}:
        raise bad_request("window is center,width,function.")
    center, width = (number(piece, "window") for piece in pieces[:2])
    function = _FUNCTIONS.get(pieces[2].lower() if len(pieces) == 3 else "linear")
    if function is None:
        raise bad_request("The window's function is linear, linear-exact or sigmoid.")
    if width < (1 if function == "LINEAR" else math.ulp(0)):
        raise bad_request("The window's width is too small.")  # PS3.3 C.11.2.1.2.1
    return (center, width), function


def number(text: str, name: str) -> float:
    """Return the number of one piece of the parameter `name`; 400 for nonsense."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and abs(value) <= 2**32):
        raise bad_request(f"{name} holds something that is not a number.")
    return value
