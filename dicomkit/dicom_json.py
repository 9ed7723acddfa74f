"""The DICOM JSON Model, written straight from the bytes of a header (PS3.18 annex F)."""

import base64
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Final

import orjson

from dicomkit import charset, tags
from dicomkit.dataset import DataSet, Header, unpack_numbers, unpack_tags
from dicomkit.elements import Element
from dicomkit.errors import Part10Error
from dicomkit.part10 import open_source, read_header, read_value
from dicomkit.source import DEFAULT, Limits, Source
from dicomkit.vr import CHARACTER_SET_VRS, SINGLE_TEXT_VRS, STRUCT_CODES
from dicomkit.walk import Budget, nesting

BulkURI = str | Callable[[str], str]

# Longer binary values are replaced by a BulkDataURI.
INLINE_BINARY: Final = 1024
# A sequence of undefined length is walked over once for each level above it.
_LIMITS: Final = replace(DEFAULT, max_nested=4 * DEFAULT.max_nested)
_FATAL: Final = frozenset({"nesting", "elements", "header-size"})
_MAX_SAFE_INTEGER: Final = 2**53
_PADDING: Final = b" \0"
# Printable ASCII that needs no escape in JSON; the backslash separates values.
_PLAIN: Final = re.compile(rb"[ !#-~]+")
_PLAIN_NAME: Final = re.compile(rb"[ !#-<>-\[\]-~]+")
# Short enough that no reader takes it for infinity; JSON allows the blanks around numbers.
_DECIMAL: Final = r" *-?(?:0|[1-9]\d{0,17})(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})? *"
_DECIMALS: Final = re.compile(rf"{_DECIMAL}(?:\\{_DECIMAL})*".encode())
_INTEGER: Final = r" *-?(?:0|[1-9]\d{0,14}) *"
_INTEGERS: Final = re.compile(rf"{_INTEGER}(?:\\{_INTEGER})*".encode())
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_UTF_8: Final = b'"00080005":{"vr":"CS","Value":["ISO_IR 192"]}'


def instance_json(
    stream: BinaryIO | Path | str,
    header: Header | None = None,
    *,
    bulk_uri: BulkURI,
    limits: Limits = _LIMITS,
) -> bytes:
    """Return the metadata of an instance as one DICOM JSON object.

    Parameters
    ----------
    stream : BinaryIO or path
        The Part 10 file.
    header : Header, optional
        Its header, when it was read already.
    bulk_uri : str or callable
        What the BulkDataURI of pixel data and of long values begins with; ``/bulkdata/`` and the
        path of the attribute follow, such as ``7FE00010`` or ``54000100/0/54001010`` (items
        count from 0). A callable gets that path and returns the whole URI.
    limits : Limits
        As for `dicomkit.part10.read_header`.

    Returns
    -------
    bytes
        UTF-8; Specific Character Set says so. File Meta Information and group lengths are left
        out. A number that JSON can't hold becomes a text, or null when it isn't finite.

    Raises
    ------
    Part10Error
        As `dicomkit.part10.read_header`.

    References: PS3.18 F.2 (DICOM JSON Model).
    """
    if isinstance(stream, Path | str):
        with Path(stream).open("rb") as file:
            return instance_json(file, header, bulk_uri=bulk_uri, limits=limits)
    if header is None:
        header = read_header(stream)
    writer = _Writer(_OpenLater(stream, header), _bulk_callable(bulk_uri), Budget(limits))
    body = writer.members(header, "", 0)
    if header.pixel_data is not None:
        pixels = header.pixel_data
        body.append(writer.bulk(pixels.tag, pixels.vr, f"{pixels.tag:08X}"))
    joined = b",".join(body)
    if tags.SPECIFIC_CHARACTER_SET in header.elements or not joined.isascii():
        joined = _UTF_8 + b"," + joined if joined else _UTF_8
    return b"{" + joined + b"}"


def bulk_value(stream: BinaryIO, header: Header, path: str, *, maximum: int) -> bytes | None:
    """Return the value that a BulkDataURI of `instance_json` points at.

    Parameters
    ----------
    stream, header
        The file.
    path : str
        What follows ``/bulkdata/``; not that of pixel data.
    maximum : int
        Longest value that is read.

    Returns
    -------
    bytes or None
        Little endian for values of a little endian file; ``None`` when the path leads nowhere.

    Raises
    ------
    Part10Error
        ``value-size``, and as the reading of sequences.
    """
    steps = path.split("/")
    tag_steps, number_steps = steps[::2], steps[1::2]
    if not all(re.fullmatch(r"[0-9A-F]{8}", step) for step in tag_steps):
        return None
    if len(steps) % 2 == 0 or not all(re.fullmatch(r"[0-9]{1,7}", step) for step in number_steps):
        return None
    data_set: DataSet = header
    source = open_source(stream, header)
    for tag, number in zip(tag_steps, number_steps, strict=False):
        items = data_set.sequence(int(tag, 16), source)
        if int(number) >= len(items):
            return None
        data_set = items[int(number)]
    return _load(stream, header, data_set, int(tag_steps[-1], 16), maximum)


def _load(
    stream: BinaryIO, header: Header, data_set: DataSet, tag: int, maximum: int
) -> bytes | None:
    element = data_set.elements.get(tag)
    if element is None or element.vr == "SQ":
        return None
    if element.value is not None:
        return element.value
    # Offsets in items count as in the file, so that the value loads as one of the header does.
    at_top = replace(header, elements={tag: element})
    return read_value(stream, at_top, tag, maximum=maximum)


def _bulk_callable(bulk_uri: BulkURI) -> Callable[[str], str]:
    if callable(bulk_uri):
        return bulk_uri
    prefix = bulk_uri.rstrip("/")
    return lambda path: f"{prefix}/bulkdata/{path}"


class _OpenLater:
    """The file as a source, opened when a located sequence asks for it: seldom."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        self._stream = stream
        self._header = header
        self._source: Source | None = None

    def __call__(self) -> Source:
        if self._source is None:
            self._source = open_source(self._stream, self._header)
        return self._source


class _Writer:
    def __init__(self, source: _OpenLater, bulk_uri: Callable[[str], str], budget: Budget) -> None:
        self._source = source
        self._bulk_uri = bulk_uri
        self._budget = budget

    def members(self, data_set: DataSet, path: str, depth: int) -> list[bytes]:
        """Return ``"tag":{...}`` for each element; Specific Character Set is left out."""
        members = []
        for tag, element in data_set.elements.items():
            if not tag & 0xFFFF or tag == tags.SPECIFIC_CHARACTER_SET:
                continue
            vr, value, _, length, _ = element
            name, write = _VALUES.get(vr, _NO_VALUES)
            if write is not None and value is not None:
                values = write(value, data_set, vr) if value else b""
                form = b'"%08X":{"vr":"%b","Value":[%b]}' if values else b'"%08X":{"vr":"%b"%b}'
                members.append(form % (tag, name, values))
            elif vr == "SQ":
                members.append(self._sequence(tag, element, data_set, path, depth))
            elif value is None or length > INLINE_BINARY:
                members.append(self.bulk(tag, vr, f"{path}{tag:08X}"))
            else:
                members.append(_inline(tag, vr, value))
        return members

    def bulk(self, tag: int, vr: str, path: str) -> bytes:
        """Return a member with a BulkDataURI."""
        uri = orjson.dumps(self._bulk_uri(path))
        return b'"%08X":{"vr":"%b","BulkDataURI":%b}' % (tag, vr.encode(), uri)

    def _sequence(
        self, tag: int, element: Element, data_set: DataSet, path: str, depth: int
    ) -> bytes:
        if depth >= self._budget.limits.max_depth:
            raise nesting(self._budget.limits)
        if not element.length:
            return b'"%08X":{"vr":"SQ"}' % tag
        items: list[bytes] = []
        source = self._source() if element.value is None else None
        try:
            for item in data_set.items_of(element, source, self._budget):
                inner = f"{path}{tag:08X}/{len(items)}/"
                items.append(b"{" + b",".join(self.members(item, inner, depth + 1)) + b"}")
        except Part10Error as error:
            if error.reason in _FATAL:
                raise
            # The sequence is damaged: what was readable is told, the file stays as it is.
        return b'"%08X":{"vr":"SQ","Value":[%b]}' % (tag, b",".join(items))


def _inline(tag: int, vr: str, value: bytes) -> bytes:
    if not value:
        return b'"%08X":{"vr":"%b"}' % (tag, vr.encode())
    encoded = base64.b64encode(value)
    return b'"%08X":{"vr":"%b","InlineBinary":"%b"}' % (tag, vr.encode(), encoded)


# The writers below return what stands between the brackets of "Value", empty for no value.


def _text(value: bytes, data_set: DataSet, vr: str) -> bytes:
    value = value.strip(_PADDING)
    if _PLAIN.fullmatch(value):
        if b"\\" not in value:
            return b'"' + value + b'"'
        return b",".join(
            b'"' + part + b'"' if part else b"null"
            for part in (part.strip(b" ") for part in value.split(b"\\"))
        )
    values = _decoded(value, data_set, vr).split("\\")
    return _dump([text.strip() or None for text in values])


def _single_text(value: bytes, data_set: DataSet, vr: str) -> bytes:
    text = _decoded(value, data_set, vr).rstrip(" ")
    return orjson.dumps(text) if text else b""


def _person_name(value: bytes, data_set: DataSet, vr: str) -> bytes:
    value = value.strip(_PADDING)
    if _PLAIN_NAME.fullmatch(value):
        return b'{"Alphabetic":"' + value + b'"}'
    names = _decoded(value, data_set, vr).split("\\")
    return _dump([_name_groups(name) for name in names])


def _name_groups(name: str) -> dict[str, str] | None:
    groups = (group.strip() for group in name.split("="))
    return {key: group for key, group in zip(_GROUPS, groups, strict=False) if group} or None


def _decimal(value: bytes, data_set: DataSet, vr: str) -> bytes:
    value = value.rstrip(_PADDING)
    if _DECIMALS.fullmatch(value):
        return value.replace(b"\\", b",")
    return _dump([_lenient_decimal(text) for text in _decoded(value, data_set, vr).split("\\")])


def _lenient_decimal(text: str) -> float | str | None:
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return text or None
    return number if math.isfinite(number) else None


def _integer_string(value: bytes, data_set: DataSet, vr: str) -> bytes:
    value = value.rstrip(_PADDING)
    if _INTEGERS.fullmatch(value):
        return value.replace(b"\\", b",")
    return _dump([_lenient_integer(text) for text in _decoded(value, data_set, vr).split("\\")])


def _lenient_integer(text: str) -> int | str | None:
    number = _lenient_decimal(text)
    if not isinstance(number, float):
        return number
    is_whole = number.is_integer() and abs(number) < _MAX_SAFE_INTEGER
    return int(number) if is_whole else text.strip()


def _whole_number(value: bytes, data_set: DataSet, vr: str) -> bytes:
    single = _SINGLE[vr]
    if len(value) == single.size and not data_set.encoding.big_endian:
        return b"%d" % single.unpack(value)[0]
    numbers = unpack_numbers(Element(vr, value, 0, len(value)), data_set.encoding)
    return b",".join([b"%d" % int(number) for number in numbers])


def _float(value: bytes, data_set: DataSet, vr: str) -> bytes:
    numbers = unpack_numbers(Element(vr, value, 0, len(value)), data_set.encoding)
    return _dump(list(numbers))  # orjson writes NaN and infinities as null


def _long_number(value: bytes, data_set: DataSet, vr: str) -> bytes:
    numbers = unpack_numbers(Element(vr, value, 0, len(value)), data_set.encoding)
    return _dump([n if abs(n) < _MAX_SAFE_INTEGER else str(n) for n in numbers])


def _tag(value: bytes, data_set: DataSet, _: str) -> bytes:
    return b",".join([b'"%08X"' % tag for tag in unpack_tags(value, data_set.encoding)])


def _decoded(value: bytes, data_set: DataSet, vr: str) -> str:
    """Decode text; the NULs that some devices leave in it never mean anything."""
    labels = data_set.character_sets if vr in CHARACTER_SET_VRS else ()
    return charset.decode(value, labels, person_name=vr == "PN").replace("\0", "")


def _dump(values: list) -> bytes:
    if not values or (len(values) == 1 and values[0] is None):
        return b""
    return orjson.dumps(values)[1:-1]


_Values = Callable[[bytes, DataSet, str], bytes]
_SINGLE: Final = {vr: Struct("<" + STRUCT_CODES[vr]) for vr in ("SL", "SS", "UL", "US")}
_NO_VALUES: Final[tuple[bytes, _Values | None]] = (b"", None)
_BY_VR: Final[dict[str, _Values]] = {
    **dict.fromkeys(("AE", "AS", "CS", "DA", "DT", "LO", "SH", "TM", "UC", "UI"), _text),
    **dict.fromkeys(SINGLE_TEXT_VRS, _single_text),
    **dict.fromkeys(_SINGLE, _whole_number),
    **dict.fromkeys(("SV", "UV"), _long_number),
    **dict.fromkeys(("FL", "FD"), _float),
    "AT": _tag,
    "DS": _decimal,
    "IS": _integer_string,
    "PN": _person_name,
}
_VALUES: Final = {vr: (vr.encode(), write) for vr, write in _BY_VR.items()}
