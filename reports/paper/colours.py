"""Whether a colour can be read on white paper."""

import re
from typing import Final

# WCAG 2.2, 1.4.3 (Contrast, minimum): for text of ordinary size.
LEAST_CONTRAST: Final = 4.5

COLOUR: Final = re.compile("#[0-9a-f]{6}")


def contrast_on_white(colour: str) -> float:
    """Return the contrast ratio (1 to 21) of ``#rrggbb`` against white.

    References: WCAG 2.2, definitions of contrast ratio and relative luminance.
    """
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (_linear(part) for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
