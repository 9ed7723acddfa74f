"""Bodies of answers: pieces of memory and files, of known length, that can be cut to a range."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

CHUNK_BYTES: Final = 256 * 1024


class Segment(Protocol):
    """A piece of a body."""

    @property
    def length(self) -> int:
        """Bytes in this piece."""
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


class Body:
    """Pieces one after another."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = list(segments)
        self.length = sum(segment.length for segment in self._segments)

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop` (the end when None)."""
        end = self.length if stop is None else stop
        position = 0
        for segment in self._segments:
            first, last = max(start - position, 0), min(end - position, segment.length)
            if first < last:
                yield from segment.chunks(first, last)
            position += segment.length

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Return the bytes from `start` up to `stop` (the end when None)."""
        return b"".join(self.chunks(start, stop))
