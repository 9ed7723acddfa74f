"""A stored object as a native data set, for receivers that do not take it as it is stored.

Compressed pixels are decoded; native ones only change byte order and VR encoding. The UIDs stay:
it is the same instance in another transfer syntax (PS3.5 10, PS3.4 B.4.1).
"""

import logging
import struct
import tempfile
import zlib
from typing import Any, BinaryIO, Final, cast

import numpy as np
from django.conf import settings
from pydicom import dcmread
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomIO
from pydicom.filewriter import write_dataset

from dicomkit.context import FrameContext
from dicomkit.dataset import Header
from dicomkit.decode import decode_frame
from dicomkit.errors import DicomkitError
from dicomkit.frames import FrameIndex, index_frames, read_frame
from dicomkit.part10 import open_source, read_header
from dicomkit.transfer_syntaxes import DEFLATED_DATA_SETS
from dimse.negotiation import IMPLICIT_LITTLE

logger = logging.getLogger(__name__)

_CHUNK: Final = 1024 * 1024
_MAX_NATIVE_BYTES: Final = 0xFFFFFFFE  # 32 bit lengths, even (PS3.5 7.1.2)
_PIXEL_DATA_HEAD: Final = struct.Struct("<HH2sHI")
_IMPLICIT_HEAD: Final = struct.Struct("<HHI")


class TranscodeError(Exception):
    """The object cannot be sent in a syntax that the receiver takes; says why."""


def transcoded(stream: BinaryIO, target: str) -> BinaryIO:
    """Return a temporary file with the data set in another transfer syntax.

    Parameters
    ----------
    stream : BinaryIO
        A stored Part 10 file.
    target : str
        Explicit or Implicit VR Little Endian.

    Raises
    ------
    TranscodeError
        The object is damaged, of an unknown transfer syntax, a video, or too large.
    """
    directory = settings.CACHE_DIR
    directory.mkdir(parents=True, exist_ok=True)
    out = cast(BinaryIO, tempfile.TemporaryFile(dir=directory))
    try:
        stream.seek(0)
        _transcode(stream, target, out)
    except TranscodeError:
        out.close()
        raise
    except (DicomkitError, OSError) as error:
        out.close()
        raise TranscodeError(f"cannot be converted: {error}") from error
    except Exception as error:  # pydicom raises all sorts over what devices write
        out.close()
        logger.info("an object could not be converted", exc_info=True)
        raise TranscodeError(f"cannot be converted: {type(error).__name__}") from error
    return out


def _transcode(stream: BinaryIO, target: str, out: BinaryIO) -> None:
    header = read_header(stream)
    data_set = _read_data_set(stream, header)
    writer = _writer(out, target)
    if header.pixel_data is None:
        write_dataset(writer, data_set)
        return
    pixels = _EncapsulatedPixels if header.pixel_data.length is None else _NativePixels
    source = pixels(stream, header)
    source.describe(data_set)
    if source.length > _MAX_NATIVE_BYTES:
        raise TranscodeError("the pixels are too large for a native transfer syntax")
    write_dataset(writer, data_set)
    out.write(_pixel_head(source, target))
    source.copy(out)


def _writer(out: BinaryIO, target: str) -> DicomIO:
    writer = DicomIO(out)
    writer.is_little_endian = True
    writer.is_implicit_VR = target == IMPLICIT_LITTLE
    return writer


def _read_data_set(stream: BinaryIO, header: Header) -> Dataset:
    """Read all before the pixels, in host byte order."""
    stream.seek(0)
    if header.transfer_syntax_uid in DEFLATED_DATA_SETS:
        with tempfile.TemporaryFile(dir=settings.CACHE_DIR) as inflated:
            _inflate(stream, header, cast(BinaryIO, inflated))
            return _loaded(dcmread(inflated, stop_before_pixels=True, force=True))
    data_set = _loaded(dcmread(stream, stop_before_pixels=True, force=True))
    if header.encoding.big_endian:
        for element in data_set.iterall():
            _swap_words(element)
    return data_set


def _loaded(data_set: Dataset) -> Dataset:
    """Read every element now, while the file is open and its syntax is known."""
    data_set.decode()
    for _element in data_set.iterall():
        pass
    return data_set


def _swap_words(element: DataElement) -> None:
    if element.VR == "OW" and isinstance(element.value, bytes):
        element.value = np.frombuffer(element.value, ">u2").astype("<u2").tobytes()


def _inflate(stream: BinaryIO, header: Header, out: BinaryIO) -> None:
    """Write the data set as an Explicit VR Little Endian file, up to its pixels."""
    end = header.pixel_data.offset if header.pixel_data else _MAX_NATIVE_BYTES
    syntax = b"1.2.840.10008.1.2.1\0"
    meta = struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", len(syntax)) + syntax
    group_length = struct.pack("<HH2sHI", 0x0002, 0x0000, b"UL", 4, len(meta))
    out.write(bytes(128) + b"DICM" + group_length + meta)
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    stream.seek(header.data_offset)
    while end > 0 and not inflater.eof:
        data = inflater.unconsumed_tail or stream.read(_CHUNK)
        if not data:
            break
        part = inflater.decompress(data, min(_CHUNK, end))
        out.write(part)
        end -= len(part)
    out.seek(0)


def _pixel_head(source: "_Pixels", target: str) -> bytes:
    tag = source.tag
    if target == IMPLICIT_LITTLE:
        return _IMPLICIT_HEAD.pack(tag >> 16, tag & 0xFFFF, source.length)
    return _PIXEL_DATA_HEAD.pack(tag >> 16, tag & 0xFFFF, source.vr, 0, source.length)


class _Pixels:
    """Pixels of an object, to be written natively in little endian."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        assert header.pixel_data is not None  # noqa: S101  (the caller has looked)
        self._stream = stream
        self._header = header
        self._context = FrameContext.from_header(header, stream)
        self.tag = header.pixel_data.tag
        self.vr = {0x7FE00008: b"OF", 0x7FE00009: b"OD"}.get(self.tag, b"OW")
        self.length = 0

    def describe(self, data_set: Dataset) -> None:
        """Change the attributes that describe the pixels to what `copy` writes."""

    def copy(self, out: BinaryIO) -> None:
        """Write `length` bytes."""
        raise NotImplementedError


class _NativePixels(_Pixels):
    """Native pixels: copied, their bytes swapped when they are big endian."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        super().__init__(stream, header)
        pixels = header.pixel_data
        self._offset, self._size = pixels.offset, pixels.length or 0  # type: ignore[union-attr]
        self.length = self._size + self._size % 2
        if pixels.vr == "OB":  # type: ignore[union-attr]
            self.vr = b"OB"

    def copy(self, out: BinaryIO) -> None:
        source = open_source(self._stream, self._header)
        left, at = self._size, self._offset
        while left:
            data = source.read_at(at, min(_CHUNK, left))
            if not data:
                raise TranscodeError("the pixel data is truncated")
            out.write(self._little(data))
            left, at = left - len(data), at + len(data)
        out.write(bytes(self.length - self._size))

    def _little(self, data: bytes) -> bytes:
        if not self._context.big_endian or self.vr == b"OB":
            return data
        size = max(2, self._context.bits_allocated // 8)
        return np.frombuffer(data, f">u{size}").astype(f"<u{size}").tobytes()


class _EncapsulatedPixels(_Pixels):
    """Compressed pixels: decoded frame by frame."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        super().__init__(stream, header)
        self._index: FrameIndex = index_frames(stream, header)
        if not self._index.count:
            raise TranscodeError("its frames cannot be told apart")
        context = self._context
        samples = context.rows * context.columns * context.samples * self._index.count
        size = (samples * context.bits_allocated + 7) // 8
        self.length = size + size % 2
        self._size = size
        if context.bits_allocated == 8:
            self.vr = b"OB"

    def describe(self, data_set: Dataset) -> None:
        context = self._context
        if context.samples > 1:
            data_set.PlanarConfiguration = 0
            if context.photometric.startswith("YBR"):
                data_set.PhotometricInterpretation = "RGB"
        data_set.BitsAllocated = context.bits_allocated
        data_set.BitsStored = context.bits_stored
        data_set.HighBit = context.bits_stored - 1
        if "NumberOfFrames" in data_set or self._index.count > 1:
            data_set.NumberOfFrames = self._index.count
        for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
            if keyword in data_set:
                delattr(data_set, keyword)

    def copy(self, out: BinaryIO) -> None:
        begun, rest = out.tell(), np.empty(0, np.uint8)
        for number in range(self._index.count):
            data = read_frame(self._stream, self._index, number)
            pixels = decode_frame(data, self._context, self._header.transfer_syntax_uid)
            if self._context.bits_allocated == 1:
                rest = _write_bits(out, np.concatenate([rest, pixels.ravel()]))
            else:
                out.write(np.ascontiguousarray(pixels).tobytes())
        out.write(np.packbits(rest, bitorder="little").tobytes())
        if out.tell() - begun != self._size:
            raise TranscodeError("the decoded frames have another size than the header says")
        out.write(bytes(self.length - self._size))


def _write_bits(out: BinaryIO, bits: Any) -> Any:
    """Write whole bytes of single-bit pixels (PS3.5 8.1.1) and return the bits that are left."""
    whole = bits.size // 8 * 8
    out.write(np.packbits(bits[:whole], bitorder="little").tobytes())
    return bits[whole:]
