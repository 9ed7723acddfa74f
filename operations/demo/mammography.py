"""Screening mammograms: four views of two breasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset

from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import Visit, new_instance, new_series, set_code
from operations.demo.noise import blurred, power_noise
from operations.demo.raster import Plane
from operations.demo.shapes import hermite

MG_IMAGE = "1.2.840.10008.5.1.4.1.1.1.2"
ROWS, COLUMNS, PIXEL_MM = 2294, 1914, 0.1
HALF = 2  # tissue is made on every second pixel
# Reach of the skin from the chest wall by height, mm.
CRANIOCAUDAL = np.array(
    [(12, 0), (18, 27), (30, 49), (48, 70), (70, 86), (92, 95), (112, 98), (132, 95),
     (155, 85), (177, 68), (194, 47), (206, 25), (212, 0)], float,
)  # fmt: skip
OBLIQUE = np.array(
    [(-20, 96), (0, 92), (30, 90), (60, 95), (90, 104), (115, 111), (132, 114), (150, 110),
     (170, 96), (186, 74), (198, 46), (206, 20), (210, 0)], float,
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """One exposure: side "L" or "R", "CC" or "MLO"."""

    side: str
    name: str
    nipple_mm: tuple[float, float]
    outline: NDArray
    calcifications: tuple[float, float] | None = None
    mass: tuple[float, float, float] | None = None


VIEWS = (
    View("R", "CC", (98, 112), CRANIOCAUDAL),
    View("L", "CC", (98, 112), CRANIOCAUDAL, (46, 88), (55, 128, 7.5)),
    View("R", "MLO", (114, 132), OBLIQUE),
    View("L", "MLO", (114, 132), OBLIQUE, (52, 108), (58, 146, 7.5)),
)


def _edges(view: View, x: Plane, y: Plane) -> Plane:
    """Return the depth below the skin, mm, negative outside; the chest wall is at x = 0."""
    knots, reach = view.outline[:, 0], view.outline[:, 1:]
    fine = np.linspace(knots[0], knots[-1], 600)
    smooth = np.array([hermite(knots, reach, height)[0] for height in fine])
    edge = np.interp(y[:, 0], fine, np.maximum(smooth, 0), left=-5.0, right=-5.0)
    slope = np.gradient(edge, y[1, 0] - y[0, 0])
    lean = 1 / np.sqrt(1 + np.clip(slope, -6, 6) ** 2)
    depth = (edge[:, None] - x) * lean[:, None]
    ends = np.minimum(y - knots[0], knots[-1] - y)
    return np.minimum(depth, np.maximum(ends * 1.2, -5)).astype(np.float32)


class Breast:
    """The tissue of one view on a grid of every second pixel."""

    def __init__(self, view: View, seed: int) -> None:
        self.view = view
        self.rng = np.random.default_rng((seed, view.side == "L", view.name == "CC"))
        rows, columns = ROWS // HALF, COLUMNS // HALF
        step = PIXEL_MM * HALF
        self.x = (np.arange(columns, dtype=np.float32) * step)[None, :]
        self.y = (np.arange(rows, dtype=np.float32) * step)[:, None]
        self.depth = _edges(view, self.x, self.y)
        self.shape = (rows, columns)

    def picture(self) -> Plane:
        """Return brightness 0 to 1 before noise."""
        depth = self.depth
        rolled = 1 - np.exp(-np.maximum(depth, 0) / 4.5)
        gland = self._gland()
        image = rolled * (0.17 + 0.62 * gland)
        image += 0.03 * self._ligaments() * rolled
        image += 0.20 * np.exp(-(((depth - 0.9) / 0.8) ** 2))
        image = self._with_nipple(image)
        for line in self._vessels():
            image += 0.06 * line * rolled
        image = self._with_pectoral(image)
        image = self._with_findings(image)
        return (image * np.clip(depth / 0.5 + 0.6, 0, 1)).astype(np.float32)

    def _gland(self) -> Plane:
        """Return the glandular share: a cone behind the nipple, streaked towards it."""
        nx, ny = self.view.nipple_mm
        dx, dy = nx - self.x, self.y - ny
        radius, angle = np.hypot(dx, dy), np.arctan2(dy, np.maximum(dx, 0.1))
        spread = np.exp(-((np.abs(angle) / 0.62) ** 2.4)) * np.clip((radius - 3) / 16, 0, 1)
        back = np.clip((self.x - 8) / 26, 0, 1) * np.clip((self.depth - 5) / 14, 0, 1)
        cloud = power_noise(self.rng, self.shape, 1.75)
        cloud -= blurred(cloud, 110.0)
        cloud /= cloud.std()
        fine = power_noise(self.rng, self.shape, 1.25)
        streak = self._streaks(radius, angle)
        level = 1.05 * spread * back - 0.72 + 0.36 * cloud + 0.30 * streak + 0.16 * fine
        gland = 1 / (1 + np.exp(-3.0 * level))
        texture = 0.74 + 0.12 * streak + 0.07 * fine + 0.06 * cloud
        mixed: Plane = gland * texture * (0.25 + 0.75 * back) + 0.04 * cloud + 0.03
        mixed = np.where(mixed > 0.5, 0.5 + 0.55 * np.tanh((mixed - 0.5) / 0.55), mixed)
        return np.maximum(mixed, 0)

    def _streaks(self, radius: Plane, angle: Plane) -> Plane:
        """Return noise drawn out along the lines from the nipple (ducts and strands)."""
        polar = power_noise(self.rng, (256, 512), 1.3)
        rows = np.clip((radius / 150 * 90).astype(int), 0, 255)
        columns = (angle / (2 * np.pi) * 1024 + 2 * np.sin(radius / 13)).astype(int) % 512
        return blurred(np.ascontiguousarray(polar[rows, columns]), 1.6)

    def _ligaments(self) -> Plane:
        lines = np.zeros(self.shape, np.float32)
        for slope in (1.35, 1.1):
            field = power_noise(self.rng, self.shape, slope + 0.7)
            field -= blurred(field, 60.0)
            lines += np.maximum(0, 1 - np.abs(field) / (0.06 * field.std() + 1e-6) / 3)
        return blurred(lines, 1.0)

    def _vessels(self) -> list[Plane]:
        """Return a few winding veins as soft lines."""
        found = []
        for _ in range(4):
            image = Image.new("L", (self.shape[1], self.shape[0]), 0)
            y = self.rng.uniform(0.3, 0.75) * self.shape[0]
            reach = np.arange(0, self.rng.uniform(0.25, 0.40) * self.shape[1], 12)
            bend = np.cumsum(self.rng.standard_normal(len(reach))) * 5
            bend += (y - self.shape[0] / 2) * -0.25 * (reach / reach[-1]) ** 2
            points = list(zip(reach.tolist(), (y + bend).tolist(), strict=True))
            ImageDraw.Draw(image).line(points, fill=255, width=int(self.rng.integers(4, 9)))
            found.append(blurred(np.asarray(image, np.float32) / 255, 2.2))
        return found

    def _with_nipple(self, image: Plane) -> Plane:
        nx, ny = self.view.nipple_mm
        gap = np.hypot((self.x - nx - 1.2) / 1.15, self.y - ny)
        bump = np.clip((4.8 - gap) / 1.5, 0, 1)
        self.depth = np.maximum(self.depth, (4.8 - gap)).astype(np.float32)
        return np.maximum(image, 0.42 * bump)

    def _with_pectoral(self, image: Plane) -> Plane:
        if self.view.name != "MLO":
            return image
        wave = power_noise(self.rng, self.shape, 1.8)
        edge = 64 - self.y * 0.50 - 8 * np.clip(self.y / 120, 0, 1) ** 2 + 0.7 * wave
        inside = np.clip((edge - self.x) / 1.6, 0, 1)
        strands = power_noise(self.rng, self.shape, 1.1)
        across = ((self.x * 0.93 + self.y * 0.37) / 0.8).astype(int) % self.shape[0]
        along = ((self.y * 0.93 - self.x * 0.37) / 6 + 200).astype(int) % self.shape[1]
        fibres = blurred(np.ascontiguousarray(strands[across, along]), 3.0)
        muscle = 0.56 + 0.10 * (1 - self.y / 130) + 0.025 * fibres + 0.02 * wave
        node = np.clip((5.0 - np.hypot((self.x - 70) / 1.3, self.y - 24)) / 1.5, 0, 1) * 0.18
        hilum = np.clip((2.0 - np.hypot(self.x - 72, self.y - 24)) / 1.0, 0, 1) * 0.14
        return image + inside * (np.maximum(muscle, image * 0.9) - image) + node - hilum

    def _with_findings(self, image: Plane) -> Plane:
        if self.view.mass is not None:
            mx, my, radius = self.view.mass
            lobes = 1.1 * power_noise(self.rng, self.shape, 1.5)
            gap = np.hypot(self.x - mx, (self.y - my) * 1.1) + lobes
            image = image + 0.11 * np.clip((radius - gap) / 3.0, 0, 1)
        if self.view.calcifications is not None:
            image = image + self._calcified(*self.view.calcifications)
        return image

    def _calcified(self, cx: float, cy: float) -> Plane:
        grains = np.zeros(self.shape, np.float32)
        for _ in range(17):
            x, y = self.rng.normal((cx, cy), (3.0, 3.4))
            row, column = int(y / PIXEL_MM / HALF), int(x / PIXEL_MM / HALF)
            size = int(self.rng.integers(1, 3))
            grains[row : row + size, column : column + size] = self.rng.uniform(0.4, 0.9)
        return blurred(grains, 0.55)


def mammogram(view: View, seed: int) -> NDArray[np.uint16]:
    """Return a 12-bit picture, shape (2294, 1914); the chest wall left for L, right for R."""
    breast = Breast(view, seed)
    small = Image.fromarray(breast.picture())
    image = np.asarray(small.resize((COLUMNS, ROWS), Image.Resampling.BICUBIC), np.float32)
    rng = np.random.default_rng((seed, 7, view.side == "L", view.name == "CC"))
    mask = image > 0.01
    grain = rng.standard_normal((ROWS, COLUMNS), np.float32)
    image = image + mask * grain * np.float32(0.011)
    stored = np.clip(image * 3900, 0, 3950)
    if view.side == "R":
        stored = stored[:, ::-1]
    return _marked(stored, view).astype(np.uint16)


def _marked(image: Plane, view: View) -> Plane:
    letters = Image.new("L", (COLUMNS, ROWS), 0)
    draw = ImageDraw.Draw(letters)
    left = COLUMNS - 330 if view.side == "L" else 90
    draw.text((left, 120), f"{view.side} {view.name}", fill=255, font=ImageFont.load_default(84))
    return np.maximum(image, np.asarray(letters, np.float32) * (3800 / 255))


def mammography_datasets(visit: Visit, seed: int, span: range) -> Iterator[Dataset]:
    """Yield the views that ``span`` counts, one series each."""
    for index in span:
        view = VIEWS[index]
        yield _mammography_instance(visit, view, index + 1, mammogram(view, seed))


def _mammography_instance(
    visit: Visit, view: View, number: int, picture: NDArray[np.uint16]
) -> Dataset:
    shared = new_series(visit, number, "MG", f"{view.side} {view.name}",
                        PresentationIntentType="FOR PRESENTATION")  # fmt: skip
    dataset = new_instance(visit, MG_IMAGE, shared, 1, 60 * number)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.ImageLaterality = view.side
    dataset.ViewPosition = view.name
    row, column = ("A", "P")[view.side == "R"], ("R", "L")[view.side == "R"]
    dataset.PatientOrientation = [row, column if view.name == "CC" else f"F{column}"]
    views = {"CC": ("399162004", "cranio-caudal"), "MLO": ("399368009", "medio-lateral oblique")}
    code, meaning = views[view.name]
    set_code(dataset, "ViewCodeSequence", code, "SCT", meaning)
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    set_code(dataset, "AnatomicRegionSequence", "76752008", "SCT", "Breast")
    _set_exposure(dataset)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.WindowCenter, dataset.WindowWidth = 1900, 3600
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    return set_pixels(dataset, [picture], Syntax.JPEG2000_LOSSLESS, bits_stored=12)


def _set_exposure(dataset: Dataset) -> None:
    dataset.AcquisitionContextSequence = []
    dataset.KVP, dataset.Exposure, dataset.ExposureTime = 28, 72, 810
    dataset.ExposureInuAs = 72_000
    dataset.AnodeTargetMaterial, dataset.FilterMaterial = "RHODIUM", "RHODIUM"
    dataset.BodyPartThickness, dataset.CompressionForce = 54, 92
    dataset.OrganDose = "0.0013"
    dataset.OrganExposed = "BREAST"
    dataset.PositionerType = "MAMMOGRAPHIC"
    dataset.DetectorType = "SCINTILLATOR"
    dataset.DistanceSourceToDetector, dataset.DistanceSourceToPatient = 660, 620
    dataset.EstimatedRadiographicMagnificationFactor = "1.0645"
    dataset.ImagerPixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.BreastImplantPresent = "NO"
    dataset.PartialView = "NO"
    dataset.QualityControlImage = "NO"
