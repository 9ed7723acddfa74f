"""Identifiers of C-FIND responses: rows of the index to bytes, thousands of them a second.

A response whose text is all ASCII carries no Specific Character Set. One that needs more is
written in the character set of the request when that is a single one that holds the text, and
in UTF-8 (ISO_IR 192) otherwise.

References: PS3.4 C.4.1.1.3.2 (response identifiers), PS3.5 6.1, 7.1, 7.5; PS3.3 C.12.1.1.2.
"""

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.datadict import dictionary_VR, tag_for_keyword

from archive.query import Value
from dicomkit.charset import codec_of
from dimse.identifier import Key
from dimse.negotiation import DEFLATED, EXPLICIT_BIG, IMPLICIT_LITTLE

_LONG_VRS: Final = frozenset({"SQ", "UC", "UR", "UT", "UN", "OB"})  # PS3.5 7.1.2
_MAX_SHORT: Final = 0xFFFE
_UTF_8: Final = ("utf_8", "ISO_IR 192")
# Sets that stand alone without code extensions, and whose codec writes nothing beyond them.
_ALONE: Final = frozenset(
    {"latin_1", "tis_620", "gb18030", "gbk", "utf_8"}
    | {f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 15)}
)
_SPECIFIC_CHARACTER_SET: Final = 0x00080005
_ITEM: Final = 0xFFFEE000

Pack = Callable[[int], bytes]


class _Syntax:
    """How a transfer syntax writes the header of an element."""

    def __init__(self, transfer_syntax: str) -> None:
        self.is_explicit = transfer_syntax != IMPLICIT_LITTLE
        self.order = ">" if transfer_syntax == EXPLICIT_BIG else "<"
        self.is_deflated = transfer_syntax == DEFLATED
        self._long: Pack = struct.Struct(f"{self.order}I").pack
        self._short: Pack = struct.Struct(f"{self.order}H").pack

    def head(self, tag: int, vr: str) -> tuple[bytes, Pack]:
        """Return what stands before the length, and how the length is written."""
        start = struct.pack(f"{self.order}HH", tag >> 16, tag & 0xFFFF)
        if not self.is_explicit or tag == _ITEM:
            return start, self._long
        if vr in _LONG_VRS:
            return start + vr.encode("ascii") + b"\0\0", self._long
        return start + vr.encode("ascii"), self._short


class _Column:
    """Writes the values of one attribute."""

    def __init__(self, keyword: str, tag: int, syntax: _Syntax) -> None:
        self.keyword = keyword
        self.tag = tag
        vr = dictionary_VR(tag)
        self._start, self._length = syntax.head(tag, vr)
        self._pad = b"\0" if vr == "UI" else b" "
        self._number: Pack | None = struct.Struct(f"{syntax.order}H").pack if vr == "US" else None

    def encode(self, value: Value, codec: str) -> bytes:
        """Return the element; UnicodeEncodeError when the codec cannot hold the text."""
        raw = self._raw(value, codec)
        if len(raw) % 2:
            raw += self._pad
        return self._start + self._length(len(raw)) + raw

    def _raw(self, value: Value, codec: str) -> bytes:
        if value is None or value == "":
            return b""
        if isinstance(value, int) and self._number is not None:
            return self._number(value) if 0 <= value <= 0xFFFF else b""
        text = "\\".join(map(str, value)) if isinstance(value, list) else str(value)
        raw = text.encode(codec)
        return raw if len(raw) <= _MAX_SHORT else b""


class _SequenceColumn:
    """Writes a sequence whose items are flat mappings of keyword to text."""

    def __init__(self, key: Key, syntax: _Syntax) -> None:
        self.keyword = key.keyword
        self.tag = key.tag
        self._syntax = syntax
        self._wanted = {item.keyword for item in key.items}
        self._start, self._length = syntax.head(key.tag, "SQ")
        self._item_start, self._item_length = syntax.head(_ITEM, "")

    def encode(self, value: Value, codec: str) -> bytes:
        """Return the sequence; with no wanted keys, all that is known of each item."""
        items = value if isinstance(value, list) else []
        body = b"".join(self._item(item, codec) for item in items if isinstance(item, dict))
        return self._start + self._length(len(body)) + body

    def _item(self, item: Mapping[str, str], codec: str) -> bytes:
        known = [(tag_for_keyword(keyword), keyword) for keyword in item]
        body = b"".join(
            _Column(keyword, tag, self._syntax).encode(item[keyword], codec)
            for tag, keyword in sorted((tag, keyword) for tag, keyword in known if tag)
            if not self._wanted or keyword in self._wanted
        )
        return self._item_start + self._item_length(len(body)) + body


@dataclass(frozen=True, slots=True)
class _Constant:
    """An element that is the same in every response."""

    tag: int
    encoded: bytes


class AnswerEncoder:
    """Encodes the response identifiers of one request.

    Parameters
    ----------
    keys : sequence of Key
        What to return, each known by its keyword.
    constants : Mapping of str to str
        Attributes that are the same in every response, by keyword.
    transfer_syntax : str
        Transfer syntax of the presentation context.
    character_sets : sequence of str
        Specific Character Set of the request.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        constants: Mapping[str, str],
        transfer_syntax: str,
        character_sets: Sequence[str],
    ) -> None:
        self._syntax = _Syntax(transfer_syntax)
        columns = [self._column(key) for key in keys]
        self._columns = sorted(
            [*columns, *(self._constant(item) for item in constants.items())],
            key=lambda column: column.tag,
        )
        self._codecs = _codecs(character_sets)

    def encode(self, found: Mapping[str, Value]) -> bytes:
        """Return the identifier for one match."""
        try:
            data = self._elements(found, "ascii")
        except UnicodeEncodeError:
            data = self._in_character_set(found)
        if self._syntax.is_deflated:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            data = packer.compress(data) + packer.flush()
            data += b"\0" * (len(data) % 2)  # PS3.5 A.5
        return data

    def _in_character_set(self, found: Mapping[str, Value]) -> bytes:
        for codec, label in self._codecs:
            try:
                elements = self._elements(found, codec)
            except UnicodeEncodeError:
                continue
            column = _Column("SpecificCharacterSet", _SPECIFIC_CHARACTER_SET, self._syntax)
            return column.encode(label, "ascii") + elements
        raise AssertionError("UTF-8 holds every text")  # lone surrogates never reach the index

    def _elements(self, found: Mapping[str, Value], codec: str) -> bytes:
        return b"".join(
            [
                column.encoded
                if isinstance(column, _Constant)
                else column.encode(found.get(column.keyword), codec)
                for column in self._columns
            ]
        )

    def _column(self, key: Key) -> "_Column | _SequenceColumn | _Constant":
        if key.is_sequence:
            return _SequenceColumn(key, self._syntax)
        return _Column(key.keyword, key.tag, self._syntax)

    def _constant(self, item: tuple[str, str]) -> "_Column | _SequenceColumn | _Constant":
        tag = int(tag_for_keyword(item[0]) or 0)
        return _Constant(tag, _Column(item[0], tag, self._syntax).encode(item[1], "ascii"))


def _codecs(character_sets: Sequence[str]) -> list[tuple[str, str]]:
    """Return codec and defined term to try in turn."""
    if len(character_sets) == 1:
        codec = codec_of(character_sets[0])
        if codec in _ALONE and codec != _UTF_8[0]:
            return [(codec, character_sets[0]), _UTF_8]
    return [_UTF_8]


def failed_instances(uids: Sequence[str], transfer_syntax: str) -> bytes:
    """Return the identifier of a final C-MOVE or C-GET response: what was not sent.

    As many UIDs as the length of the element can count are listed.

    References: PS3.4 C.4.2.1.4.2 (Failed SOP Instance UID List).
    """
    listed: list[str] = []
    room = _MAX_SHORT
    for uid in uids:
        room -= len(uid) + 1
        if room < 0:
            break
        listed.append(uid)
    keyword = "FailedSOPInstanceUIDList"
    key = Key(int(tag_for_keyword(keyword) or 0), keyword)
    return AnswerEncoder([key], {}, transfer_syntax, ()).encode({keyword: listed})
