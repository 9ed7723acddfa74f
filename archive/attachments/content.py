"""What a file is, by its first bytes; what it is called decides nothing.

References: RFC 2046 (media types); WHATWG MIME Sniffing section 6 (image type pattern matching).
"""

from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 4096
UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
PDF: Final = "application/pdf"
# One in which something runs, or that cannot be looked into (`archive.attachments.still_pdf`).
ACTIVE_PDF: Final = "application/x-active-pdf"
# Never shown, only saved: a browser runs what is in these.
MARKUP: Final = "text/html"
# Of these Pillow makes a picture of ours.
PICTURES: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp"}
)
# May keep their type on the way out; as an attachment and with nosniff all the same.
_HARMLESS: Final = PICTURES | {PDF, TEXT}

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (128, b"DICM", "application/dicom"),  # PS3.10 7.1
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\x1f\x8b", "application/gzip"),
)
_OFFICE: Final = ((b"word/", "word"), (b"xl/", "sheet"), (b"ppt/", "slides"))
_MARKS: Final = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<head", b"<body", b"<!--")
_PDF_WITHIN: Final = 1024  # readers look for the header in so many bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a file of a type leaves: as what, and whether something of it can be shown."""

    content_type: str
    preview: str = ""


def content_type_of(head: bytes) -> str:
    """Return the media type of a file that begins with `head` (HEAD_BYTES of it, or all)."""
    for offset, signature, kind in _SIGNATURES:
        if head[offset:].startswith(signature):
            return _office_type(head) if kind == "application/zip" else kind
    if b"%PDF-" in head[:_PDF_WITHIN] and not _is_markup(head):
        return PDF
    if _is_markup(head):
        return MARKUP
    return TEXT if _is_text(head) else UNKNOWN


def delivery_of(content_type: str) -> Delivery:
    """Return how a file of this type is handed out; what may run anywhere is bytes and no more."""
    if content_type in PICTURES:
        return Delivery(content_type, "picture")
    if content_type == PDF:
        return Delivery(content_type, "pdf")
    if content_type == TEXT:
        return Delivery("text/plain; charset=utf-8", "text")
    return Delivery(content_type if content_type in _HARMLESS else UNKNOWN)


def _office_type(head: bytes) -> str:
    if b"[Content_Types].xml" not in head:
        return "application/zip"
    found = next((word for mark, word in _OFFICE if mark in head), "office")
    return f"application/x-office-{found}"


def _is_markup(head: bytes) -> bool:
    """Say whether a browser might take it for a page: it looks past space and a byte order mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")[2:]
    start = head.lower().lstrip(b"\xef\xbb\xbf \t\r\n\f")
    return start.startswith(b"<") or any(mark in start for mark in _MARKS)


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head may end in the middle of a character.
        return len(head) == HEAD_BYTES and error.start >= len(head) - 3
    return True
