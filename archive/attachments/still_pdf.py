"""Whether a PDF only shows pages: nothing in it runs, sends, starts or plays when it is opened.

Browsers run a PDF's scripts in their own reader, apart from our pages, but they run them: such a
file is saved and not shown. What cannot be looked into (encrypted, packed in an unusual way) counts
as such a file.

References: ISO 32000-1 7.3.5 (Name Objects), 7.5.7 (Object Streams), 12.6.4 (Action Types).
"""

import mmap
import re
import zlib
from pathlib import Path
from typing import Final

_END: Final = rb"(?=[\s\0()<>\[\]{}/%]|$)"
_ACTIVE_NAMES: Final = (
    *(b"JavaScript", b"JS", b"Launch", b"XFA", b"RichMedia", b"Rendition", b"Movie"),
    *(b"SubmitForm", b"ImportData", b"Encrypt"),
)
_ACTIVE: Final = re.compile(rb"/(?:" + b"|".join(_ACTIVE_NAMES) + rb")" + _END)
# A name with a character written as its number: no honest program writes these names so.
_ESCAPED: Final = re.compile(rb"/([A-Za-z]{0,12}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,40})")
_NUMBER: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED: Final = re.compile(rb"/ObjStm" + _END)
_STREAM: Final = re.compile(rb"stream\r?\n")
_TYPE: Final = re.compile(rb"/Type\s*/ObjStm" + _END)
_FLATE: Final = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?")
_DICTIONARY_BYTES: Final = 4096
_UNPACKED_LIMIT: Final = 64 * 1024 * 1024
_PACKED_LIMIT: Final = 5000

_Bytes = bytes | mmap.mmap


def is_still(path: Path) -> bool:
    """Say whether the PDF at `path` is known to do nothing but show its pages."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return not _is_active(data) and _is_still_inside(data)


def _is_active(data: _Bytes) -> bool:
    if _ACTIVE.search(data):
        return True
    hidden = {*_ACTIVE_NAMES, b"ObjStm", b"Type", b"Filter", b"FlateDecode"}
    return any(_plain(match[1]) in hidden for match in _ESCAPED.finditer(data))


def _plain(name: bytes) -> bytes:
    return _NUMBER.sub(lambda match: bytes([int(match[1], 16)]), name)


def _is_still_inside(data: mmap.mmap) -> bool:
    """Look into the object streams, in which dictionaries may be packed."""
    left = _UNPACKED_LIMIT
    for number, match in enumerate(_PACKED.finditer(data)):
        content = _unpacked(data, match.start(), left)
        if content is None or number >= _PACKED_LIMIT or _is_active(content):
            return False
        left -= len(content)
    return True


def _unpacked(data: mmap.mmap, at: int, limit: int) -> bytes | None:
    """Return the content of the object stream whose type stands at `at`; None when unclear."""
    start = max(data.rfind(b"obj", 0, at), at - _DICTIONARY_BYTES)
    stream = _STREAM.search(data, at, at + _DICTIONARY_BYTES)
    if stream is None:
        return None
    dictionary = data[start : stream.start()]
    if not _TYPE.search(dictionary) or b"/DecodeParms" in dictionary:
        return None
    if b"/Filter" not in dictionary:
        return b""  # it lies open, and was looked at with the rest
    if not _FLATE.search(dictionary) or dictionary.count(b"Decode") != 1:
        return None
    return _inflated(data, stream.end(), limit)


def _inflated(data: mmap.mmap, start: int, limit: int) -> bytes | None:
    unpacker = zlib.decompressobj()
    content = bytearray()
    try:
        while not unpacker.eof and start < len(data):
            part = data[start : start + 65536]
            content += unpacker.decompress(part, limit + 1 - len(content))
            if len(content) > limit or unpacker.unconsumed_tail:
                return None
            start += len(part)
    except zlib.error:
        return None
    return bytes(content) if unpacker.eof else None
