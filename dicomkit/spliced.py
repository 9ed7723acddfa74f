"""A corrected file to read from, made of the original and what is new of its header."""

import io
import tempfile
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from dicomkit.dataset import Header
from dicomkit.errors import Part10Error
from dicomkit.part10 import open_source, read_header
from dicomkit.rewrite import Change, Piece, Range, rewritten_pieces
from dicomkit.source import DEFAULT

_CHUNK: Final = 256 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024
_BUFFER: Final = 64 * 1024


class _SplicedFile(io.RawIOBase):
    """Pieces of bytes and stretches of a file, read and sought as one file."""

    def __init__(self, stream: BinaryIO, pieces: Sequence[Piece]) -> None:
        self._stream = stream
        self._pieces = pieces
        lengths = [len(piece) if isinstance(piece, bytes) else piece.length for piece in pieces]
        self._starts = [0, *accumulate(lengths)]
        self._at = 0

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def seekable(self) -> bool:
        """Say that this can be sought."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to an offset; return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the piece at the offset."""
        if self._at >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        skip = self._at - self._starts[number]
        count = min(len(buffer), self._starts[number + 1] - self._at)
        piece = self._pieces[number]
        if isinstance(piece, bytes):
            data = piece[skip : skip + count]
        else:
            self._stream.seek(piece.offset + skip)
            data = self._stream.read(count)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Close the original as well."""
        if not self.closed:
            self._stream.close()
        super().close()


def open_rewritten(stream: BinaryIO, change: Change, *, directory: Path | None = None) -> BinaryIO:
    """Return a file like `stream` whose header has other values; it takes `stream` over.

    A deflated data set is inflated and deflated again, in a temporary file in `directory`.

    Raises
    ------
    RewriteError
        As `dicomkit.rewrite.rewritten_pieces`.
    Part10Error
        As `dicomkit.part10.read_header`.
    """
    header = read_header(stream)
    pieces, rest = rewritten_pieces(header, open_source(stream, header), change)
    if header.deflated:
        return _deflated(stream, header, pieces, rest, directory)
    size = stream.seek(0, io.SEEK_END)
    spliced = _SplicedFile(stream, [*pieces, Range(rest, size - rest)])
    return io.BufferedReader(spliced, _BUFFER)


def _deflated(
    stream: BinaryIO, header: Header, pieces: list[Piece], rest: int, directory: Path | None
) -> BinaryIO:
    out = cast(
        BinaryIO,
        tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(directory) if directory else None),
    )
    with stream:
        stream.seek(0)
        out.write(stream.read(header.data_offset))
        source = open_source(stream, header)
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        for piece in pieces:
            whole = isinstance(piece, bytes)
            data = piece if whole else source.read_at(piece.offset, piece.length)  # type: ignore[union-attr]
            out.write(deflater.compress(cast(bytes, data)))
        _deflate_rest(stream, header, rest, deflater, out)
    # PS3.5 A.5: a NUL makes the length even.
    out.write(deflater.flush())
    out.write(bytes(out.tell() % 2))
    out.seek(0)
    return out


def _deflate_rest(
    stream: BinaryIO, header: Header, skip: int, deflater: Any, out: BinaryIO
) -> None:
    """Copy what follows the header, from the inflated offset `skip` on."""
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    size = stream.seek(0, io.SEEK_END) - header.data_offset
    left = max(DEFAULT.max_inflated, DEFAULT.max_inflate_ratio * size)
    stream.seek(header.data_offset)
    while not inflater.eof:
        fed = inflater.unconsumed_tail or stream.read(_CHUNK)
        data = inflater.decompress(fed, _CHUNK)
        if not fed and not data:
            break
        left -= len(data)
        if left < 0:
            raise Part10Error("inflate-limit", "The deflated data set inflates without end.")
        out.write(deflater.compress(data[skip:]))
        skip = max(0, skip - len(data))
