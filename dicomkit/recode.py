"""Elements written anew, and text brought into UTF-8 wherever it stands in a data set.

References: PS3.5 7.1 (data elements), 7.5 (nesting), PS3.3 C.12.1.1.2 (Specific Character Set).
"""

import struct
from typing import Final

from dicomkit import charset, tags
from dicomkit.dataset import DataSet
from dicomkit.elements import Element
from dicomkit.encoding import UNDEFINED_LENGTH, Encoding
from dicomkit.errors import DicomkitError
from dicomkit.source import DEFAULT, Source
from dicomkit.vr import CHARACTER_SET_VRS, SHORT_FORM
from dicomkit.walk import Budget

_ESCAPE: Final = b"\x1b"
_MAX_SHORT: Final = 0xFFFE
# Sets of one term whose Python codec writes just what the standard means.
_DIRECT: Final = frozenset(
    {"utf_8", "gb18030", "gbk", "latin_1", "tis_620", "iso8859_15"}
    | {f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9)}
)
_PADDING: Final = {"UI": b"\0", "OB": b"\0", "UN": b"\0"}
_UTF_8: Final = b"ISO_IR 192"


class RewriteError(DicomkitError):
    """The header cannot be given these values."""


def fits(value: str, labels: tuple[str, ...]) -> bool:
    """Say whether a text can be written in a character set without code extensions."""
    if value.isascii():
        return True
    codec = charset.codec_of(labels[0]) if len(labels) == 1 else None
    if codec not in _DIRECT or codec is None:
        return False
    try:
        return charset.decode(value.encode(codec), labels) == value
    except UnicodeEncodeError:
        return False


def element_bytes(tag: int, vr: str, value: bytes, encoding: Encoding) -> bytes:
    """Return a data element of defined length, padded to an even one.

    Raises
    ------
    RewriteError
        ``too-long`` for its VR.
    """
    if len(value) % 2:
        value += _PADDING.get(vr, b" ")
    if encoding.implicit:
        return encoding.long_head.pack(tag >> 16, tag & 0xFFFF, len(value)) + value
    code = vr.encode()
    if code in SHORT_FORM:
        if len(value) > _MAX_SHORT:
            raise RewriteError("too-long", f"The value of ({tag:08X}) becomes too long.")
        return encoding.short_head.pack(tag >> 16, tag & 0xFFFF, code, len(value)) + value
    return (
        encoding.short_head.pack(tag >> 16, tag & 0xFFFF, code, 0)
        + encoding.uint32.pack(len(value))
        + value
    )


def item_head(encoding: Encoding) -> bytes:
    """Return the tag of an item."""
    return struct.pack(f"{encoding.order}HH", tags.ITEM >> 16, tags.ITEM & 0xFFFF)


def item_bytes(content: bytes, encoding: Encoding) -> bytes:
    """Return an item of defined length."""
    return item_head(encoding) + encoding.uint32.pack(len(content)) + content


def recoded_text(data_set: DataSet, element: Element, source: Source) -> bytes | None:
    """Return an element's text in UTF-8; None when its bytes are the same there."""
    if element.vr not in CHARACTER_SET_VRS:
        return None
    value = _value(element, source)
    if value.isascii() and _ESCAPE not in value:
        return None
    text = charset.decode(value, data_set.character_sets, person_name=element.vr == "PN")
    new = text.rstrip(" \0").encode("utf-8", "replace")
    return None if new == value.rstrip(b" \0") else new


def recoded_sequence(
    data_set: DataSet, sequence: Element, source: Source, budget: Budget | None = None
) -> bytes | None:
    """Return the items of a sequence with their text in UTF-8; None when nothing differs."""
    if sequence.value is not None and sequence.value.isascii() and _ESCAPE not in sequence.value:
        return None
    budget = budget or Budget(DEFAULT)
    items: list[bytes] = []
    is_changed = False
    for item in data_set.items_of(sequence, source, budget):
        edits = _edits_of(item, source, budget)
        is_changed = is_changed or bool(edits)
        # In the layout of what surrounds it: an UN of implicit items becomes a plain sequence.
        content = b"".join(
            edits.get(tag) or _whole(tag, element, data_set.encoding, source)
            for tag, element in item.elements.items()
        )
        items.append(item_bytes(content, data_set.encoding))
        item.encoding = data_set.encoding
    return b"".join(items) if is_changed else None


def _edits_of(item: DataSet, source: Source, budget: Budget) -> dict[int, bytes]:
    edits: dict[int, bytes] = {}
    for tag, element in item.elements.items():
        if element.vr == "SQ":
            value = recoded_sequence(item, element, source, budget)
        else:
            value = recoded_text(item, element, source)
        if value is not None:
            edits[tag] = element_bytes(tag, element.vr, value, item.encoding)
    own = tags.SPECIFIC_CHARACTER_SET
    if edits and own in item.elements:
        edits[own] = element_bytes(own, "CS", _UTF_8, item.encoding)
    return edits


def _whole(tag: int, element: Element, encoding: Encoding, source: Source) -> bytes:
    """Return an element of an item as it was; one of undefined length (fragments) stays so."""
    value = _value(element, source)
    if not element.undefined or element.vr == "SQ":
        return element_bytes(tag, element.vr, value, encoding)
    whole = element_bytes(tag, element.vr, value, encoding)
    size = encoding.uint32.size
    start = len(whole) - len(value) - size
    end = encoding.long_head.pack(0xFFFE, 0xE0DD, 0)
    return whole[:start] + encoding.uint32.pack(UNDEFINED_LENGTH) + value + end


def _value(element: Element, source: Source) -> bytes:
    if element.value is not None:
        return element.value
    value = source.read_at(element.offset, element.length)
    if len(value) < element.length:
        raise RewriteError("truncated", "The file ends inside a value.")
    return value
