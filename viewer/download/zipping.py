"""A ZIP file that is made while it is sent: stored, not compressed, its length known beforehand.

Pixels are compressed already or too many to be compressed while somebody waits; and only what
is stored lets a browser say how much is still to come.

References: PKWARE APPNOTE 6.3.9, 4.3 (layout), 4.5.3 (Zip64).
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

# Bytes of the fixed parts.
_LOCAL_HEAD: Final = 30
_LOCAL_ZIP64: Final = 20
_DESCRIPTOR: Final = 16
_DESCRIPTOR_ZIP64: Final = 24
_CENTRAL_HEAD: Final = 46
_END: Final = 22
_END_ZIP64: Final = 56 + 20


class Entry(NamedTuple):
    """A file in the ZIP: its path, its length, and its bytes when they are wanted."""

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


class LengthError(Exception):
    """A file is not as long as it was said to be; the ZIP is broken off."""


class _Outlet:
    """A stream that only grows, and is emptied as it does."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: who reads comes by itself."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_chunks(entries: Sequence[Entry], moment: datetime) -> Iterator[bytes]:
    """Yield the ZIP piece by piece; at no time is more than one chunk of it in memory.

    Raises
    ------
    LengthError
        A file was longer or shorter than its entry says.
    """
    outlet = _Outlet()
    when = moment.timetuple()[:6]
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, when)
            with archive.open(info, "w", force_zip64=_is_large(entry.size)) as target:
                for chunk in _whole(entry):
                    target.write(chunk)
                    yield outlet.taken()
    yield outlet.taken()


def _whole(entry: Entry) -> Iterator[bytes]:
    sent = 0
    for chunk in entry.chunks():
        sent += len(chunk)
        if sent > entry.size:
            break
        yield chunk
    if sent != entry.size:
        raise LengthError(f"{entry.name} is not as long as it was said to be")


def zip_length(entries: Sequence[Entry]) -> int:
    """Return how many bytes `zip_chunks` yields."""
    offset = central = 0
    for name, size, _ in entries:
        is_large = _is_large(size)
        far = 16 * is_large + 8 * _is_large(offset)
        central += _CENTRAL_HEAD + len(name) + (far + 4 if far else 0)
        offset += _LOCAL_HEAD + len(name) + size
        offset += _LOCAL_ZIP64 + _DESCRIPTOR_ZIP64 if is_large else _DESCRIPTOR
    many = len(entries) > zipfile.ZIP_FILECOUNT_LIMIT
    end = _END + (_END_ZIP64 if many or _is_large(offset) or _is_large(central) else 0)
    return offset + central + end


def _is_large(number: int) -> bool:
    """Say whether a length or an offset needs the 64 bit form."""
    return number > zipfile.ZIP64_LIMIT
