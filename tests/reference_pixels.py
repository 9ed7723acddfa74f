"""What other people's decoders make of a file: the yardstick for `dicomkit.pixels`.

pydicom first; dcmtk for the JPEG processes that pydicom has no decoder for here; OpenJPH for
HTJ2K, which dicomkit decodes by OpenJPEG.
"""

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.encaps import generate_frames
from pydicom.pixels import iter_pixels

from dicomkit.part10 import read_header

# dcmtk's program for what pydicom can't decode here.
_PROGRAMS = {
    "1.2.840.10008.1.2.4.51": "dcmdjpeg",
    "1.2.840.10008.1.2.4.57": "dcmdjpeg",
    "1.2.840.10008.1.2.4.70": "dcmdjpeg",
}
_HTJ2K = frozenset({"1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.203"})
LOSSY = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"})
# JPEG decoders may differ by one in the inverse transform, and once more in the colours.
LOSSY_TOLERANCE = 2
# The same picture in an encoding that pydicom decodes.
_TWINS = {
    "liver_deflate.dcm": "liver.dcm",
    "liver_rle.dcm": "liver.dcm",
    "liver_nonbyte_aligned_deflate.dcm": "liver_nonbyte_aligned.dcm",
    "liver_nonbyte_aligned_rle.dcm": "liver_nonbyte_aligned.dcm",
}


class NoReferenceError(Exception):
    """No other decoder takes this file."""


def reference_frames(path: Path, count: int | None = None) -> Iterator[NDArray]:
    """Yield the first `count` frames (all by default), colours in RGB.

    Raises
    ------
    NoReferenceError
        Nobody else decodes it.
    """
    syntax = _transfer_syntax(path)
    if path.name in _TWINS:
        path = path.with_name(_TWINS[path.name])
    if syntax in _HTJ2K:
        return _by_openjph(path)
    if syntax in _PROGRAMS:
        return _by_dcmtk(path, _PROGRAMS[syntax], count)
    return _by_pydicom(path, count)


def tolerance(path: Path) -> int:
    """Return by how much a sample may differ from the reference."""
    return LOSSY_TOLERANCE if _transfer_syntax(path) in LOSSY else 0


def _transfer_syntax(path: Path) -> str:
    with path.open("rb") as stream:
        return read_header(stream).transfer_syntax_uid


def _by_pydicom(path: Path, count: int | None) -> Iterator[NDArray]:
    with warnings.catch_warnings(action="ignore"):
        try:
            ds = pydicom.dcmread(path, force=True)
            if "TransferSyntaxUID" not in ds.file_meta:
                ds.file_meta.TransferSyntaxUID = _transfer_syntax(path)
            frames = range(count) if count else None
            yield from iter_pixels(ds, indices=frames)
        except Exception as error:  # what it raises depends on what is wrong
            raise NoReferenceError(f"pydicom: {error}") from error


def _by_dcmtk(path: Path, program: str, count: int | None) -> Iterator[NDArray]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "native.dcm"
        done = subprocess.run([program, path, target], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoReferenceError(f"{program}: {done.stderr}")
        yield from _by_pydicom(target, count)


def _by_openjph(path: Path) -> Iterator[NDArray]:
    ds = pydicom.dcmread(path)
    frames = int(ds.get("NumberOfFrames", 1) or 1)
    for data in generate_frames(ds.PixelData, number_of_frames=frames):
        yield np.asarray(imagecodecs.htj2k_decode(data, planar=False))
