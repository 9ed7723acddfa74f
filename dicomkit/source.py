"""Bounded reading of bytes: a window that slides over a file or over what inflates from it."""

import io
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from dicomkit.errors import Part10Error

_KIB: Final = 1024
_MIB: Final = 1024 * 1024
_FIRST_READ: Final = 32 * _KIB
_READ: Final = 64 * _KIB
_CHUNK: Final = 256 * _KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """What a header may ask for before it is refused.

    Parameters
    ----------
    max_elements : int
        Elements of the outermost data set.
    max_nested : int
        Elements and items inside sequences, all together.
    max_depth : int
        Sequences inside sequences.
    inline_value : int
        Bytes of the longest value that is kept in memory; longer ones are only located.
    max_header : int
        Bytes of all values that are kept, and of a deflated header once inflated.
    max_inflated, max_inflate_ratio : int
        A deflated data set may inflate to the larger of this many bytes and this many times
        its own size.
    """

    max_elements: int = 50_000
    max_nested: int = 1_000_000
    max_depth: int = 64
    inline_value: int = 64 * _KIB
    max_header: int = 64 * _MIB
    max_inflated: int = 256 * _MIB
    max_inflate_ratio: int = 200


DEFAULT: Final = Limits()


def truncated(what: str) -> Part10Error:
    """Return the error for bytes that end too early."""
    return Part10Error("truncated", f"The file ends inside {what}.")


class Source(Protocol):
    """Random access to bytes of which the end may be unknown yet."""

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; fewer only at the end."""

    def reaches(self, offset: int) -> bool:
        """Tell whether there are at least `offset` bytes."""


class FileSource:
    """A seekable file."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = stream.seek(0, io.SEEK_END)

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`."""
        self._stream.seek(offset)
        return self._stream.read(count)

    def reaches(self, offset: int) -> bool:
        """Tell whether the file has at least `offset` bytes."""
        return offset <= self.size


class BytesSource:
    """Bytes in memory, the first of which has the offset `base`."""

    def __init__(self, data: bytes, base: int = 0) -> None:
        self._data = data
        self._base = base

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`."""
        start = offset - self._base
        return self._data[start : start + count]

    def reaches(self, offset: int) -> bool:
        """Tell whether there are bytes up to `offset`."""
        return offset - self._base <= len(self._data)


class InflatedSource:
    """A deflated data set (PS3.5 A.5), inflated as far as asked and never past the limits.

    Offsets count from the first inflated byte. Only the first ``max_header`` bytes can be read;
    `reaches` and `read_once` go on beyond them without keeping anything.
    """

    def __init__(self, stream: BinaryIO, start: int, limits: Limits) -> None:
        self._stream = stream
        self._position = start
        self._limits = limits
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._kept = bytearray()
        self._produced = 0
        deflated = stream.seek(0, io.SEEK_END) - start
        self._ceiling = max(limits.max_inflated, limits.max_inflate_ratio * deflated)

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`."""
        end = offset + count
        while self._produced < end and (chunk := self._next()):
            if self._produced > self._limits.max_header:
                raise Part10Error("inflate-limit", "The deflated header is too large.")
            self._kept += chunk
        return bytes(self._kept[offset:end])

    def reaches(self, offset: int) -> bool:
        """Tell whether at least `offset` bytes inflate from the file."""
        while self._produced < offset:
            if not (chunk := self._next()):
                return False
            if self._produced <= self._limits.max_header:
                self._kept += chunk
        return True

    def read_once(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; later reads can't go back before them."""
        before = self._produced
        found = bytearray(self._kept[offset : offset + count])
        while len(found) < count and (chunk := self._next()):
            found += chunk[max(0, offset - before) :]
            before = self._produced
        return bytes(found[:count])

    def _next(self) -> bytes:
        """Inflate a little more; empty at the end."""
        chunk = b""
        while not chunk and not self._inflater.eof:
            fed = self._inflater.unconsumed_tail or self._read_deflated()
            try:
                chunk = self._inflater.decompress(fed, _CHUNK)
            except zlib.error as error:
                raise Part10Error(
                    "deflate", f"The deflated data set is damaged: {error}"
                ) from error
            if not fed and not chunk:
                break
        self._produced += len(chunk)
        if self._produced > self._ceiling:
            raise Part10Error("inflate-limit", "The deflated data set inflates without end.")
        return chunk

    def _read_deflated(self) -> bytes:
        self._stream.seek(self._position)
        chunk = self._stream.read(_READ)
        self._position += len(chunk)
        return chunk


class Window:
    """The part of a source that is in memory just now."""

    __slots__ = ("_source", "base", "data")

    def __init__(self, source: Source, offset: int = 0) -> None:
        self._source = source
        self.base = offset
        self.data = source.read_at(offset, _FIRST_READ)

    def load(self, offset: int, count: int) -> int:
        """Make ``data`` hold `count` bytes from `offset`; return where in ``data`` they begin.

        Raises
        ------
        Part10Error
            ``truncated`` when the source ends before.
        """
        index = offset - self.base
        if index < 0 or index + count > len(self.data):
            self.data = self._source.read_at(offset, max(count, _READ))
            self.base = offset
            index = 0
            if len(self.data) < count:
                raise truncated("an element")
        return index

    def peek(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; fewer only at the end."""
        index = offset - self.base
        if index < 0 or index + count > len(self.data):
            self.data = self._source.read_at(offset, max(count, _READ))
            self.base = offset
            index = 0
        return self.data[index : index + count]

    def reaches(self, offset: int) -> bool:
        """Tell whether the source has at least `offset` bytes."""
        return offset - self.base <= len(self.data) or self._source.reaches(offset)
