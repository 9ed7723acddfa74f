"""What a compressed frame says of itself, read before any decoder sees it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dicomkit.errors import PixelError
from dicomkit.transfer_syntaxes import Codec

_SOI: Final = b"\xff\xd8"
_SOC_SIZ: Final = b"\xff\x4f\xff\x51"
# Frame headers: DCT and lossless processes of ISO 10918-1 (without DHT, JPG, DAC) and JPEG-LS.
_FRAME_HEADERS: Final = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
_LOSSLESS_HEADERS: Final = frozenset({0xC3, 0xC7, 0xCB, 0xCF, 0xF7})
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = b"\xff\xd9"
_ADOBE: Final = 0xEE
_JFIF: Final = 0xE0
_CODING_STYLE: Final = 0x52
_START_OF_TILE: Final = 0x90
_XL_SIGNATURE: Final = b"\xff\x0a"
_XL_SIZE_BITS: Final = (9, 13, 18, 30)
# Width to height, by the ratio field of ISO 18181-1 D.3.2.
_XL_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(frozen=True, slots=True)
class Codestream:
    """Geometry of a compressed frame.

    Attributes
    ----------
    rows, columns : int
        Size in pixels.
    components, precision : int
        Samples per pixel and bits of each; 0 when the codestream was not asked.
    signed : bool
        Samples are two's complement (JPEG 2000).
    lossless : bool
        A predictive JPEG, JPEG-LS, or reversible JPEG 2000.
    colour : str
        What the markers say of the colours: ``ybr``, ``rgb``, ``transformed`` (JPEG 2000: its
        decoder returns RGB whatever went in), or nothing.
    complete : bool
        Its end is there. Asked of JPEG alone, whose decoder fills what is missing with grey; the
        others raise errors.
    """

    rows: int
    columns: int
    components: int
    precision: int = 0
    signed: bool = False
    lossless: bool = False
    colour: str = ""
    complete: bool = True


def inspect(data: bytes, codec: Codec) -> Codestream:
    """Read the header of a codestream.

    Raises
    ------
    PixelError
        ``codestream`` when it has none.

    References: ISO 10918-1 B.2.2, ISO 14495-1 C.2, ISO 15444-1 A.5.1, ISO 18181-1 D.3.
    """
    try:
        return _READERS[codec](data)
    except (struct.error, IndexError) as error:
        raise PixelError("codestream", "The compressed frame ends inside its header.") from error


def sniff(data: bytes, declared: Codec) -> Codec:
    """Return the codec the bytes are of, within the JPEG families; else the declared one."""
    if declared not in _READERS:
        return declared
    if data.startswith(_SOC_SIZ):
        return declared if declared is Codec.HTJ2K else Codec.JPEG_2000
    if data.startswith(_SOI) and declared is not Codec.JPEG_XL:
        return Codec.JPEG_LS if b"\xff\xf7" in data[:1024] else Codec.JPEG
    return declared


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, offset and length of the payload of each JPEG marker segment."""
    offset = 2
    while True:
        if data[offset] != 0xFF:
            raise PixelError("codestream", "The compressed frame has a damaged header.")
        marker = data[offset + 1]
        if marker == 0xFF:  # a fill byte
            offset += 1
            continue
        (length,) = struct.unpack_from(">H", data, offset + 2)
        yield marker, offset + 4, length - 2
        offset += 2 + length


def _jpeg(data: bytes) -> Codestream:
    if not data.startswith(_SOI):
        raise PixelError("codestream", "The frame is not a JPEG codestream.")
    markings = ""
    for marker, offset, length in _segments(data):
        if marker == _ADOBE and data[offset : offset + 5] == b"Adobe" and length >= 12:
            markings = "ybr" if data[offset + 11] else "rgb"
        elif marker == _JFIF and data[offset : offset + 4] == b"JFIF":
            markings = markings or "ybr"
        elif marker in _FRAME_HEADERS:
            return _jpeg_frame(data, offset, marker, markings)
        elif marker == _START_OF_SCAN:
            break
    raise PixelError("codestream", "The JPEG codestream has no frame header.")


def _jpeg_frame(data: bytes, offset: int, marker: int, markings: str) -> Codestream:
    precision, rows, columns, components = struct.unpack_from(">BHHB", data, offset)
    identifiers = data[offset + 6 : offset + 6 + 3 * components : 3]
    if identifiers == b"RGB":
        markings = "rgb"
    # Entropy-coded data holds no marker (ISO 10918-1 B.1.1.5), so that this one is the end.
    complete = _END_OF_IMAGE in data[offset:]
    lossless = marker in _LOSSLESS_HEADERS
    return Codestream(
        rows, columns, components, precision, False, lossless, markings, complete=complete
    )


def _jpeg_2000(data: bytes) -> Codestream:
    start = data.find(_SOC_SIZ, 0, 4096)  # some put the whole JP2 file there
    if start < 0:
        raise PixelError("codestream", "The frame is not a JPEG 2000 codestream.")
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    (components,) = struct.unpack_from(">H", data, start + 40)
    depth = data[start + 42]
    transform, reversible = _coding_style(data[start:])
    colour = "transformed" if transform else ""
    size = bottom - top, right - left
    return Codestream(*size, components, (depth & 0x7F) + 1, bool(depth & 0x80), reversible, colour)


def _coding_style(data: bytes) -> tuple[bool, bool]:
    """Tell, by the COD segment, whether colours are transformed and whether that is reversible.

    References: ISO 15444-1 A.6.1.
    """
    for marker, offset, _ in _segments(data):
        if marker == _CODING_STYLE:
            return data[offset + 4] == 1, data[offset + 9] == 1
        if marker == _START_OF_TILE:
            break
    return False, False


class _Bits:
    """Bits of a JPEG XL header, least significant first."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise IndexError
        value = self._number & (1 << count) - 1
        self._number >>= count
        self._left -= count
        return value


def _jpeg_xl(data: bytes) -> Codestream:
    bits = _Bits(_jpeg_xl_codestream(data)[2:18])
    by_eight = bits.take(1)
    rows = _xl_size(bits, by_eight)
    ratio = bits.take(3)
    if ratio:
        over, under = _XL_RATIOS[ratio - 1]
        return Codestream(rows, rows * over // under, 0)
    return Codestream(rows, _xl_size(bits, by_eight), 0)


def _xl_size(bits: _Bits, by_eight: int) -> int:
    if by_eight:
        return 8 * (bits.take(5) + 1)
    return bits.take(_XL_SIZE_BITS[bits.take(2)]) + 1


def _jpeg_xl_codestream(data: bytes) -> bytes:
    """Return the bare codestream, or the beginning of the one in a container."""
    if data.startswith(_XL_SIGNATURE):
        return data
    offset = 0
    while offset + 16 <= len(data):
        size, name = struct.unpack_from(">I4s", data, offset)
        body = offset + (16 if size == 1 else 8)
        if name in (b"jxlc", b"jxlp"):
            found = data[body + (4 if name == b"jxlp" else 0) :][:64]
            if found.startswith(_XL_SIGNATURE):
                return found
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, offset + 8)
        if size < 8:
            break
        offset += size
    raise PixelError("codestream", "The frame is not a JPEG XL codestream.")


_READERS: Final = {
    Codec.JPEG: _jpeg,
    Codec.JPEG_LS: _jpeg,
    Codec.JPEG_2000: _jpeg_2000,
    Codec.HTJ2K: _jpeg_2000,
    Codec.JPEG_XL: _jpeg_xl,
}
