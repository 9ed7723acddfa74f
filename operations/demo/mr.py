"""Head MR: T1, T2 and FLAIR of the same slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from operations.demo.encode import Syntax, set_pixels
from operations.demo.head.phantom import Head
from operations.demo.head.signal import FLAIR, GREY, SEQUENCES, T1, T2, WHITE, Sequence, measured
from operations.demo.headers import Visit, new_instance, new_series, set_plane, uid
from operations.demo.noise import SolidNoise
from operations.demo.raster import Grid

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SIZE = 256
FIELD_MM = 230.0
FIRST_MM = 19.0
STEP_MM = 4.5
SLICES = 24
THICKNESS_MM = 4.0
TOP_Z_MM = 71.0
LEVEL = 640.0  # stored value of grey matter


@dataclass(frozen=True)
class MrSeries:
    """How a sequence is shown and described."""

    sequence: Sequence
    description: str
    name: str
    scanning: str
    variant: list[str]
    echo_train: int
    window: tuple[int, int]


SERIES = (
    MrSeries(T1, "AX T1 SE", "*se2d1", "SE", ["NONE"], 1, (720, 1150)),
    MrSeries(T2, "AX T2 TSE", "*tse2d1_15", "SE", ["SK", "SP"], 15, (700, 1450)),
    MrSeries(FLAIR, "AX T2 FLAIR", "*tir2d1_16", "IR", ["SK", "SP"], 16, (600, 1050)),
)


class HeadStudy:
    """The slices of a head, painted once for all sequences."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.head = Head(seed)
        self.shading = SolidNoise(seed + 70, 240.0, 16)
        self.fine = Grid(SIZE * 2, SIZE * 2, FIELD_MM / SIZE / 2)
        self.grid = Grid(SIZE, SIZE, FIELD_MM / SIZE)

    def images(self, index: int) -> list[NDArray[np.uint16]]:
        """Return the stored images of one slice, one a sequence."""
        s = FIRST_MM + index * STEP_MM
        canvas = self.head.slice(self.fine, s)
        coil = 1 + np.float32(0.07) * self.shading.plane(self.grid, s)
        stored = []
        for number, (plane, sequence) in enumerate(zip(canvas.signals, SEQUENCES, strict=True)):
            unit = np.float32(LEVEL / sequence.signal(GREY))
            rng = np.random.default_rng((self.seed, index, number))
            noise = 0.022 * sequence.signal(WHITE)
            image = measured(plane, noise, rng) * coil * unit
            stored.append(np.clip(np.rint(image), 0, 4095).astype(np.uint16))
        return stored

    def datasets(self, visit: Visit, span: range) -> Iterator[Dataset]:
        """Yield the slices that ``span`` counts, one instance a sequence."""
        for index in span:
            for number, image in enumerate(self.images(index)):
                yield self._instance(visit, number, index, image)

    def _instance(
        self, visit: Visit, number: int, index: int, image: NDArray[np.uint16]
    ) -> Dataset:
        series = SERIES[number]
        shared = new_series(visit, number + 2, "MR", series.description, PatientPosition="HFS",
                            ProtocolName=series.description)  # fmt: skip
        dataset = new_instance(visit, MR_IMAGE, shared, index + 1, 120 + 240 * number)
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        corner = -(SIZE - 1) / 2 * FIELD_MM / SIZE
        origin = (corner, corner, TOP_Z_MM - index * STEP_MM)
        set_plane(dataset, uid(*visit.stem, "frame"), origin, FIELD_MM / SIZE, THICKNESS_MM)
        _set_sequence(dataset, series)
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.WindowCenter, dataset.WindowWidth = series.window
        return set_pixels(dataset, [image], Syntax.EXPLICIT, bits_stored=12)


@lru_cache(maxsize=1)
def head_study(seed: int) -> HeadStudy:
    """Return the head of a seed; the last one is kept."""
    return HeadStudy(seed)


def mr_datasets(visit: Visit, seed: int, span: range) -> Iterator[Dataset]:
    """Yield T1, T2 and FLAIR of the slices that ``span`` counts, from the crown down."""
    return head_study(seed).datasets(visit, span)


def _set_sequence(dataset: Dataset, series: MrSeries) -> None:
    sequence = series.sequence
    dataset.ScanningSequence = series.scanning
    dataset.SequenceVariant = series.variant if len(series.variant) > 1 else series.variant[0]
    dataset.ScanOptions = ""
    dataset.MRAcquisitionType = "2D"
    dataset.SequenceName = series.name
    dataset.RepetitionTime = f"{sequence.repetition_ms:g}"
    dataset.EchoTime = f"{sequence.echo_ms:g}"
    if sequence.inversion_ms:
        dataset.InversionTime = f"{sequence.inversion_ms:g}"
    dataset.EchoTrainLength = series.echo_train
    dataset.NumberOfAverages = 1
    dataset.ImagingFrequency = "63.68"
    dataset.ImagedNucleus = "1H"
    dataset.EchoNumbers = 1
    dataset.MagneticFieldStrength = "1.5"
    dataset.SpacingBetweenSlices = f"{STEP_MM:g}"
    dataset.NumberOfPhaseEncodingSteps = 230
    dataset.PercentSampling = 90
    dataset.PercentPhaseFieldOfView = 100
    dataset.PixelBandwidth = 130
    dataset.FlipAngle = 150 if series.echo_train > 1 else 90
    dataset.InPlanePhaseEncodingDirection = "ROW"
    dataset.ReceiveCoilName = "HEAD 16"
    dataset.AcquisitionMatrix = [0, 256, 230, 0]
    dataset.SAR = "0.9"
