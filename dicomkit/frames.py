"""Where each frame lies in a file, found without reading the pixels (PS3.5 A.4, annex 8)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Final

from dicomkit import tags
from dicomkit.dataset import Header
from dicomkit.elements import PixelData
from dicomkit.errors import Part10Error, PixelError
from dicomkit.part10 import read_value
from dicomkit.source import DEFAULT, FileSource, InflatedSource, truncated
from dicomkit.transfer_syntaxes import Codec, codec_of

_ITEM: Final = 0xE000FFFE  # the tag's four bytes read as a little endian number
_SEQUENCE_DELIMITATION: Final = 0xE0DDFFFE
_MAX_FRAGMENTS: Final = 1_000_000
_MAX_TABLE: Final = 64 * 1024 * 1024
_MARKERS: Final = {
    Codec.JPEG: (b"\xff\xd8\xff",),
    Codec.JPEG_LS: (b"\xff\xd8\xff",),
    Codec.JPEG_2000: (b"\xff\x4f\xff\x51",),
    Codec.HTJ2K: (b"\xff\x4f\xff\x51",),
    Codec.JPEG_XL: (b"\xff\x0a", b"\0\0\0\x0cJXL "),
}
_PACKED: Final = struct.Struct("<BBQQQQI")
_VERSION: Final = 1
_FLAG_ENCAPSULATED: Final = 1
_FLAG_STREAM: Final = 2
_FLAG_DEFLATED: Final = 4
_FLAG_SWAPPED: Final = 8

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """Byte ranges of the frames of one instance.

    Attributes
    ----------
    count : int
        Frames whose data is there; fewer than `declared` when the file has too little.
    declared : int
        Number of Frames (0028,0008), 1 when absent.
    encapsulated : bool
        Frames are fragments, not plain pixels.
    stream : bool
        A video: all frames are one bitstream, which counts as one frame.
    deflated_at : int or None
        Where in the file the deflated data set begins, when offsets count in what inflates
        from it; such frames can't be addressed in the file.
    swapped : bool
        Native frames of pixels up to 8 bits, stored as big endian words.
    start, frame_bits : int
        Native frames: offset of the first, bits of one.
    offsets, lengths : sequence of int
        Encapsulated: data of the fragments.
    firsts : sequence of int
        Encapsulated: index of each frame's first fragment; empty when frames are fragments.
    """

    count: int
    declared: int
    encapsulated: bool = False
    stream: bool = False
    deflated_at: int | None = None
    swapped: bool = False
    start: int = 0
    frame_bits: int = 0
    offsets: Sequence[int] = ()
    lengths: Sequence[int] = ()
    firsts: Sequence[int] = ()

    @property
    def addressable(self) -> bool:
        """Whether the bytes of `ranges`, read from the file, are one whole frame and no more."""
        whole = not self.frame_bits % 8 and not self.swapped
        return whole and self.deflated_at is None and not self.stream

    def ranges(self, n: int) -> list[Range]:
        """Return (offset, length) of the pieces of frame `n`, counted from 0.

        Raises
        ------
        PixelError
            ``no-frame`` when the file doesn't have that frame.
        """
        if not 0 <= n < self.count:
            raise PixelError("no-frame", f"The instance has no data for frame {n + 1}.")
        if not self.encapsulated:
            unit = 16 if self.swapped else 8
            first = n * self.frame_bits
            begin, end = first // unit, -(-(first + self.frame_bits) // unit)
            return [(self.start + begin * unit // 8, (end - begin) * unit // 8)]
        begin, end = self._fragments_of(n)
        pairs = zip(self.offsets[begin:end], self.lengths[begin:end], strict=True)
        return [(int(offset), int(length)) for offset, length in pairs]

    def bit_offset(self, n: int) -> int:
        """Return the bit, counted in what `ranges` gives, with which native frame `n` begins."""
        return n * self.frame_bits % (16 if self.swapped else 8)

    def pack(self) -> bytes:
        """Return the index as bytes for storage; 38 of them for native frames."""
        flags = self.encapsulated * _FLAG_ENCAPSULATED | self.stream * _FLAG_STREAM
        flags |= (self.deflated_at is not None) * _FLAG_DEFLATED | self.swapped * _FLAG_SWAPPED
        fields = (self.count, self.declared, self.start, self.frame_bits)
        head = _PACKED.pack(_VERSION, flags, *fields, len(self.offsets))
        if self.deflated_at is not None:
            head += struct.pack("<Q", self.deflated_at)
        size, frames = len(self.offsets), len(self.firsts)
        body = struct.pack(f"<{size}Q{size}I{frames}I", *self.offsets, *self.lengths, *self.firsts)
        return head + body

    @classmethod
    def unpack(cls, packed: bytes) -> "FrameIndex":
        """Return what `pack` stored.

        Raises
        ------
        PixelError
            ``index`` when the bytes are not such an index.
        """
        try:
            return cls._unpack(packed)
        except struct.error as error:
            raise PixelError("index", "The stored frame index is damaged.") from error

    @classmethod
    def _unpack(cls, packed: bytes) -> "FrameIndex":
        version, flags, count, declared, start, bits, size = _PACKED.unpack_from(packed)
        if version != _VERSION:
            raise PixelError("index", "The stored frame index has an unknown version.")
        at, deflated_at = _PACKED.size, None
        if flags & _FLAG_DEFLATED:
            (deflated_at,) = struct.unpack_from("<Q", packed, at)
            at += 8
        offsets = struct.unpack_from(f"<{size}Q", packed, at)
        lengths = struct.unpack_from(f"<{size}I", packed, at + 8 * size)
        firsts = struct.unpack(f"<{(len(packed) - at - 12 * size) // 4}I", packed[at + 12 * size :])
        return cls(
            count=count,
            declared=declared,
            encapsulated=bool(flags & _FLAG_ENCAPSULATED),
            stream=bool(flags & _FLAG_STREAM),
            deflated_at=deflated_at,
            swapped=bool(flags & _FLAG_SWAPPED),
            start=start,
            frame_bits=bits,
            offsets=offsets,
            lengths=lengths,
            firsts=firsts,
        )

    def _fragments_of(self, n: int) -> Range:
        if not self.firsts:
            return n, n + 1
        last = n + 1 == self.count
        return self.firsts[n], len(self.offsets) if last else self.firsts[n + 1]


def index_frames(stream: BinaryIO, header: Header) -> FrameIndex:
    """Find the frames of an instance.

    Reads item heads and offset tables only, never pixels, so that the cost grows with the number
    of fragments and not with their size.

    Raises
    ------
    Part10Error
        ``truncated``, ``fragments`` (damaged or too many).

    References: PS3.5 A.4 (encapsulation, Basic and Extended Offset Table), 8.1.1 (native).
    """
    declared = max(1, header.get_int(tags.NUMBER_OF_FRAMES) or 1)
    pixels = header.pixel_data
    if pixels is None or pixels.length == 0:
        return FrameIndex(0, declared)
    codec = codec_of(header.transfer_syntax_uid)
    if pixels.length is not None and (codec in (Codec.NATIVE, Codec.UNKNOWN)):
        return _native(header, pixels, pixels.length, declared)
    return _encapsulated(stream, header, pixels, declared)


def read_frame(stream: BinaryIO, index: FrameIndex, n: int) -> bytes:
    """Return the bytes of frame `n` (from 0): native pixels, or its codestream.

    Frames of single bits come aligned, their first pixel in bit 0 of the first byte; pixels of
    8 bits come in order even if they are stored as big endian words.

    Raises
    ------
    PixelError
        ``no-frame``.
    Part10Error
        ``truncated``, ``deflate``.
    """
    data = b"".join(_read_range(stream, index, piece) for piece in index.ranges(n))
    if index.swapped:
        data = _swap_words(data)
    if index.bit_offset(n) or len(data) * 8 > index.frame_bits > 0:
        return _align(data, index.bit_offset(n), index.frame_bits)
    return data


def frame_bits(header: Header, length: int, frames: int) -> int:
    """Return how many bits one native frame takes, 0 when the header doesn't say.

    Parameters
    ----------
    header : Header
        Rows, Columns, Samples per Pixel, Bits Allocated, Photometric Interpretation.
    length : int
        Bytes of the whole pixel data.
    frames : int
        Number of Frames.

    References: PS3.3 C.7.6.3.1.2 (chroma subsampling of YBR_FULL_422 and YBR_PARTIAL_420).
    """
    rows, columns = header.get_int(tags.ROWS) or 0, header.get_int(tags.COLUMNS) or 0
    samples = header.get_int(tags.SAMPLES_PER_PIXEL) or 1
    allocated = header.get_int(tags.BITS_ALLOCATED) or _allocated_by_tag(header)
    bits = rows * columns * samples * allocated
    photometric = header.get_text(tags.PHOTOMETRIC_INTERPRETATION) or ""
    if samples == 3 and length * 8 < bits * frames:
        if photometric.endswith("_422"):
            return bits * 2 // 3
        if photometric.endswith("_420"):
            return bits // 2
    return bits


def _allocated_by_tag(header: Header) -> int:
    tag = header.pixel_data.tag if header.pixel_data else tags.PIXEL_DATA
    return {tags.FLOAT_PIXEL_DATA: 32, tags.DOUBLE_FLOAT_PIXEL_DATA: 64}.get(tag, 0)


def _is_narrow(header: Header) -> bool:
    return (header.get_int(tags.BITS_ALLOCATED) or 16) <= 8


def _native(header: Header, pixels: PixelData, length: int, declared: int) -> FrameIndex:
    bits = frame_bits(header, length, declared)
    available = length * 8 // bits if bits else 0
    return FrameIndex(
        count=min(declared, available),
        declared=declared,
        deflated_at=header.data_offset if header.deflated else None,
        swapped=header.encoding.big_endian and pixels.vr == "OW" and _is_narrow(header),
        start=pixels.offset,
        frame_bits=bits,
    )


def _encapsulated(stream: BinaryIO, header: Header, pixels: PixelData, declared: int) -> FrameIndex:
    codec = codec_of(header.transfer_syntax_uid)
    if pixels.length is not None and not _is_item(stream, pixels.offset):
        return FrameIndex(  # a codestream put there without encapsulation
            1, declared, True, offsets=[pixels.offset], lengths=[pixels.length]
        )
    items = _scan_items(stream, pixels)
    table, fragments = items[0], items[1:]
    offsets, lengths = [item[0] for item in fragments], [item[1] for item in fragments]
    if not fragments:
        return FrameIndex(0, declared, True)
    if codec is Codec.VIDEO:
        return FrameIndex(1, declared, True, True, offsets=offsets, lengths=lengths, firsts=[0])
    firsts = _firsts(stream, header, table, fragments, declared)
    if len(firsts) == len(fragments):
        return FrameIndex(len(firsts), declared, True, offsets=offsets, lengths=lengths)
    return FrameIndex(len(firsts), declared, True, offsets=offsets, lengths=lengths, firsts=firsts)


def _is_item(stream: BinaryIO, offset: int) -> bool:
    stream.seek(offset)
    return stream.read(4) == _ITEM.to_bytes(4, "little")


def _scan_items(stream: BinaryIO, pixels: PixelData) -> list[Range]:
    """Return offset and length of the Basic Offset Table and of each fragment."""
    size = FileSource(stream).size
    end = size if pixels.length is None else pixels.offset + pixels.length
    offset = pixels.offset
    items: list[Range] = []
    while offset + 8 <= end:
        stream.seek(offset)
        tag, length = struct.unpack("<II", stream.read(8))
        offset += 8
        if tag == _SEQUENCE_DELIMITATION:
            break
        if tag != _ITEM or len(items) >= _MAX_FRAGMENTS:
            raise Part10Error("fragments", "The fragments of the pixel data are damaged.")
        if offset + length > size:
            raise truncated("the pixel data")
        items.append((offset, length))
        offset += length
    if not items:
        raise truncated("the pixel data")
    return items


def _firsts(
    stream: BinaryIO, header: Header, table: Range, fragments: list[Range], frames: int
) -> Sequence[int]:
    """Return the index of the first fragment of each frame."""
    if frames == 1:
        return [0]
    for starts in (_extended_table(stream, header), _basic_table(stream, table)):
        firsts = _match(starts, fragments, frames)
        if firsts:
            return firsts
    if len(fragments) <= frames:
        return range(len(fragments))
    return _by_markers(stream, header, fragments, frames)


def _extended_table(stream: BinaryIO, header: Header) -> Sequence[int]:
    try:
        value = read_value(stream, header, tags.EXTENDED_OFFSET_TABLE, maximum=_MAX_TABLE) or b""
    except Part10Error:
        return ()
    return struct.unpack_from(f"<{len(value) // 8}Q", value)


def _basic_table(stream: BinaryIO, table: Range) -> Sequence[int]:
    offset, length = table
    if length > _MAX_TABLE:
        return ()
    stream.seek(offset)
    return struct.unpack_from(f"<{length // 4}I", stream.read(length))


def _match(starts: Sequence[int], fragments: list[Range], frames: int) -> list[int]:
    """Return the fragments that an offset table points at; empty when the table is wrong."""
    if len(starts) != frames or starts[0] != 0:
        return []
    base = fragments[0][0]
    places = {offset - base: number for number, (offset, _) in enumerate(fragments)}
    firsts = [places.get(start, -1) for start in starts]
    rising = all(before < after for before, after in pairwise(firsts))
    return firsts if rising else []


def _by_markers(
    stream: BinaryIO, header: Header, fragments: list[Range], frames: int
) -> Sequence[int]:
    """Find frames by the marker with which a codestream begins."""
    markers = _MARKERS.get(codec_of(header.transfer_syntax_uid), ())
    firsts = [0]
    for number, (offset, _) in enumerate(fragments[1:], 1):
        stream.seek(offset)
        if markers and stream.read(8).startswith(markers):
            firsts.append(number)
    if len(firsts) >= frames:
        return firsts[:frames]
    return firsts if len(firsts) > 1 else range(frames)


def _read_range(stream: BinaryIO, index: FrameIndex, piece: Range) -> bytes:
    offset, length = piece
    if index.deflated_at is None:
        stream.seek(offset)
        data = stream.read(length)
    else:
        data = InflatedSource(stream, index.deflated_at, DEFAULT).read_once(offset, length)
    if len(data) < length:
        raise truncated("the pixel data")
    return data


def _swap_words(data: bytes) -> bytes:
    swapped = bytearray(len(data))
    swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
    return bytes(swapped)


def _align(data: bytes, shift: int, bits: int) -> bytes:
    """Return `bits` bits from bit `shift` on (least significant first), moved to bit 0."""
    number = int.from_bytes(data, "little") >> shift
    return (number & (1 << bits) - 1).to_bytes((bits + 7) // 8, "little")
