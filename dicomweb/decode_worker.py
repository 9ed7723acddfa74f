"""The program of a worker process that decodes, renders and rewrites what came from outside.

References: PS3.18 8.3.5 (rendering), PS3.5 A.4 (pixels in native form).
"""

import io
import struct
from dataclasses import replace
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

from dicomkit.dataset import Header
from dicomkit.errors import PixelError
from dicomkit.frames import FrameIndex, index_frames, read_frame
from dicomkit.part10 import read_header
from dicomkit.pixels import (
    FrameContext,
    Window,
    decode_frame,
    encode_jpeg,
    encode_png,
    native_photometric,
    pack_frame,
    to_display,
    to_native,
)
from dicomweb.worker_side import serve

_MAX_NATIVE_BYTES: Final = 0xFFFFFFFE  # 32 bit lengths, even (PS3.5 7.1.2)
_FLOATS: Final = {0x7FE00008: b"OF", 0x7FE00009: b"OD"}
_OFFSET_TABLES: Final = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")


def do(task: dict[str, Any], file: BinaryIO, content: bytes) -> bytes:
    """Do one task with an object; `content` is its packed frame index, if it has one."""
    header = read_header(file)
    if task["operation"] == "explicit-head":
        return _explicit_head(file, header, content)
    number: int = task["frame"]
    context = FrameContext.from_header(header, file, frame=number)
    data = read_frame(file, _index(file, header, content), number)
    if task["operation"] == "native":
        return to_native(data, context, header.transfer_syntax_uid)
    pixels = decode_frame(data, context, header.transfer_syntax_uid)
    if task["operation"] == "pack":
        return pack_frame(pixels)
    return _rendered(pixels, context, task["parameters"])


def _index(file: BinaryIO, header: Header, content: bytes) -> FrameIndex:
    return FrameIndex.unpack(content) if content else index_frames(file, header)


def _rendered(pixels: NDArray[Any], context: FrameContext, parameters: dict[str, Any]) -> bytes:
    """Return an image file of a frame, as `dicomweb.render_parameters` describes it."""
    window = None
    if parameters["window"] is not None:
        window = Window(*parameters["window"])
        # Whoever gives a window wants it, and not the table that the object carries.
        context = replace(context, voi_function=parameters["function"], voi_table=None)
    if parameters["region"] is not None:
        pixels = _cut(pixels, parameters["region"])
    box = parameters["box"]
    size = (int(box[0]), int(box[1])) if box is not None else None
    shown = to_display(pixels, context, window=window, size=size, enlarge=True)
    if parameters["media_type"] == "image/jpeg":
        return encode_jpeg(shown, quality=parameters["quality"])
    return encode_png(shown)


def _cut(pixels: NDArray[Any], region: list[float]) -> NDArray[Any]:
    """Return a part of a frame; a negative width or height mirrors it (PS3.18 8.3.5.1.3)."""
    left, top, across, down = region
    rows = _span(top, abs(down), pixels.shape[0])
    columns = _span(left, abs(across), pixels.shape[1])
    part = pixels[rows, columns]
    if across < 0:
        part = part[:, ::-1]
    return part[::-1] if down < 0 else part


def _span(start: float, length: float, limit: int) -> slice:
    """Return the pixels of a stretch, at least one of them, cut to the image."""
    first = min(int(start), limit - 1)
    return slice(first, max(first + 1, min(round(start + length), limit)))


def _explicit_head(file: BinaryIO, header: Header, content: bytes) -> bytes:
    """Return the object in Explicit VR Little Endian up to the first byte of its pixels."""
    file.seek(0)
    data_set = dcmread(file, stop_before_pixels=True, force=True)
    data_set.decode()
    if header.encoding.big_endian:
        _swap_words(data_set)
    head = b""
    if header.pixel_data is not None:
        head = _pixel_head(file, header, content, data_set)
    written = io.BytesIO()
    data_set.file_meta = _meta(data_set)
    dcmwrite(written, data_set, enforce_file_format=True)
    return written.getvalue() + head


def _meta(data_set: Dataset) -> FileMetaDataset:
    meta = getattr(data_set, "file_meta", None) or FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = data_set.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    return meta


def _swap_words(data_set: Dataset) -> None:
    """Turn words to little endian: pydicom leaves their bytes as they were read."""
    for element in data_set.iterall():
        if element.VR == "OW" and isinstance(element.value, bytes):
            element.value = np.frombuffer(element.value, ">u2").astype("<u2").tobytes()


def _pixel_head(file: BinaryIO, header: Header, content: bytes, data_set: Dataset) -> bytes:
    """Describe the pixels as they will be sent; return the head of their element."""
    pixels = header.pixel_data
    assert pixels is not None  # noqa: S101 - for the type checker
    if pixels.length is not None and not header.deflated and not header.encoding.big_endian:
        return _element_head(pixels.tag, pixels.vr.encode(), pixels.length)
    index = _index(file, header, content)
    context = FrameContext.from_header(header, file)
    bits = context.rows * context.columns * context.samples * context.bits_allocated
    if bits % 8 and index.count > 1:
        raise PixelError("unsupported", "Frames of single bits can't be rewritten one by one.")
    size = (bits + 7) // 8 * index.count
    if size > _MAX_NATIVE_BYTES:
        raise PixelError("too-large", "The pixels are too large for a native transfer syntax.")
    _describe(data_set, context, index)
    short = b"OB" if context.bits_allocated <= 8 else b"OW"
    return _element_head(pixels.tag, _FLOATS.get(pixels.tag, short), size + size % 2)


def _describe(data_set: Dataset, context: FrameContext, index: FrameIndex) -> None:
    data_set.PhotometricInterpretation = native_photometric(context)
    if context.samples > 1:
        data_set.PlanarConfiguration = 0
    if not context.floating:
        data_set.BitsAllocated = context.bits_allocated
        data_set.BitsStored = context.bits_stored
        data_set.HighBit = context.bits_stored - 1
    if "NumberOfFrames" in data_set or index.count > 1:
        data_set.NumberOfFrames = index.count
    for keyword in _OFFSET_TABLES:
        if keyword in data_set:
            delattr(data_set, keyword)


def _element_head(tag: int, vr: bytes, length: int) -> bytes:
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length)


if __name__ == "__main__":
    serve(do)
