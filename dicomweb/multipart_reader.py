"""multipart/related as it comes in: read as a stream, part by part, in bounded memory.

References: RFC 2046 5.1.1 (the syntax of multipart); RFC 2387 (multipart/related).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_READ_BYTES: Final = 256 * 1024
_LINE_END: Final = b"\r\n"
_HEADER_END: Final = b"\r\n\r\n"
_BLANKS: Final = b" \t"
_MAX_BOUNDARY: Final = 70  # RFC 2046 5.1.1


class MultipartError(ValueError):
    """The body isn't what its Content-Type promises; ``reason`` is a short machine code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MultipartLimits:
    """What a body may ask for.

    Parameters
    ----------
    max_header : int
        Bytes of all header fields of one part.
    max_preamble : int
        Bytes before the first boundary, which are skipped.
    max_padding : int
        Blanks after a boundary on its line.
    max_parts : int
        Parts of the whole body.
    """

    max_header: int = 8 * 1024
    max_preamble: int = 64 * 1024
    max_padding: int = 256
    max_parts: int = 100_000


DEFAULT_LIMITS: Final = MultipartLimits()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the body, to be read before the next one is asked for.

    Parameters
    ----------
    headers : dict
        Header fields by lower-case name.
    content : iterator of bytes
        The content in pieces; raises MultipartError ``truncated`` when the body ends within.
    """

    headers: dict[str, str]
    content: Iterator[bytes]


class MultipartReader:
    """Iterates over the parts of a body.

    Parameters
    ----------
    read : callable
        Returns up to the given number of bytes of the body; none at its end.
    boundary : str
        The ``boundary`` parameter of the Content-Type.

    Raises
    ------
    MultipartError
        ``boundary`` when it isn't one; while iterating ``preamble``, ``header``, ``parts`` when
        a limit is passed, ``truncated`` when the body ends before its closing boundary.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        boundary: str,
        limits: MultipartLimits = DEFAULT_LIMITS,
    ) -> None:
        if not (0 < len(boundary) <= _MAX_BOUNDARY and boundary.isascii()):
            raise MultipartError("boundary", "Content-Type names no usable boundary.")
        self._read = read
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        self._limits = limits
        # What was read and not yet given out. The line end lets a first boundary at the very
        # beginning be found like any other.
        self._buffer = bytearray(_LINE_END)
        self._is_over = False

    def __iter__(self) -> Iterator[Part]:
        self._skip_preamble()
        count = 0
        while not self._is_over:
            count += 1
            if count > self._limits.max_parts:
                raise MultipartError("parts", "The body has more parts than one request may.")
            part = Part(self._headers(), self._content())
            yield part
            for _ in part.content:  # what the caller left of it
                pass

    def _skip_preamble(self) -> None:
        skipped = 0
        for chunk in self._content():
            skipped += len(chunk)
            if skipped > self._limits.max_preamble:
                raise MultipartError("preamble", "The body doesn't begin with its boundary.")

    def _headers(self) -> dict[str, str]:
        """Read the header fields; the buffer begins with the end of the boundary's line."""
        limit = self._limits.max_header
        while (end := self._buffer.find(_HEADER_END, 0, limit + len(_HEADER_END))) < 0:
            if len(self._buffer) > limit:
                raise MultipartError("header", "The header of a part is too long.")
            self._fill()
        lines = self._take(end).decode("latin-1").split("\r\n")
        self._take(len(_HEADER_END))
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}

    def _content(self) -> Iterator[bytes]:
        """Yield bytes up to the next boundary and step over that."""
        while True:
            found = self._buffer.find(self._delimiter)
            if found >= 0:
                if found:
                    yield self._take(found)
                if self._steps_over_boundary():
                    return
                yield self._take(len(_LINE_END))  # it only looked like one
            else:
                # The last bytes may be the beginning of a boundary.
                count = len(self._buffer) - len(self._delimiter) + 1
                if count > 0:
                    yield self._take(count)
                self._fill()

    def _steps_over_boundary(self) -> bool:
        """Remove the boundary with which the buffer begins, but for the end of its line.

        False when other text follows on the line: then it is content.
        """
        start = len(self._delimiter)
        while True:
            rest = bytes(self._buffer[start : start + self._limits.max_padding])
            if rest.startswith(b"--"):
                self._is_over = True
                self._take(start)
                return True
            padding, line_end, _ = rest.partition(_LINE_END)
            text = padding.strip(_BLANKS)
            if line_end and not text:
                self._take(start + len(padding))
                return True
            # Go on only as long as what there is may become a blank line or the closing mark.
            is_open = text in {b"", b"\r"} or rest == b"-"
            if line_end or not is_open or len(rest) == self._limits.max_padding:
                return False
            self._fill()

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _fill(self) -> None:
        chunk = self._read(_READ_BYTES)
        if not chunk:
            raise MultipartError("truncated", "The body ends before its closing boundary.")
        self._buffer += chunk
