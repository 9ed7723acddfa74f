"""What is read in the benchmark: four studies of the sizes that a department sends.

Generated, the same bytes in every run: anatomy of ellipsoids with a scanner's noise, because noise
is what decides how well a frame is compressed on its way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

ROOT = "1.2.826.0.1.3680043.10.1511.11"  # below pydicom's root, for tests alone
CT, MR, DX, US_MULTIFRAME = (
    f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("2", "4", "1.1", "3.1")
)


@dataclass(frozen=True)
class StudyKind:
    """A study: `frames` is how many frames each of its series has."""

    name: str
    uid: str
    frames: int
    make: Callable[[], Iterator[Dataset]]


def _base(study: str, series: int, number: int, sop_class: str, modality: str) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = ROOT
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{study}.{series}.{number}"
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, f"{study}.{series}"
    ds.SpecificCharacterSet, ds.StudyID = "ISO_IR 192", "1"
    ds.PatientName, ds.PatientID = f"Benchmark^{modality}", f"B-{modality}"
    ds.PatientBirthDate, ds.PatientSex, ds.ReferringPhysicianName = "19600101", "F", ""
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber = "20260102", "101500", f"B{modality}"
    ds.StudyDescription, ds.SeriesDescription = f"{modality} study", f"Series {series}"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, series, number
    ds.Manufacturer, ds.InstitutionName, ds.BodyPartExamined = "Example", "Hospital", "CHEST"
    return ds


def _grey(ds: Dataset, pixels: np.ndarray, stored: int) -> None:
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, stored, stored - 1, 0
    ds.PixelData = np.clip(pixels, 0, 2**stored - 1).astype("<u2").tobytes()


def _place(ds: Dataset, study: str, index: int, spacing_mm: float, step_mm: float) -> None:
    side_mm = ds.Rows * spacing_mm
    ds.FrameOfReferenceUID = f"{study}.9"
    ds.ImagePositionPatient = [-side_mm / 2, -side_mm / 2, index * step_mm]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [spacing_mm, spacing_mm], step_mm
    ds.PatientPosition = "HFS"


# Half axes and middle (x, y, z) in a cube from -1 to 1, and the value inside, in HU.
_BODY = (
    ((0.85, 0.60, 3.0), (0.0, 0.0, 0.0), 40),
    ((0.30, 0.42, 0.9), (-0.40, -0.05, 0.3), -850),
    ((0.30, 0.42, 0.9), (0.40, -0.05, 0.3), -850),
    ((0.20, 0.22, 0.4), (0.08, -0.15, 0.2), 130),
    ((0.36, 0.36, 0.5), (-0.35, 0.02, -0.8), 90),
    ((0.10, 0.12, 3.0), (0.0, 0.42, 0.0), 420),
    ((0.05, 0.05, 3.0), (0.05, 0.22, 0.0), 190),
)


def _body(side: int, depth: float) -> np.ndarray:
    """Return the plane at `depth` (-1 to 1) through the body: (side, side), in HU."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    plane = np.full((side, side), -1000, np.float32)
    for (a, b, c), (mx, my, mz), value in _BODY:
        inside = ((x - mx) / a) ** 2 + ((y - my) / b) ** 2 + ((depth - mz) / c) ** 2 < 1
        plane[inside] = value
    vessels = np.sin(x * 40 + depth * 9) * np.sin(y * 37 - depth * 7) > 0.93
    plane[vessels & (plane == -850)] = 30
    return plane


def _noise(random: np.random.Generator, shape: tuple[int, int], sigma: float) -> np.ndarray:
    """Return noise that is a little smooth, as reconstruction leaves it."""
    white = random.standard_normal(shape, np.float32)
    smooth = white + np.roll(white, 1, 0) + np.roll(white, 1, 1) + np.roll(white, 1, (0, 1))
    return smooth * (sigma / 2)


def ct(slices: int = 140, side: int = 512) -> Iterator[Dataset]:
    """Yield a CT of the chest, as a scanner sends it: 16 bits, native."""
    study, random = f"{ROOT}.1", np.random.default_rng(1)
    for index in range(slices):
        ds = _base(study, 1, index + 1, CT, "CT")
        plane = _body(side, 2 * index / slices - 1) + _noise(random, (side, side), 18)
        _grey(ds, plane + 1024, 12)
        _place(ds, study, index, 0.74, 2.0)
        ds.ImageType, ds.KVP, ds.ConvolutionKernel = ["ORIGINAL", "PRIMARY", "AXIAL"], 120, "B30f"
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = -1024, 1, "HU"
        ds.WindowCenter, ds.WindowWidth = 40, 400
        yield ds


def dx(side: int = 2800) -> Iterator[Dataset]:
    """Yield a radiograph of 15.7 MB."""
    ds = _base(f"{ROOT}.2", 1, 1, DX, "DX")
    shadow = sum(_body(side, depth) + 1000 for depth in (-0.8, -0.3, 0.2, 0.7)) * 1.6
    _grey(ds, shadow + 400 + _noise(np.random.default_rng(2), (side, side), 60), 14)
    ds.ImagerPixelSpacing, ds.PatientOrientation = [0.14, 0.14], ["L", "F"]
    ds.PresentationIntentType, ds.ImageLaterality = "FOR PRESENTATION", "U"
    ds.WindowCenter, ds.WindowWidth = 4500, 9000
    yield ds


def mr(series: int = 4, slices: int = 30, side: int = 320) -> Iterator[Dataset]:
    """Yield an MR of several series."""
    study, random = f"{ROOT}.3", np.random.default_rng(3)
    for number in range(1, series + 1):
        for index in range(slices):
            ds = _base(study, number, index + 1, MR, "MR")
            plane = _body(side, 2 * index / slices - 1) / number + 1000
            _grey(ds, np.abs(plane + _noise(random, (side, side), 25)), 12)
            _place(ds, study, index, 0.72, 4.0)
            ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions = "SE", "NONE", ""
            ds.MRAcquisitionType, ds.EchoTime, ds.RepetitionTime = "2D", 20 * number, 600
            ds.WindowCenter, ds.WindowWidth = 900, 1000
            yield ds


def us(frames: int = 60) -> Iterator[Dataset]:
    """Yield an ultrasound clip in JPEG, as such machines send it: 480 rows, 640 columns."""
    study, random = f"{ROOT}.4", np.random.default_rng(4)
    ds = _base(study, 1, 1, US_MULTIFRAME, "US")
    ds.Rows, ds.Columns, ds.NumberOfFrames = 480, 640, frames
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 3, "YBR_FULL_422"
    ds.PlanarConfiguration, ds.FrameTime, ds.FrameIncrementPointer = 0, 40, 0x00181063
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.LossyImageCompression, ds.ImageType = "01", ["ORIGINAL", "PRIMARY"]
    ds.PixelData = encapsulate([_sector(random, index / frames) for index in range(frames)])
    ds["PixelData"].VR = "OB"
    yield ds


def _sector(random: np.random.Generator, phase: float) -> bytes:
    """Return one picture of a beating heart, more or less, as JPEG."""
    y, x = np.mgrid[0:480, -320:320].astype(np.float32)
    depth, angle = np.hypot(x, y), np.arctan2(x, y + 1)
    beat = 90 + 20 * np.sin(2 * np.pi * phase)
    echo = np.where(np.hypot(x, y - 240) < beat, 25, 120) * random.rayleigh(0.6, x.shape)
    grey = np.where((np.abs(angle) < 0.7) & (depth < 460), echo, 0).clip(0, 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(np.repeat(grey[..., None], 3, 2), "RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


STUDIES = (
    StudyKind("CT 512x512x140", f"{ROOT}.1", 140, ct),
    StudyKind("DX 15.7 MB", f"{ROOT}.2", 1, dx),
    StudyKind("MR 4 series of 30", f"{ROOT}.3", 30, mr),
    StudyKind("US 60 frames", f"{ROOT}.4", 60, us),
)
