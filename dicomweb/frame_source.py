"""Where the frames of an instance come from: stretches of its file, or what is made of them.

References: PS3.5 8 (native pixel data), A.4 (encapsulated).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from archive.access import open_instance
from archive.models import Instance
from dicomkit.errors import DicomkitError
from dicomkit.frames import FrameIndex, index_frames
from dicomkit.part10 import read_header
from dicomweb.body import BytesSegment, FileSegment, LazySegment, Segment
from dicomweb.decoding import native_frame, packed_frame
from dicomweb.problems import DicomWebError, bad_request, not_found
from dicomweb.representation import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    NATIVE,
    Representation,
)

_MAX_FRAMES: Final = 1000
_LITTLE: Final = frozenset(
    {IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2.1.98"}
)
# Unpacking the index of a long multi-frame object takes longer than using it.
_SHORT_INDEX: Final = 256


def frame_numbers(text: str) -> list[int]:
    """Return the frame numbers of a URL (``1,2,5``), counted from 1 as there.

    Raises
    ------
    DicomWebError
        400 for anything else, 413 for too many at once.
    """
    pieces = text.split(",")
    if len(pieces) > _MAX_FRAMES:
        raise DicomWebError(413, f"At most {_MAX_FRAMES} frames at once.")
    if not all(piece.isascii() and piece.isdigit() and len(piece) < 10 for piece in pieces):
        raise bad_request("Frames are numbers from 1 on, separated by commas.")
    numbers = [int(piece) for piece in pieces]
    if 0 in numbers:
        raise bad_request("Frames are counted from 1.")
    return numbers


def frame_index_of(instance: Instance) -> FrameIndex:
    """Return where the instance's frames lie.

    Raises
    ------
    DicomWebError
        404 when it has no pixels, or none that can be told apart.
    """
    if not instance.has_pixels:
        raise not_found()
    packed = bytes(instance.frame_index)
    try:
        if not packed:
            return _scanned(instance)
        return FrameIndex.unpack(packed) if len(packed) <= _SHORT_INDEX else _unpacked(packed)
    except DicomkitError as error:
        raise not_found() from error


@lru_cache(maxsize=32)
def _unpacked(packed: bytes) -> FrameIndex:
    return FrameIndex.unpack(packed)


def _scanned(instance: Instance) -> FrameIndex:
    """Find the frames anew: the file is deflated, or they could not be told apart when stored."""
    with open_instance(instance) as stream:
        return index_frames(stream, read_header(stream))


def check_frames(index: FrameIndex, numbers: Sequence[int]) -> None:
    """Raise a 404 unless the instance has all of these frames."""
    if max(numbers) > index.count:
        raise not_found()


def frame_segments(
    instance: Instance,
    index: FrameIndex,
    number: int,
    representation: Representation,
    *,
    at_once: bool = True,
) -> list[Segment]:
    """Return the content of frame `number` (from 1) in a representation.

    What must be decoded is so `at_once`, or else when it is sent.

    Raises
    ------
    DicomWebError
        406 when it can't be decoded.
    """
    if _lies_as_sent(instance, index, representation):
        open_file = partial(open_instance, instance)
        return [FileSegment(open_file, start, size) for start, size in index.ranges(number - 1)]
    make = packed_frame if representation.is_packed else native_frame
    decode = partial(make, instance, number)
    return [BytesSegment(decode()) if at_once else LazySegment(decode)]


@dataclass(frozen=True, slots=True)
class _NativePixels:
    """The value of Pixel Data, decoded frame by frame as it is sent, of an even length."""

    instance: Instance
    count: int
    length: None = None

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the frames."""
        size = 0
        for number in range(1, self.count + 1):
            frame = native_frame(self.instance, number)
            size += len(frame)
            yield frame
        yield bytes(size % 2)


def native_pixels(instance: Instance, head: bytes) -> list[Segment]:
    """Return what follows `head` (`dicomweb.decoding.explicit_head`): native pixels, if any."""
    if not instance.has_pixels:
        return []
    index = frame_index_of(instance)
    if instance.transfer_syntax_uid in _LITTLE and not index.encapsulated:
        (length,) = struct.unpack("<I", head[-4:])
        open_file = partial(open_instance, instance)
        return [FileSegment(open_file, instance.header_bytes, length)]
    return [_NativePixels(instance, index.count)]


def _lies_as_sent(instance: Instance, index: FrameIndex, representation: Representation) -> bool:
    """Say whether the bytes of the file are the bytes to send."""
    if representation.is_packed or index.deflated_at is not None or index.frame_bits % 8:
        return False
    if instance.transfer_syntax_uid in NATIVE:
        return instance.transfer_syntax_uid in _LITTLE
    return not representation.is_decoded
