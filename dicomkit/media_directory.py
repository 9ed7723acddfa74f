"""DICOMDIR: the directory of a file-set, written in one piece, its offsets right.

Pure: it needs the keys of the records and the names of the files, never the files.

References: PS3.10 8 (DICOM File Service), PS3.3 F.3 (Basic Directory IOD), PS3.5 7.5.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from dicomkit import tags
from dicomkit.encoding import EXPLICIT_LITTLE
from dicomkit.recode import element_bytes, item_bytes
from dicomkit.rewrite import UTF_8
from dicomkit.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomkit.vr import STRUCT_CODES, public_vr

__all__ = ["DirectoryFile", "FileReference", "Record", "Values", "directory_file"]

# Keys of a record by tag: text (several values between backslashes), or the items of a sequence.
Values = Mapping[int, str | Sequence["Values"]]

_MEDIA_STORAGE_DIRECTORY: Final = "1.2.840.10008.1.3.10"
_META_VERSION: Final = 0x00020001
_FILE_SET_ID: Final = 0x00041130
_FIRST_RECORD: Final = 0x00041200
_LAST_RECORD: Final = 0x00041202
_CONSISTENCY: Final = 0x00041212
_RECORDS: Final = 0x00041220
_NEXT_RECORD: Final = 0x00041400
_IN_USE: Final = 0x00041410
_LOWER_RECORD: Final = 0x00041420
_RECORD_TYPE: Final = 0x00041430
_PRIVATE_RECORD_UID: Final = 0x00041432
_FILE_ID: Final = 0x00041500
_SOP_CLASS_IN_FILE: Final = 0x00041510
_SOP_INSTANCE_IN_FILE: Final = 0x00041511
_TRANSFER_SYNTAX_IN_FILE: Final = 0x00041512
# Bytes of the three elements that begin each record, and of the head of its item.
_LINKS_BYTES: Final = 12 + 10 + 12
_ITEM_HEAD_BYTES: Final = 8
_SEQUENCE_HEAD_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file of the file-set: the components of its File ID, and what is in it."""

    file_id: tuple[str, ...]
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str


@dataclass(slots=True)
class Record:
    """A directory record: its type, its keys, the file that it names, and what lies below it.

    ``private_uid`` says what a record of type PRIVATE means.
    """

    kind: str
    keys: Values
    file: FileReference | None = None
    below: "list[Record]" = field(default_factory=list)
    private_uid: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """What a DICOMDIR says of itself."""

    uid: str
    file_set_id: str
    implementation_class_uid: str
    implementation_version: str


def directory_file(about: DirectoryFile, roots: Sequence[Record]) -> bytes:
    """Return the DICOMDIR of these records as a Part 10 file, Explicit VR Little Endian.

    Offsets count from its first byte, the preamble's (PS3.3 F.3.2.2).

    Raises
    ------
    RewriteError
        ``too-long``: a value is longer than its VR can say.
    """
    meta = _file_meta(about)
    file_set_id = _element(_FILE_SET_ID, about.file_set_id)
    # Then two offsets (12 bytes each), the consistency flag (10), the head of the sequence.
    start = len(meta) + len(file_set_id) + 12 + 12 + 10 + _SEQUENCE_HEAD_BYTES
    placed = _placed(roots, start)
    where = {id(record): offset for record, offset, _ in placed}
    ends = [where[id(roots[0])], where[id(roots[-1])]] if roots else [0, 0]
    items = b"".join(_items(roots, where, {id(record): body for record, _, body in placed}))
    return b"".join(
        (
            meta,
            file_set_id,
            _long(_FIRST_RECORD, ends[0]),
            _long(_LAST_RECORD, ends[1]),
            _short(_CONSISTENCY, 0),
            element_bytes(_RECORDS, "SQ", items, EXPLICIT_LITTLE),
        )
    )


def _file_meta(about: DirectoryFile) -> bytes:
    values = b"".join(
        (
            element_bytes(_META_VERSION, "OB", b"\0\1", EXPLICIT_LITTLE),
            _element(tags.MEDIA_STORAGE_SOP_CLASS_UID, _MEDIA_STORAGE_DIRECTORY),
            _element(tags.MEDIA_STORAGE_SOP_INSTANCE_UID, about.uid),
            _element(tags.TRANSFER_SYNTAX_UID, EXPLICIT_VR_LITTLE_ENDIAN),
            _element(tags.IMPLEMENTATION_CLASS_UID, about.implementation_class_uid),
            _element(tags.IMPLEMENTATION_VERSION_NAME, about.implementation_version),
        )
    )
    return bytes(128) + b"DICM" + _long(tags.FILE_META_GROUP_LENGTH, len(values)) + values


def _walk(records: Sequence[Record]) -> Iterator[Record]:
    for record in records:
        yield record
        yield from _walk(record.below)


def _placed(roots: Sequence[Record], start: int) -> list[tuple[Record, int, bytes]]:
    """Return each record in the order of the file, with the offset of its item and its body."""
    placed, offset = [], start
    for record in _walk(roots):
        body = _body(record)
        placed.append((record, offset, body))
        offset += _ITEM_HEAD_BYTES + _LINKS_BYTES + len(body)
    return placed


def _items(
    siblings: Sequence[Record], where: Mapping[int, int], bodies: Mapping[int, bytes]
) -> Iterator[bytes]:
    """Yield the items of the sequence: each record, then what lies below it."""
    for record, after in zip_longest(siblings, siblings[1:]):
        below = where[id(record.below[0])] if record.below else 0
        links = (
            _long(_NEXT_RECORD, where[id(after)] if after else 0),
            _short(_IN_USE, 0xFFFF),
            _long(_LOWER_RECORD, below),
        )
        yield item_bytes(b"".join(links) + bodies[id(record)], EXPLICIT_LITTLE)
        yield from _items(record.below, where, bodies)


def _body(record: Record) -> bytes:
    """Return what follows the links of a record."""
    values: dict[int, str | Sequence[Values]] = {_RECORD_TYPE: record.kind}
    if record.private_uid:
        values[_PRIVATE_RECORD_UID] = record.private_uid
    if record.file is not None:
        values[_FILE_ID] = "\\".join(record.file.file_id)
        values[_SOP_CLASS_IN_FILE] = record.file.sop_class_uid
        values[_SOP_INSTANCE_IN_FILE] = record.file.sop_instance_uid
        values[_TRANSFER_SYNTAX_IN_FILE] = record.file.transfer_syntax_uid
    if not _is_ascii(record.keys):
        values[tags.SPECIFIC_CHARACTER_SET] = UTF_8
    return _elements(values | dict(record.keys))


def _is_ascii(values: Values) -> bool:
    return all(
        value.isascii() if isinstance(value, str) else all(map(_is_ascii, value))
        for value in values.values()
    )


def _elements(values: Values) -> bytes:
    return b"".join(_element(tag, values[tag]) for tag in sorted(values))


def _element(tag: int, value: str | Sequence[Values]) -> bytes:
    vr = public_vr(tag)
    if not isinstance(value, str):
        items = b"".join(item_bytes(_elements(item), EXPLICIT_LITTLE) for item in value)
        return element_bytes(tag, "SQ", items, EXPLICIT_LITTLE)
    if vr in STRUCT_CODES and value:
        return element_bytes(
            tag, vr, struct.pack(f"<{STRUCT_CODES[vr]}", int(value)), EXPLICIT_LITTLE
        )
    return element_bytes(tag, vr, value.encode(), EXPLICIT_LITTLE)


def _long(tag: int, value: int) -> bytes:
    return element_bytes(tag, "UL", struct.pack("<I", value), EXPLICIT_LITTLE)


def _short(tag: int, value: int) -> bytes:
    return element_bytes(tag, "US", struct.pack("<H", value), EXPLICIT_LITTLE)
