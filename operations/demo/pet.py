"""PET/CT from head to thighs: a low-dose CT and the uptake of FDG in the same anatomy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from pydicom.dataset import Dataset

from operations.demo.ct import CtSeries, ct_instance
from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import (
    Visit,
    new_instance,
    new_series,
    set_code,
    set_plane,
    time_text,
    uid,
)
from operations.demo.noise import blurred
from operations.demo.raster import Canvas, Plane
from operations.demo.scanner import Protocol, acquire
from operations.demo.torso.phantom import Person, torso_of

PET_IMAGE = "1.2.840.10008.5.1.4.1.1.128"
HALF_LIFE_S = 6586.2  # fluorine-18
DOSE_BQ = 312e6
UPTAKE_S = 62 * 60
BIN = 2  # CT pixels to one PET pixel
LOW_DOSE = CtSeries(
    "CT LOW DOSE WB 5.0", 175, 5.0, -276.0, 256, 500.0, Syntax.HTJ2K_LOSSLESS, True,
    Protocol(15.0, 0.55, 0.2), "B30", top_z_mm=905.0, exposure_mas=38, contrast=False,
    delay_s=3480.0,
    window=((40, 400, "SOFT"), (-600, 1500, "LUNG")),
)  # fmt: skip


class PetCt:
    """A body imaged twice, slice by slice."""

    def __init__(self, person: Person, series: CtSeries = LOW_DOSE) -> None:
        self.person = person
        self.series = series
        self.torso = torso_of(person)
        self.grid = series.grid()

    def _canvas(self, index: int) -> Canvas:
        inside = min(max(index, 0), self.series.count - 1)
        return self.torso.slice(self.grid, self.series.depth(inside), self.series.step_mm)

    def datasets(self, visit: Visit, span: range) -> Iterator[Dataset]:
        """Yield CT and PET of the slices that ``span`` counts, head to foot."""
        series = self.series
        shared = new_series(visit, 2, "CT", series.description, PatientPosition="HFS",
                            ProtocolName="PET CT WB")  # fmt: skip
        above, here = (_uptake(self._canvas(span.start - 1)), self._canvas(span.start))
        for index in span:
            image = acquire(here, series.protocol, self.person.seed * 100_019 + index)
            yield ct_instance(visit, series, shared, index, image)
            below = self._canvas(index + 1)
            middle = _uptake(here)
            suv = self._measured(index, 0.22 * above + 0.56 * middle + 0.22 * _uptake(below))
            yield _pet_instance(visit, series, index, suv)
            above, here = middle, below

    def _measured(self, index: int, uptake: Plane) -> Plane:
        """Return a slice of SUV as a scanner of 6 mm resolution measures it."""
        rng = np.random.default_rng((self.person.seed + 9, index))
        image = blurred(uptake, 0.72)
        grain = blurred(rng.standard_normal(image.shape, np.float32), 0.75)
        grain *= np.float32(0.105 / grain.std()) * np.sqrt(np.maximum(image, 0.02) * 2.2)
        suv: Plane = np.maximum(image + grain, 0)
        return suv


def _uptake(canvas: Canvas) -> Plane:
    """Return the uptake of a slice on the pixels of the PET."""
    rows, columns = (size // BIN for size in canvas.suv.shape)
    return canvas.suv.reshape(rows, BIN, columns, BIN).mean((1, 3)).astype(np.float32)


def petct_datasets(visit: Visit, person: Person, span: range) -> Iterator[Dataset]:
    """Yield the slices of a PET/CT that ``span`` counts, of both series."""
    return PetCt(person).datasets(visit, span)


def _pet_instance(visit: Visit, series: CtSeries, index: int, suv: Plane) -> Dataset:
    size = series.columns // BIN
    spacing = series.field_mm / size
    shared = new_series(visit, 3, "PT", "PET WB AC")
    dataset = new_instance(visit, PET_IMAGE, shared, index + 1, UPTAKE_S + 120 * (index // 25))
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    corner = -(size - 1) / 2 * spacing
    origin = (corner, corner, series.origin(index)[2])
    set_plane(dataset, uid(*visit.stem, "frame"), origin, spacing, series.step_mm)
    _set_tracer(dataset, visit)
    _set_reconstruction(dataset, visit, series, index)
    activity = suv * _activity_per_suv(visit)
    slope = max(float(activity.max()), 1.0) / 32767
    dataset.RescaleIntercept, dataset.RescaleSlope = 0, f"{slope:.8g}"
    dataset.PhotometricInterpretation = "MONOCHROME2"
    top = 7.0 * _activity_per_suv(visit)
    dataset.WindowCenter, dataset.WindowWidth = f"{top / 2:.1f}", f"{top:.1f}"
    stored = np.clip(np.rint(activity / float(dataset.RescaleSlope)), 0, 32767).astype(np.int16)
    return set_pixels(dataset, [stored], Syntax.EXPLICIT)


def _activity_per_suv(visit: Visit) -> float:
    """Return Bq/ml at the start of the series for an SUV (body weight) of 1 g/ml."""
    weight_g = (visit.patient.weight_kg or 75.0) * 1000
    return float(DOSE_BQ * 2 ** (-UPTAKE_S / HALF_LIFE_S) / weight_g)


def _set_tracer(dataset: Dataset, visit: Visit) -> None:
    tracer = Dataset()
    tracer.Radiopharmaceutical = "Fluorodeoxyglucose F^18^"
    tracer.RadiopharmaceuticalRoute = "Intravenous"
    tracer.RadiopharmaceuticalStartTime = time_text(visit.when)
    tracer.RadiopharmaceuticalStartDateTime = f"{visit.when:%Y%m%d%H%M%S}"
    tracer.RadionuclideTotalDose = f"{DOSE_BQ:.0f}"
    tracer.RadionuclideHalfLife = f"{HALF_LIFE_S}"
    tracer.RadionuclidePositronFraction = "0.967"
    set_code(tracer, "RadionuclideCodeSequence", "77004003", "SCT", "^18^Fluorine")
    set_code(tracer, "RadiopharmaceuticalCodeSequence", "35321007", "SCT",
             "Fluorodeoxyglucose F^18^")  # fmt: skip
    dataset.RadiopharmaceuticalInformationSequence = [tracer]
    set_code(dataset, "PatientOrientationCodeSequence", "102538003", "SCT", "recumbent")
    set_code(dataset.PatientOrientationCodeSequence[0], "PatientOrientationModifierCodeSequence",
             "40199007", "SCT", "supine")  # fmt: skip
    set_code(dataset, "PatientGantryRelationshipCodeSequence", "102540008", "SCT", "headfirst")


def _set_reconstruction(dataset: Dataset, visit: Visit, series: CtSeries, index: int) -> None:
    dataset.SeriesType = ["WHOLE BODY", "IMAGE"]
    begun = visit.when + timedelta(seconds=UPTAKE_S)
    dataset.SeriesDate, dataset.SeriesTime = f"{begun:%Y%m%d}", time_text(begun)
    dataset.Units = "BQML"
    dataset.CountsSource = "EMISSION"
    dataset.DecayCorrection = "START"
    dataset.CorrectedImage = ["DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"]
    dataset.RandomsCorrectionMethod = "DLYD"
    dataset.AttenuationCorrectionMethod = "CT"
    dataset.ScatterCorrectionMethod = "MODEL"
    dataset.ReconstructionMethod = "OSEM 3i 21s"
    dataset.ConvolutionKernel = "GAUSS 5.0"
    dataset.NumberOfSlices = series.count
    dataset.ImageIndex = index + 1
    dataset.FrameReferenceTime = f"{120_000 * (index // 25) + 60_000}"
    dataset.ActualFrameDuration = 120_000
    dataset.DecayFactor = f"{2 ** (120.0 * (index // 25) / HALF_LIFE_S):.6f}"
    dataset.CollimatorType = "NONE"
    dataset.SpacingBetweenSlices = f"{series.step_mm:g}"
