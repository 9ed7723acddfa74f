"""ZIP files that people upload: read entry by entry, counted in decoded bytes, never to a path.

References: APPNOTE.TXT 4.3.16 (end of central directory record), 4.3.14 and 4.3.15 (ZIP64),
4.4.4 (general purpose bits), 4.4.5 (compression methods).
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

SIGNATURE = b"PK\x03\x04"
_EMPTY_SIGNATURE = b"PK\x05\x06"
CHUNK_BYTES = 256 * 1024

_END = b"PK\x05\x06"
_END_SIZE = 22
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_LOCATOR64_SIZE = 20
_COMMENT_LIMIT = 0xFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
# bzip2 and LZMA are left out: the standard library's readers decode them without a bound.
_ENTRY_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a ZIP file may grow to before it is refused."""

    total_bytes: int
    entries: int = 100_000
    directory_bytes: int = 16 * 1024 * 1024
    # Deflate reaches 1032:1 on zeros; whole studies stay far below this, bombs above.
    ratio: int = 200
    ratio_from_bytes: int = 256 * 1024 * 1024


class ArchiveRefusedError(Exception):
    """The whole ZIP file is refused; ``reason`` is a short code, the text is for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class EntryRefusedError(Exception):
    """One entry is refused; the others are read on."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def is_zip(head: bytes) -> bool:
    """Say whether a file that begins with `head` is a ZIP file.

    A DICOM preamble may hold anything, a ZIP signature too: what it introduces is DICOM.
    """
    return head.startswith((SIGNATURE, _EMPTY_SIGNATURE)) and head[128:132] != b"DICM"


class Unpacker:
    """Reads the entries of a ZIP file under `bounds`.

    Raises
    ------
    ArchiveRefusedError
        ``zip-damaged``, ``zip-entries`` (too many) when it is opened; ``zip-size`` and
        ``zip-ratio`` while an entry is read.
    """

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self._bounds = bounds
        self._decoded = 0
        self._stream = path.open("rb")
        try:
            _check_directory(self._stream, bounds)
            self._zip = zipfile.ZipFile(self._stream)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            self._stream.close()
            raise _damaged() from error
        except ArchiveRefusedError:
            self._stream.close()
            raise
        self._packed_bytes = path.stat().st_size

    def __enter__(self) -> "Unpacker":
        return self

    def __exit__(self, *exception: object) -> None:
        self._zip.close()
        self._stream.close()

    def entries(self) -> Iterator[zipfile.ZipInfo]:
        """Return the files of the archive; folders are left out."""
        return (entry for entry in self._zip.infolist() if not entry.is_dir())

    def chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Return the decoded bytes of an entry, a chunk at a time, as long as they are allowed.

        Raises
        ------
        EntryRefusedError
            ``encrypted``, ``method``, ``link`` or ``entry-damaged``.
        """
        _check_entry(entry)
        try:
            with self._zip.open(entry) as stream:
                yield from self._counted(stream)
        except _ENTRY_ERRORS as error:
            raise EntryRefusedError("entry-damaged", "This entry of the ZIP is damaged.") from error

    def _counted(self, stream: IO[bytes]) -> Iterator[bytes]:
        while chunk := stream.read(CHUNK_BYTES):
            self._decoded += len(chunk)
            self._check_growth()
            yield chunk

    def _check_growth(self) -> None:
        bounds = self._bounds
        if self._decoded > bounds.total_bytes:
            raise ArchiveRefusedError("zip-size", "The ZIP unpacks to more than may be uploaded.")
        if self._decoded > max(bounds.ratio * self._packed_bytes, bounds.ratio_from_bytes):
            raise ArchiveRefusedError("zip-ratio", "The ZIP unpacks to far more than its own size.")


def _damaged() -> ArchiveRefusedError:
    return ArchiveRefusedError("zip-damaged", "The ZIP file is damaged.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise EntryRefusedError("encrypted", "This entry is encrypted.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise EntryRefusedError("link", "This entry is a link.")
    if entry.compress_type not in _METHODS:
        raise EntryRefusedError("method", "This entry is compressed in an unusual way.")


def _check_directory(stream: BinaryIO, bounds: Bounds) -> None:
    """Refuse a central directory that is too large, before it is read into memory."""
    size, count = _directory_extent(stream)
    if count > bounds.entries or size > bounds.directory_bytes:
        raise ArchiveRefusedError("zip-entries", "The ZIP holds too many files.")


def _directory_extent(stream: BinaryIO) -> tuple[int, int]:
    """Return the size in bytes of the central directory and how many entries it states."""
    end_of_file = stream.seek(0, 2)
    tail_size = min(end_of_file, _END_SIZE + _COMMENT_LIMIT + _LOCATOR64_SIZE)
    stream.seek(end_of_file - tail_size)
    tail = stream.read(tail_size)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise _damaged()
    count, size = struct.unpack_from("<HL", tail, at + 10)
    if at >= _LOCATOR64_SIZE and tail.startswith(_LOCATOR64, at - _LOCATOR64_SIZE):
        return _directory_extent64(stream, *struct.unpack_from("<Q", tail, at - 12))
    return size, count


def _directory_extent64(stream: BinaryIO, offset: int) -> tuple[int, int]:
    stream.seek(min(offset, 2**62))
    record = stream.read(56)
    if len(record) < 56 or not record.startswith(_END64):
        raise _damaged()
    count, size = struct.unpack_from("<QQ", record, 32)
    return size, count
