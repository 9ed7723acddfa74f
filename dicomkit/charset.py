"""Text of any Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_ESCAPE: Final = b"\x1b"
_DEFAULT: Final = "ascii"

# ISO-IR number, or name, of a defined term -> Python codec. The codecs contain ASCII as G0.
_CODECS: Final = {
    "": _DEFAULT,
    "6": _DEFAULT,
    "13": "shift_jis",  # contains JIS X 0201 (romaji and half-width katakana)
    "58": "gb2312",
    "87": "iso2022_jp",
    "100": "latin_1",
    "101": "iso8859_2",
    "109": "iso8859_3",
    "110": "iso8859_4",
    "126": "iso8859_7",
    "127": "iso8859_6",
    "138": "iso8859_8",
    "144": "iso8859_5",
    "148": "iso8859_9",
    "149": "euc_kr",
    "159": "iso2022_jp_2",
    "166": "tis_620",
    "192": "utf_8",
    "203": "iso8859_15",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "UTF8": "utf_8",
}
# Escape sequences of PS3.3 tables C.12-3 and C.12-4.
_ESCAPES: Final = {
    b"\x1b(B": _DEFAULT,
    b"\x1b(J": "shift_jis",
    b"\x1b)I": "shift_jis",
    b"\x1b-A": "latin_1",
    b"\x1b-B": "iso8859_2",
    b"\x1b-C": "iso8859_3",
    b"\x1b-D": "iso8859_4",
    b"\x1b-F": "iso8859_7",
    b"\x1b-G": "iso8859_6",
    b"\x1b-H": "iso8859_8",
    b"\x1b-L": "iso8859_5",
    b"\x1b-M": "iso8859_9",
    b"\x1b-T": "tis_620",
    b"\x1b-b": "iso8859_15",
    b"\x1b$B": "iso2022_jp",
    b"\x1b$(D": "iso2022_jp_2",
    b"\x1b$)A": "gb2312",
    b"\x1b$)C": "euc_kr",
}
# These codecs want to see their escape sequence, and use bytes that look like delimiters.
_SELF_ESCAPED: Final = frozenset({"iso2022_jp", "iso2022_jp_2"})
_ONE_BYTE: Final = frozenset(
    codec for codec in _CODECS.values() if codec.startswith(("iso8859", "latin"))
)
_C1_CONTROL: Final = re.compile(b"[\x80-\x9f]")
_TEXT_RESET: Final = re.compile(b"[\\\\\r\n\t\f]")
_NAME_RESET: Final = re.compile(b"[\\\\\r\n\t\f^=]")


def codec_of(label: str) -> str | None:
    """Return the Python codec for a defined term, tolerant of ``ISO-IR 100`` and the like.

    ``None`` for a term that PS3.3 C.12.1.1.2 doesn't know.
    """
    term = re.sub(r"[\s_-]+", " ", label.upper()).strip()
    for prefix in ("ISO 2022 IR ", "ISO IR ", "ISO 2022 "):
        term = term.removeprefix(prefix)
    return _CODECS.get(term.replace(" ", ""))


@lru_cache(maxsize=256)
def _codecs_of(labels: tuple[str, ...]) -> tuple[str, ...]:
    codecs = tuple(codec for codec in map(codec_of, labels) if codec is not None)
    if not codecs or codecs[0] in _SELF_ESCAPED:  # these begin in ASCII
        return (_DEFAULT, *codecs)
    return codecs


def decode(value: bytes, labels: Sequence[str], *, person_name: bool = False) -> str:
    r"""Decode a text value; never fails.

    Parameters
    ----------
    value : bytes
        The value field, all its values with their backslashes.
    labels : sequence of str
        Values of (0008,0005); empty when absent. An unknown term counts as absent, and bytes
        that the declared sets can't hold are tried as UTF-8, then as Latin-1.
    person_name : bool
        ``^`` and ``=`` return to the initial set as well.

    References: PS3.5 6.1.2.4 (code extensions), 6.1.2.5 (escape sequences).
    """
    if value.isascii() and _ESCAPE not in value:
        return value.decode("ascii")
    codecs = _codecs_of(tuple(labels))
    if _ESCAPE not in value:
        return _decode_plain(value, codecs)
    reset = _NAME_RESET if person_name else _TEXT_RESET
    first, *escaped = value.split(_ESCAPE)
    parts = [_decode_plain(first, codecs)] if first else []
    parts += [_decode_escaped(_ESCAPE + part, codecs, reset) for part in escaped]
    return "".join(parts)


def _decode_plain(value: bytes, codecs: tuple[str, ...]) -> str:
    """Decode bytes without escape sequences by the initial set, or else the best guess."""
    initial = codecs[0]
    # No text has C1 controls, so a one-byte reading full of them is UTF-8 under a wrong label.
    if initial in _ONE_BYTE and _C1_CONTROL.search(value):
        candidates = ("utf_8", *codecs)
    elif initial == _DEFAULT:
        candidates = (_DEFAULT, "utf_8", *codecs[1:])
    else:
        candidates = codecs
    for codec in candidates:
        try:
            return value.decode(codec)
        except UnicodeDecodeError:
            continue
    return value.decode("latin_1" if initial == _DEFAULT else initial, "replace")


def _decode_escaped(part: bytes, codecs: tuple[str, ...], reset: re.Pattern[bytes]) -> str:
    """Decode one stretch that begins with an escape sequence."""
    size = 4 if part[1:3] in (b"$(", b"$)") else 3
    codec = _ESCAPES.get(part[:size])
    if codec is None:
        return _decode_plain(part[1:], codecs)
    if codec in _SELF_ESCAPED:
        return part.decode(codec, "replace")
    text = part[size:]
    delimiter = reset.search(text)
    if codec == _DEFAULT or delimiter is None:
        return _decode_plain(text, (codec, *codecs))
    head, tail = text[: delimiter.start()], text[delimiter.start() :]
    # Many devices don't repeat the escape after a delimiter; ASCII has no use for those bytes.
    follow = (codec,) if codecs[0] == _DEFAULT else codecs
    return head.decode(codec, "replace") + _decode_plain(tail, follow)
