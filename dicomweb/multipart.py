"""multipart/related as we send it: whole parts of known length, so the answer has a length too.

References: RFC 2387; RFC 2046 5.1; PS3.18 8.6.1.2 (multipart payloads).
"""

from collections.abc import Iterable

from dicomweb.body import Body, BytesSegment, LazySegment, Segment


def _closed(head: str, length: int) -> bytes:
    """Return the head of a part with its length: a reader need not look for its end."""
    return f"{head}Content-Length: {length}\r\n\r\n".encode("ascii")


def _made_part(head: str, pieces: Iterable[Segment]) -> bytes:
    """Return a part the length of which shows only when it is made."""
    content = b"".join(chunk for piece in pieces for chunk in piece.chunks(0, piece.length or 0))
    return _closed(head, len(content)) + content


class MultipartBody:
    """Collects parts into the body of an answer.

    Parameters
    ----------
    boundary : str
        What separates the parts. Derive it from a digest of the content: then it is the same
        for every request, so that byte ranges of the body stay valid, and nobody can make
        content that contains it.
    part_type : str
        The media type of the parts, for the ``type`` parameter.
    transfer_syntax : str or None
        Transfer syntax UID when all parts share it.
    """

    def __init__(self, boundary: str, part_type: str, transfer_syntax: str | None = None) -> None:
        self._boundary = boundary
        self._segments: list[Segment] = []
        parameter = f"; transfer-syntax={transfer_syntax}" if transfer_syntax else ""
        self.content_type = f'multipart/related; type="{part_type}"{parameter}; boundary={boundary}'

    def add(self, content_type: str, content: Iterable[Segment], location: str = "") -> None:
        """Append a part; `location` is the URI by which it alone can be fetched."""
        pieces = list(content)
        lead = "\r\n" if self._segments else ""
        fields = f"Content-Type: {content_type}\r\n"
        if location:
            fields += f"Content-Location: {location}\r\n"
        head = f"{lead}--{self._boundary}\r\n{fields}"
        lengths = [piece.length for piece in pieces]
        known = [length for length in lengths if length is not None]
        if len(known) < len(lengths):
            self._segments.append(LazySegment(lambda: _made_part(head, pieces)))
            return
        self._segments.append(BytesSegment(_closed(head, sum(known))))
        self._segments.extend(pieces)

    def body(self) -> Body:
        """Return the whole body, closing delimiter included."""
        closing = BytesSegment(f"\r\n--{self._boundary}--\r\n".encode("ascii"))
        return Body([*self._segments, closing])
