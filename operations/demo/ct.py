"""CT series cut from the trunk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import Visit, new_instance, new_series, set_code, set_plane, uid
from operations.demo.raster import Grid, Plane
from operations.demo.scanner import Protocol, acquire
from operations.demo.torso.phantom import Person, torso_of

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
INTERCEPT = -1024


@dataclass(frozen=True)
class CtSeries:
    """Geometry and technique of an axial CT series.

    ``start_mm`` is the depth of the first (highest) slice below the top of the lungs and
    ``top_z_mm`` its z in the patient's frame.
    """

    description: str
    count: int
    step_mm: float
    start_mm: float
    columns: int
    field_mm: float
    syntax: Syntax
    signed: bool
    protocol: Protocol
    kernel: str
    top_z_mm: float = -40.0
    exposure_mas: int = 142
    window: tuple[tuple[int, int, str], ...] = ((40, 400, "ABDOMEN"), (-600, 1500, "LUNG"))
    contrast: bool = True
    delay_s: float = 60.0

    def grid(self) -> Grid:
        """Return the pixel grid of its slices."""
        return Grid(self.columns, self.columns, self.field_mm / self.columns)

    def depth(self, index: int) -> float:
        """Return the depth of a slice in the anatomy, mm."""
        return self.start_mm + index * self.step_mm

    def origin(self, index: int) -> tuple[float, float, float]:
        """Return the position of the first pixel, LPS, mm."""
        corner = -(self.columns - 1) / 2 * self.field_mm / self.columns
        return corner, corner, self.top_z_mm - index * self.step_mm


CHEST_ABDOMEN = CtSeries(
    "CHEST/ABDOMEN PV 2.5", 160, 2.5, 4.0, 512, 400.0, Syntax.JPEGLS_LOSSLESS, False,
    Protocol(11.0), "STANDARD",
)  # fmt: skip
CHEST_ABDOMEN_PRIOR = CtSeries(
    "CHEST/ABDOMEN PV 5.0", 80, 5.0, 5.0, 512, 400.0, Syntax.EXPLICIT, True,
    Protocol(8.5, 0.75, 0.14), "STANDARD", top_z_mm=-62.5, exposure_mas=128,
)  # fmt: skip


def ct_datasets(
    visit: Visit, person: Person, series: CtSeries, number: int, span: range
) -> Iterator[Dataset]:
    """Yield the slices of a series that ``span`` counts, from head to foot."""
    torso = torso_of(person)
    shared = new_series(visit, number, "CT", series.description, PatientPosition="HFS",
                        ProtocolName="CHEST ABDOMEN")  # fmt: skip
    seed = person.seed * 100_003 + number * 1009
    grid = series.grid()
    for index in span:
        canvas = torso.slice(grid, series.depth(index), series.step_mm)
        image = acquire(canvas, series.protocol, seed + index)
        yield ct_instance(visit, series, shared, index, image)


def ct_instance(
    visit: Visit, series: CtSeries, shared: Dataset, index: int, image: Plane
) -> Dataset:
    """Return one CT image; ``image`` holds HU, shape (rows, columns)."""
    dataset = new_instance(visit, CT_IMAGE, shared, index + 1, series.delay_s + index * 0.05)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    set_plane(
        dataset, uid(*visit.stem, "frame"), series.origin(index),
        series.field_mm / series.columns, series.step_mm,
    )  # fmt: skip
    _set_technique(dataset, series)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = INTERCEPT, 1, "HU"
    dataset.WindowCenter = [window[0] for window in series.window]
    dataset.WindowWidth = [window[1] for window in series.window]
    dataset.WindowCenterWidthExplanation = [window[2] for window in series.window]
    stored = np.clip(np.rint(image) - INTERCEPT, 0, 4095)
    return set_pixels(
        dataset, [stored.astype(np.int16 if series.signed else np.uint16)], series.syntax
    )


def _set_technique(dataset: Dataset, series: CtSeries) -> None:
    dataset.AcquisitionNumber = 1
    dataset.ScanOptions = "HELICAL MODE"
    dataset.KVP = 120
    dataset.DataCollectionDiameter = 500
    dataset.ReconstructionDiameter = f"{series.field_mm:g}"
    dataset.DistanceSourceToDetector = "1085.6"
    dataset.DistanceSourceToPatient = "595"
    dataset.GantryDetectorTilt = 0
    dataset.TableHeight = "156"
    dataset.RotationDirection = "CW"
    dataset.ExposureTime = 500
    dataset.XRayTubeCurrent = series.exposure_mas * 2
    dataset.Exposure = series.exposure_mas
    dataset.FilterType = "BODY"
    dataset.ConvolutionKernel = series.kernel
    dataset.SpacingBetweenSlices = f"{series.step_mm:g}"
    dataset.CTDIvol = 9.4
    set_code(dataset, "CTDIPhantomTypeCodeSequence", "113691", "DCM", "IEC Body Dosimetry Phantom")
    if series.contrast:
        dataset.ContrastBolusAgent = "Iohexol 350"
        dataset.ContrastBolusRoute = "IV"
        dataset.ContrastBolusVolume = 95
