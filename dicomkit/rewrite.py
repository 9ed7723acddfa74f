"""Other values for a few attributes of a header, everything else byte for byte as it was.

Pure: nothing of the file is changed; what comes out is a list of pieces, new bytes and stretches
of the original, that make the corrected file in the same transfer syntax.

References: PS3.3 C.12.1.1.9 (Original Attributes Sequence), C.12.1.1.2 (Specific Character Set).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pydicom.datadict import tag_for_keyword

from dicomkit import charset, tags
from dicomkit.dataset import Header
from dicomkit.elements import Element
from dicomkit.encoding import Encoding
from dicomkit.recode import (
    RewriteError,
    element_bytes,
    fits,
    item_bytes,
    item_head,
    recoded_sequence,
    recoded_text,
)
from dicomkit.source import Source
from dicomkit.vr import CHARACTER_SET_VRS, public_vr

__all__ = ["Change", "Piece", "Range", "RewriteError", "rewritten_pieces"]

UTF_8: Final = "ISO_IR 192"
ORIGINAL_ATTRIBUTES_SEQUENCE: Final = 0x04000561
_MODIFIED_ATTRIBUTES_SEQUENCE: Final = 0x04000550
_MODIFICATION_DATE_TIME: Final = 0x04000562
_MODIFYING_SYSTEM: Final = 0x04000563
_SOURCE_OF_PREVIOUS_VALUES: Final = 0x04000564
_REASON: Final = 0x04000565
_DELIMITER_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of the original: of the file, or of what inflates from a deflated one."""

    offset: int
    length: int


Piece = bytes | Range


@dataclass(frozen=True, slots=True)
class Change:
    """New values by DICOM keyword, each as text (empty for none), and what is told about them.

    Parameters
    ----------
    values : mapping
        Attributes of the outermost data set, with backslashes between several values.
    date_time : str
        When they were changed, as a DT value.
    system : str
        What changed them.
    """

    values: Mapping[str, str]
    date_time: str
    system: str = "NOCTIS"


def rewritten_pieces(header: Header, source: Source, change: Change) -> tuple[list[Piece], int]:
    """Return the pieces of the new data set up to its pixels, and where the original goes on.

    Offsets of the pieces count as those of the header's elements do. For a file that is not
    deflated the first piece is its beginning: preamble and File Meta Information.

    Raises
    ------
    RewriteError
        ``keyword`` (not an attribute that can be changed), ``too-long``, ``character-set``.
    """
    edits = _Edits(header, source, change).all()
    start = 0 if header.deflated else header.data_offset
    pieces: list[Piece] = [] if header.deflated else [Range(0, start)]
    waiting = sorted(tag for tag in edits if tag not in header.elements)
    end = start
    for tag, (begin, end) in _spans(header, start):
        while waiting and waiting[0] < tag:
            pieces.append(edits[waiting.pop(0)])
        pieces.append(edits[tag] if tag in edits else Range(begin, end - begin))
    pieces += [edits[tag] for tag in waiting]
    return list(_joined(pieces)), end


def _spans(header: Header, start: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each element's tag with where it begins, its head included, and ends."""
    for tag, element in sorted(header.elements.items(), key=lambda pair: pair[1].offset):
        end = element.offset + element.length + _DELIMITER_BYTES * element.undefined
        yield tag, (start, end)
        start = end


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces, neighbours in one."""
    last: Piece = b""
    for piece in pieces:
        if isinstance(last, bytes) and isinstance(piece, bytes):
            last += piece
        elif (
            isinstance(last, Range)
            and isinstance(piece, Range)
            and last.offset + last.length == piece.offset
        ):
            last = Range(last.offset, last.length + piece.length)
        else:
            if last:
                yield last
            last = piece
    if last:
        yield last


@lru_cache(maxsize=256)
def tag_of(keyword: str) -> int:
    """Return the tag of an attribute that can be changed.

    Raises
    ------
    RewriteError
        ``keyword``.
    """
    tag = tag_for_keyword(keyword)
    if tag is None or public_vr(tag) not in _TEXT_VRS or tag == tags.SPECIFIC_CHARACTER_SET:
        raise RewriteError("keyword", f"{keyword} cannot be changed.")
    return int(tag)


_TEXT_VRS: Final = CHARACTER_SET_VRS | {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI"}


class _Edits:
    """The elements that are written anew, by tag; empty bytes for one that goes."""

    def __init__(self, header: Header, source: Source, change: Change) -> None:
        self._header = header
        self._source = source
        self._change = change
        self._values = {tag_of(keyword): value for keyword, value in change.values.items()}
        self._encoding: Encoding = header.encoding
        self._recodes = not all(
            fits(value, header.character_sets)
            for tag, value in self._values.items()
            if public_vr(tag) in CHARACTER_SET_VRS
        )

    def all(self) -> dict[int, bytes]:
        """Return every edit."""
        edits = self._recoded() if self._recodes else {}
        edits |= {tag: self._new(tag, value) for tag, value in self._values.items()}
        edits[ORIGINAL_ATTRIBUTES_SEQUENCE] = self._originals()
        # Group lengths (retired, PS3.5 7.2) would no longer tell the truth.
        lengths = {tag & 0xFFFF0000 for tag in edits} & self._header.elements.keys()
        return edits | dict.fromkeys(lengths, b"")

    def _new(self, tag: int, value: str) -> bytes:
        element = self._header.elements.get(tag)
        vr = public_vr(tag) if element is None or element.vr == "UN" else element.vr
        return element_bytes(tag, vr, self._text(vr, value), self._encoding)

    def _text(self, vr: str, value: str) -> bytes:
        try:
            if vr not in CHARACTER_SET_VRS:
                return value.encode("ascii")
            if self._recodes or value.isascii():
                return value.encode("utf-8")
            return value.encode(charset.codec_of(self._header.character_sets[0]) or "ascii")
        except UnicodeEncodeError as error:
            raise RewriteError("character-set", "A value has letters it cannot have.") from error

    def _recoded(self) -> dict[int, bytes]:
        """Return every element with text outside of ASCII, in UTF-8 (PS3.3 C.12.1.1.2)."""
        header, encoding = self._header, self._encoding
        edits = {
            tag: element_bytes(tag, element.vr, value, encoding)
            for tag, element in header.elements.items()
            if (value := self._recoded_value(element)) is not None
        }
        label = UTF_8.encode()
        edits[tags.SPECIFIC_CHARACTER_SET] = element_bytes(
            tags.SPECIFIC_CHARACTER_SET, "CS", label, encoding
        )
        return edits

    def _recoded_value(self, element: Element) -> bytes | None:
        if element.vr == "SQ":
            return recoded_sequence(self._header, element, self._source)
        return recoded_text(self._header, element, self._source)

    def _originals(self) -> bytes:
        """Return Original Attributes Sequence with an item for what is changed here."""
        encoding = self._encoding
        modified = b"".join(
            self._old(tag, self._header.elements.get(tag)) for tag in sorted(self._values)
        )
        item = b"".join(
            (
                element_bytes(
                    _MODIFIED_ATTRIBUTES_SEQUENCE, "SQ", item_bytes(modified, encoding), encoding
                ),
                element_bytes(
                    _MODIFICATION_DATE_TIME, "DT", self._change.date_time.encode(), encoding
                ),
                element_bytes(_MODIFYING_SYSTEM, "LO", self._change.system.encode(), encoding),
                element_bytes(_SOURCE_OF_PREVIOUS_VALUES, "LO", b"", encoding),
                element_bytes(_REASON, "CS", b"CORRECT", encoding),
            )
        )
        value = self._earlier() + item_bytes(item, encoding)
        return element_bytes(ORIGINAL_ATTRIBUTES_SEQUENCE, "SQ", value, encoding)

    def _earlier(self) -> bytes:
        """Return the items that the sequence has already."""
        element = self._header.elements.get(ORIGINAL_ATTRIBUTES_SEQUENCE)
        if element is None or element.vr != "SQ":
            return b""
        recoded = self._recoded_value(element) if self._recodes else None
        if recoded is not None:
            return recoded
        value = element.value
        if value is None:
            value = self._source.read_at(element.offset, element.length)
        if value and value[:4] != item_head(self._encoding):
            raise RewriteError("sequence", "Its Original Attributes Sequence cannot be read.")
        return value

    def _old(self, tag: int, element: Element | None) -> bytes:
        if element is None:
            return element_bytes(tag, public_vr(tag), b"", self._encoding)
        value = recoded_text(self._header, element, self._source) if self._recodes else None
        if value is None:
            value = element.value or b""
        return element_bytes(tag, element.vr, value, self._encoding)
