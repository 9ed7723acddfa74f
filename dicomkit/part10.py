"""Part 10 files: reading the header, and whether it names its object (PS3.10)."""

import re
from typing import BinaryIO, Final

from dicomkit import tags
from dicomkit.dataset import DataSet, Header, character_sets_of
from dicomkit.elements import Element, PixelData
from dicomkit.encoding import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    Encoding,
    has_explicit_vr,
    parse_head,
)
from dicomkit.errors import Part10Error
from dicomkit.scan import Scanner
from dicomkit.source import DEFAULT, FileSource, InflatedSource, Limits, Source, Window, truncated
from dicomkit.transfer_syntaxes import (
    DEFLATED_DATA_SETS,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_DATA_SETS,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from dicomkit.walk import Budget, Walker

__all__ = [
    "DEFAULT",
    "DataSet",
    "Element",
    "Header",
    "Limits",
    "Part10Error",
    "PixelData",
    "check_identity",
    "is_valid_uid",
    "open_source",
    "read_header",
    "read_range",
    "read_value",
]

_META_GROUP: Final = 0x0002
_PREAMBLE: Final = 128
_MAGIC: Final = b"DICM"
_END_OF_FRAGMENTS: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
# Groups a data set begins with; they tell the byte order, and a data set without File Meta
# Information from something else.
_FIRST_GROUPS: Final = frozenset({0x0008, 0x0009, 0x0010})
_UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_UID_LENGTH: Final = 64


def read_header(stream: BinaryIO, *, limits: Limits = DEFAULT) -> Header:
    """Read preamble, File Meta Information and the data set up to Pixel Data.

    Parameters
    ----------
    stream : BinaryIO
        A seekable file, read from its first byte. Pixel data and values longer than
        ``limits.inline_value`` are located, not read.
    limits : Limits
        What is refused for its size.

    Raises
    ------
    Part10Error
        ``not-dicom``, ``empty`` (no data set), ``truncated``, ``transfer-syntax`` (the bytes
        contradict it), ``nesting``, ``elements``, ``header-size``, ``sequence``, ``deflate``,
        ``inflate-limit``.

    References: PS3.10 7.1, PS3.5 annex A.
    """
    source = FileSource(stream)
    window = Window(source)
    start, preamble = _find_start(window.data)
    budget = Budget(limits)
    meta, data_offset = _read_meta(window, start, budget)
    declared = _meta_text(meta, tags.TRANSFER_SYNTAX_UID)
    deflated = declared in DEFLATED_DATA_SETS
    if deflated:
        inflated = InflatedSource(stream, data_offset, limits)
        window, start = Window(inflated), 0
    else:
        start = data_offset
    encoding = _settle_encoding(declared, window.peek(start, 8), bool(meta))
    scanner = Scanner(window, encoding, budget)
    scanner.scan(start)
    if not scanner.elements:
        raise Part10Error("empty", "The file has no data set.")
    return Header(
        elements=scanner.elements,
        encoding=encoding,
        character_sets=character_sets_of(scanner.elements) or (),
        transfer_syntax_uid=declared or _transfer_syntax_of(encoding),
        media_sop_class_uid=_meta_text(meta, tags.MEDIA_STORAGE_SOP_CLASS_UID),
        media_sop_instance_uid=_meta_text(meta, tags.MEDIA_STORAGE_SOP_INSTANCE_UID),
        meta=meta,
        preamble=preamble,
        deflated=deflated,
        data_offset=data_offset,
        pixel_data=scanner.pixel_data,
        pixel_data_complete=_is_complete(window, source, scanner.pixel_data, encoding, budget),
    )


def open_source(stream: BinaryIO, header: Header, *, limits: Limits = DEFAULT) -> Source:
    """Return what the offsets of the header's elements count in: the file, or what inflates."""
    if header.deflated:
        return InflatedSource(stream, header.data_offset, limits)
    return FileSource(stream)


def read_value(stream: BinaryIO, header: DataSet, tag: int, *, maximum: int) -> bytes | None:
    """Return an element's value, loading it when it was only located; ``None`` when absent.

    Raises
    ------
    Part10Error
        ``value-size`` when it is longer than `maximum` bytes, ``truncated``.
    """
    element = header.elements.get(tag)
    if element is None or element.value is not None:
        return None if element is None else element.value
    if element.length > maximum:
        raise Part10Error("value-size", f"The value of ({tag:08X}) is too long.")
    if not isinstance(header, Header):
        raise Part10Error("not-loaded", "Only values of the outermost data set can be loaded.")
    value = read_range(stream, header, element.offset, element.length)
    if len(value) < element.length:
        raise truncated(f"({tag:08X})")
    return value


def read_range(stream: BinaryIO, header: Header, offset: int, count: int) -> bytes:
    """Return up to `count` bytes from an offset of the data set, inflating when it is deflated."""
    if header.deflated:
        return InflatedSource(stream, header.data_offset, DEFAULT).read_once(offset, count)
    stream.seek(offset)
    return stream.read(count)


def is_valid_uid(uid: str) -> bool:
    """Tell whether a text is a UID: numbers and dots, 64 characters at most.

    Leading zeros in a component are tolerated, for devices write them.

    References: PS3.5 9.1.
    """
    return 0 < len(uid) <= _UID_LENGTH and uid.isascii() and _UID.fullmatch(uid) is not None


_MEDIA_DIRECTORY: Final = "1.2.840.10008.1.3.10"
_IDENTITY: Final = (
    (tags.SOP_CLASS_UID, "sop-class-uid", "SOP Class UID"),
    (tags.SOP_INSTANCE_UID, "sop-instance-uid", "SOP Instance UID"),
    (tags.STUDY_INSTANCE_UID, "study-instance-uid", "Study Instance UID"),
    (tags.SERIES_INSTANCE_UID, "series-instance-uid", "Series Instance UID"),
)


def check_identity(header: Header, *, meta_must_agree: bool = True) -> None:
    """Check that the data set says which object it is, and that the file meta agrees.

    Parameters
    ----------
    header : Header
        What `read_header` returned.
    meta_must_agree : bool
        Refuse another UID in File Meta Information. Right where the meta comes from a C-STORE
        command; files that were anonymised or edited often carry a stale one.

    Raises
    ------
    Part10Error
        ``dicomdir``; ``missing-<name>`` or ``invalid-<name>`` with name one of sop-class-uid,
        sop-instance-uid, study-instance-uid, series-instance-uid; ``uid-mismatch``.
    """
    if header.media_sop_class_uid == _MEDIA_DIRECTORY:
        raise Part10Error("dicomdir", "A DICOMDIR lists objects and is none itself.")
    for tag, name, words in _IDENTITY:
        uid = header.get_text(tag)
        if not uid:
            raise Part10Error(f"missing-{name}", f"The object has no {words}.")
        if not is_valid_uid(uid):
            raise Part10Error(f"invalid-{name}", f"The {words} is not a valid UID.")
    if meta_must_agree:
        _check_agrees(header, tags.SOP_INSTANCE_UID, header.media_sop_instance_uid)
        _check_agrees(header, tags.SOP_CLASS_UID, header.media_sop_class_uid)


def _check_agrees(header: Header, tag: int, media_uid: str | None) -> None:
    if media_uid and media_uid != header.get_text(tag):
        raise Part10Error("uid-mismatch", "File Meta Information names another object.")


def _find_start(data: bytes) -> tuple[int, bytes]:
    """Return where File Meta Information (or the data set) begins, and the preamble."""
    if not data:
        raise Part10Error("empty", "The file is empty.")
    if data[_PREAMBLE : _PREAMBLE + 4] == _MAGIC:
        return _PREAMBLE + 4, data[:_PREAMBLE]
    if data[:4] == _MAGIC:
        return 4, b""
    return 0, b""


def _read_meta(window: Window, offset: int, budget: Budget) -> tuple[dict[int, Element], int]:
    """Read group 0002, always explicit little endian; return it and where it ends."""
    end = _declared_meta_end(window, offset)
    if end is not None:
        scanner = Scanner(window, EXPLICIT_LITTLE, budget)
        scanner.scan(offset, end)
        if all(tag >> 16 == _META_GROUP for tag in scanner.elements):
            return scanner.elements, end
    return _read_meta_by_group(window, offset, budget)


def _declared_meta_end(window: Window, offset: int) -> int | None:
    """Return the end by (0002,0000), or ``None`` when the bytes there are of group 0002 still."""
    head = window.peek(offset, 12)
    if len(head) < 12 or head[:8] != b"\x02\0\0\0UL\x04\0":
        return None
    end = offset + 12 + int.from_bytes(head[8:12], "little")
    if end > window.base + len(window.data):
        return None
    return None if window.peek(end, 2) == b"\x02\0" else end


def _read_meta_by_group(
    window: Window, offset: int, budget: Budget
) -> tuple[dict[int, Element], int]:
    """Read elements as long as they are of group 0002, whatever the group length says."""
    meta: dict[int, Element] = {}
    while True:
        head = window.peek(offset, 12)
        if len(head) < 8 or head[:2] != b"\x02\0":
            return meta, offset
        tag, vr, length, size = parse_head(head, 0, EXPLICIT_LITTLE)
        if not window.reaches(offset + size + length):
            raise truncated("File Meta Information")
        offset += size
        budget.keep(length)
        index = window.load(offset, length)
        meta[tag] = Element(vr or "UN", window.data[index : index + length], offset, length)
        offset += length


def _meta_text(meta: dict[int, Element], tag: int) -> str | None:
    element = meta.get(tag)
    if element is None or not element.value:
        return None
    return element.value.decode("ascii", "replace").strip(" \0") or None


def _settle_encoding(declared: str | None, head: bytes, has_meta: bool) -> Encoding:
    """Return the layout: what is declared, mended by what the first element shows.

    A wrong VR encoding is common and harmless, for readers notice. A wrong byte order is not.
    """
    if len(head) < 8:
        raise Part10Error("empty" if not head else "truncated", "The file has no data set.")
    little = int.from_bytes(head[:2], "little") in _FIRST_GROUPS
    big = int.from_bytes(head[:2], "big") in _FIRST_GROUPS
    if not has_meta and not little and not big:
        raise Part10Error("not-dicom", "This is not a DICOM file.")
    big_endian = big and not little if declared is None else declared == EXPLICIT_VR_BIG_ENDIAN
    if declared and (little if big_endian else big) and not (big if big_endian else little):
        raise Part10Error("transfer-syntax", "The byte order is not the declared one.")
    if has_explicit_vr(head):
        return EXPLICIT_BIG if big_endian else EXPLICIT_LITTLE
    if big_endian:
        raise Part10Error("transfer-syntax", "Big endian data sets have explicit VRs.")
    if declared is None or declared in IMPLICIT_DATA_SETS or not head[4:6].isalpha():
        return IMPLICIT_LITTLE
    return EXPLICIT_LITTLE


def _transfer_syntax_of(encoding: Encoding) -> str:
    if encoding.implicit:
        return IMPLICIT_VR_LITTLE_ENDIAN
    return EXPLICIT_VR_BIG_ENDIAN if encoding.big_endian else EXPLICIT_VR_LITTLE_ENDIAN


def _is_complete(
    window: Window, file: FileSource, pixels: PixelData | None, encoding: Encoding, budget: Budget
) -> bool:
    """Tell whether the file reaches the end of its pixel data."""
    if pixels is None:
        return True
    if pixels.length is not None:
        return window.reaches(pixels.offset + pixels.length)
    if file.read_at(max(0, file.size - 8), 8) == _END_OF_FRAGMENTS:
        return True
    try:
        Walker(window, budget).walk(pixels.offset, encoding, end=None, fragments=True)
    except Part10Error:
        return False
    return True
