"""Bodies of answers: pieces of memory and files, of known length, that can be cut to a range."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

CHUNK_BYTES: Final = 256 * 1024


class Segment(Protocol):
    """A piece of a body."""

    @property
    def length(self) -> int | None:
        """Bytes in this piece; None when that shows only when they are made."""
        ...

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop`, both counted from the piece's first byte."""
        ...


class BytesSegment:
    """Bytes in memory."""

    __slots__ = ("_data", "length")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.length = len(data)

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes in one piece."""
        yield self._data if stop - start == self.length else self._data[start:stop]


@dataclass(frozen=True, slots=True)
class FileSegment:
    """A stretch of a file, opened when its bytes are wanted.

    ``open_file`` may raise; the answer is then broken off, which the client sees by its length.
    """

    open_file: Callable[[], BinaryIO]
    offset: int
    length: int

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes in chunks of at most CHUNK_BYTES.

        Raises
        ------
        EOFError
            When the file is shorter than it was said to be.
        """
        remaining = stop - start
        with self.open_file() as stream:
            stream.seek(self.offset + start)
            while remaining:
                chunk = stream.read(min(remaining, CHUNK_BYTES))
                if not chunk:
                    raise EOFError("a stored file is shorter than the index says")
                remaining -= len(chunk)
                yield chunk


@dataclass(frozen=True, slots=True)
class LazySegment:
    """Bytes that are made when they are wanted, so that a long answer never holds them all."""

    make: Callable[[], bytes]
    length: None = None

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes in one piece."""
        yield self.make()


class Body:
    """Pieces one after another; ``length`` is None when that of a piece is."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = list(segments)
        lengths = [segment.length for segment in self._segments]
        known = [length for length in lengths if length is not None]
        self.length = sum(known) if len(known) == len(lengths) else None

    def all_chunks(self) -> Iterator[bytes]:
        """Yield everything."""
        for segment in self._segments:
            yield from segment.chunks(0, segment.length or 0)

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop` of a body of known length."""
        position = 0
        for segment in self._segments:
            length = segment.length or 0
            first, last = max(start - position, 0), min(stop - position, length)
            if first < last:
                yield from segment.chunks(first, last)
            position += length
