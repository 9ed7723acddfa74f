"""Puts pixels into a data set in the transfer syntax asked for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from io import BytesIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, generate_uid

IMPLEMENTATION_UID = generate_uid(entropy_srcs=["noctis demo generator"])


class Syntax(Enum):
    """Transfer syntaxes of the demo, with their UIDs (PS3.6 Annex A)."""

    EXPLICIT = "1.2.840.10008.1.2.1"
    JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
    JPEGLS_LOSSLESS = "1.2.840.10008.1.2.4.80"
    JPEG2000_LOSSLESS = "1.2.840.10008.1.2.4.90"
    HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.201"


def set_pixels(
    dataset: Dataset,
    frames: Sequence[NDArray],
    syntax: Syntax,
    *,
    bits_stored: int | None = None,
    quality: int = 88,
) -> Dataset:
    """Complete a data set with the Image Pixel module and the file meta information.

    Parameters
    ----------
    dataset
        Has its SOP class and instance UID already.
    frames
        Arrays (rows, columns) or (rows, columns, 3); uint8, uint16 or int16.
    syntax
        Transfer syntax of the stored bytes; RGB frames under JPEG become YBR_FULL_422.
    bits_stored
        Significant bits; all of them when not given.

    References
    ----------
    PS3.3 C.7.6.3 (Image Pixel Module), PS3.5 A.4 (encapsulation).
    """
    first = frames[0]
    bits = first.dtype.itemsize * 8
    dataset.Rows, dataset.Columns = first.shape[:2]
    dataset.SamplesPerPixel = 1 if first.ndim == 2 else 3
    if first.ndim == 3:
        jpeg = syntax is Syntax.JPEG_BASELINE
        dataset.PhotometricInterpretation = "YBR_FULL_422" if jpeg else "RGB"
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = bits
    dataset.BitsStored = bits_stored or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(np.issubdtype(first.dtype, np.signedinteger))
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    _set_pixel_data(dataset, frames, syntax, quality)
    dataset.file_meta = _file_meta(dataset, syntax)
    return dataset


def to_bytes(dataset: Dataset) -> bytes:
    """Return the data set as a Part 10 file (PS3.10 7)."""
    buffer = BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _set_pixel_data(
    dataset: Dataset, frames: Sequence[NDArray], syntax: Syntax, quality: int
) -> None:
    if syntax is Syntax.EXPLICIT:
        data = b"".join(np.ascontiguousarray(frame).tobytes() for frame in frames)
        dataset.PixelData = data + b"\0" * (len(data) % 2)
        dataset["PixelData"].VR = "OB" if frames[0].dtype.itemsize == 1 else "OW"
        return
    streams = [_compressed(frame, syntax, dataset.BitsStored, quality) for frame in frames]
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    if syntax is Syntax.JPEG_BASELINE:
        raw = sum(frame.nbytes for frame in frames)
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio = f"{raw / sum(map(len, streams)):.1f}"
        dataset.LossyImageCompressionMethod = "ISO_10918_1"


def _compressed(frame: NDArray, syntax: Syntax, bits_stored: int, quality: int) -> bytes:
    if syntax is Syntax.JPEGLS_LOSSLESS:
        return bytes(imagecodecs.jpegls_encode(frame))
    if syntax is Syntax.HTJ2K_LOSSLESS:
        return bytes(imagecodecs.htj2k_encode(frame, reversible=True))
    if syntax is Syntax.JPEG2000_LOSSLESS:
        return bytes(
            imagecodecs.jpeg2k_encode(
                frame, level=0, codecformat="j2k", reversible=True, bitspersample=bits_stored
            )
        )
    subsampling = "422" if frame.ndim == 3 else None
    return bytes(imagecodecs.jpeg8_encode(frame, level=quality, subsampling=subsampling))


def _file_meta(dataset: Dataset, syntax: Syntax) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax.value)
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "NOCTIS_DEMO"
    return meta
