"""Scripts of a text: in which direction it runs, and whose forms its Han characters take."""

import unicodedata
from typing import Final

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
# Unicode blocks that tell languages apart which share Han characters.
_KANA: Final = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D))
_HANGUL: Final = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xAC00, 0xD7A3))
_HAN: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))


def direction(text: str) -> str:
    """Return ``rtl`` or ``ltr``, as the first character says that has a direction.

    References: Unicode UAX #9, rules P2 and P3.
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in _RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def han_language(text: str) -> str:
    """Return ``ja``, ``ko`` or ``zh`` where `text` has such characters, else nothing.

    The same code point is drawn in other forms in Tokyo and in Beijing; kana and hangul give the
    language away.
    """
    if _has(text, _KANA):
        return "ja"
    if _has(text, _HANGUL):
        return "ko"
    return "zh" if _has(text, _HAN) else ""


def _has(text: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= ord(character) <= high for character in text for low, high in ranges)
