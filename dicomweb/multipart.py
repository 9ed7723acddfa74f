"""multipart/related as we send it: whole parts of known length, so the answer has a length too.

References: RFC 2387; RFC 2046 5.1; PS3.18 8.6.1.2 (multipart payloads).
"""

from collections.abc import Iterable

from dicomweb.body import Body, BytesSegment, Segment


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
        lead = "\r\n" if self._segments else ""
        fields = f"Content-Type: {content_type}\r\n"
        if location:
            fields += f"Content-Location: {location}\r\n"
        self._segments.append(
            BytesSegment(f"{lead}--{self._boundary}\r\n{fields}\r\n".encode("ascii"))
        )
        self._segments.extend(content)

    def body(self) -> Body:
        """Return the whole body, closing delimiter included."""
        closing = BytesSegment(f"\r\n--{self._boundary}--\r\n".encode("ascii"))
        return Body([*self._segments, closing])
