"""Chest radiographs: the trunk projected along the beam, as a computed-radiography plate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset

from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import Visit, new_instance, new_series
from operations.demo.noise import blurred, ct_noise, power_noise
from operations.demo.raster import Grid, Plane
from operations.demo.torso.phantom import Person, Torso, torso_of

CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
ROWS, COLUMNS, PIXEL_MM = 2000, 1700, 0.2
TOP_S = -62.0
COARSE_MM = 1.1
WATER_PER_MM = 0.0187


@dataclass(frozen=True)
class Plate:
    """How a patient stands before the plate, and what the lungs show.

    ``opacity`` is a consolidation: centre (x, s in mm), size (mm) and strength; ``step_mm`` is
    the distance of the slices that are projected.
    """

    person: Person
    scale: float = 1.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    opacity: tuple[tuple[float, float], float, float] | None = None
    syntax: Syntax = Syntax.EXPLICIT
    seed: int = 1
    step_mm: float = 2.2


@lru_cache(maxsize=2)
def _projection(person: Person, scale: float, step_mm: float) -> tuple[Plane, Plane]:
    """Return attenuation without and from small vessels, the latter on the final pixels."""
    torso = torso_of(person)
    grid = Grid(256, 336, COARSE_MM, scale)
    depths = np.concatenate([np.arange(TOP_S, 262, step_mm), np.arange(262, 350, 8.0)])

    extra = (0.0021 * np.clip((np.abs(grid.x) - 24) / 22, 0.0, 1)).astype(np.float32)

    def line(s: float) -> Plane:
        hu = torso.slice(grid, float(s), 0.0).hu
        # The beam is softer than that of a CT: bone counts more. Less so over the spine, whose
        # many edges a plate blurs by scatter.
        dense = np.maximum(hu + 1000, 0) / 1000 + np.maximum(hu - 130, 0) * extra
        return (dense.sum(0) * np.float32(grid.pixel_mm * WATER_PER_MM)).astype(np.float32)

    lines = np.stack([line(s) for s in depths.tolist()])
    spine = np.clip(1.6 - np.abs(grid.x) / 30, 0, 1)
    padded = np.pad(lines, ((1, 1), (0, 0)), mode="edge")
    smooth = (padded[:-2] + padded[2:]) / 2
    lines += 0.5 * spine * (smooth - lines)
    rows = TOP_S + np.arange(ROWS) * PIXEL_MM / scale
    coarse = _resampled(lines, depths, rows)
    columns = (np.arange(COLUMNS) - (COLUMNS - 1) / 2) * PIXEL_MM
    whole = _resampled(coarse.T, grid.x[0] * scale, columns).T
    return np.ascontiguousarray(whole), _vessels(torso, scale)


def _vessels(torso: Torso, scale: float) -> Plane:
    beads = torso.chest.vessels
    column = np.rint(beads.points[:, 0] * scale / PIXEL_MM + (COLUMNS - 1) / 2).astype(np.int64)
    row = np.rint((beads.points[:, 2] - TOP_S) * scale / PIXEL_MM).astype(np.int64)
    kept = (row >= 0) & (row < ROWS) & (column >= 0) & (column < COLUMNS)
    flat = np.bincount((row * COLUMNS + column)[kept], beads.volume[kept], minlength=ROWS * COLUMNS)
    path = flat.reshape(ROWS, COLUMNS) * (scale / PIXEL_MM) ** 2
    return blurred((path * WATER_PER_MM * 0.85).astype(np.float32), 1.6)


def _resampled(values: NDArray, at: NDArray, wanted: NDArray) -> Plane:
    """Interpolate the rows of ``values`` (cubic, Catmull-Rom) from ``at`` to ``wanted``."""
    index = np.clip(np.searchsorted(at, wanted) - 1, 0, len(at) - 2)
    t = np.clip((wanted - at[index]) / (at[index + 1] - at[index]), 0, 1)[:, None]
    before, after = np.maximum(index - 1, 0), np.minimum(index + 2, len(at) - 1)
    p0, p1, p2, p3 = (values[i] for i in (before, index, index + 1, after))
    curve = p1 + 0.5 * t * (
        p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))
    )
    return curve.astype(np.float32)


def radiograph(plate: Plate) -> NDArray[np.uint16]:
    """Return the processed 12-bit picture, shape (2000, 1700), dense parts bright."""
    body, vessels = _projection(plate.person, plate.scale, plate.step_mm)
    path: Plane = body + vessels
    if plate.opacity is not None:
        path = path + _consolidation(plate)
    path = _moved(path, plate)
    rng = np.random.default_rng(plate.seed)
    signal = np.exp(-path)
    scatter = blurred(np.ascontiguousarray(signal[::8, ::8]), 22.0)
    scattered = np.asarray(
        Image.fromarray(scatter).resize((COLUMNS, ROWS), Image.Resampling.BILINEAR)
    )
    exposure: Plane = 0.72 * signal + 0.28 * scattered
    exposure = blurred(exposure, 0.8)
    grain = ct_noise(rng, (ROWS, COLUMNS), 0.22)
    exposure = exposure * (1 + grain * 0.0045 / np.sqrt(np.maximum(exposure, 0.004)))
    return _displayed(exposure, plate)


def _consolidation(plate: Plate) -> Plane:
    assert plate.opacity is not None  # noqa: S101 - checked by the caller
    (x, s), size, strength = plate.opacity
    rng = np.random.default_rng(plate.seed + 5)
    small = power_noise(rng, (ROWS // 4, COLUMNS // 4), 1.5)
    columns = (np.arange(COLUMNS // 4) - COLUMNS / 8) * PIXEL_MM * 4 / plate.scale
    rows = TOP_S + np.arange(ROWS // 4) * PIXEL_MM * 4 / plate.scale
    gap = np.hypot(columns[None, :] - x, (rows[:, None] - s) * 1.25) / size
    cloud = np.clip(1.15 - gap + 0.28 * small, 0, 1) ** 1.4 * (0.75 + 0.25 * small)
    image = Image.fromarray((cloud * strength).astype(np.float32))
    return np.asarray(image.resize((COLUMNS, ROWS), Image.Resampling.BICUBIC))


def _moved(path: Plane, plate: Plate) -> Plane:
    if not plate.turn_deg and plate.shift_mm == (0.0, 0.0):
        return path
    dx, dy = (int(v / PIXEL_MM) for v in plate.shift_mm)
    rim = 120  # pixels; the body goes on beyond the plate
    image = Image.fromarray(np.pad(path, rim, mode="edge")).rotate(
        plate.turn_deg, Image.Resampling.BICUBIC, translate=(dx, dy)
    )
    return np.asarray(image)[rim:-rim, rim:-rim]


def _displayed(exposure: Plane, plate: Plate) -> NDArray[np.uint16]:
    """Return grey values: the logarithm with detail lifted over the large structures."""
    density = -np.log(np.maximum(exposure, 1e-4))
    small = np.ascontiguousarray(density[::4, ::4])
    base = np.asarray(
        Image.fromarray(blurred(small, 26.0)).resize((COLUMNS, ROWS), Image.Resampling.BICUBIC)
    )
    middle = np.asarray(
        Image.fromarray(blurred(small, 3.0)).resize((COLUMNS, ROWS), Image.Resampling.BICUBIC)
    )
    level = 0.60 * base + 1.15 * (middle - base) + 1.7 * (density - middle)
    low, high = np.percentile(level[200:1800:8, 200:1500:8], (1.0, 99.5))
    shown = (level - low) / (high - low)
    shown = 1 / (1 + np.exp(-5.2 * (shown - 0.47)))
    image = np.clip(shown * 3600 + 130, 0, 4095)
    _collimate(image)
    return _marked(image).astype(np.uint16)


def _collimate(image: Plane) -> None:
    for rows in (slice(0, 24), slice(ROWS - 30, ROWS)):
        image[rows] = 0
    for columns in (slice(0, 20), slice(COLUMNS - 22, COLUMNS)):
        image[:, columns] = 0


def _marked(image: Plane) -> NDArray:
    """Put the lead letter of the left side into the upper corner."""
    letter = Image.new("L", (COLUMNS, ROWS), 0)
    draw = ImageDraw.Draw(letter)
    draw.text((COLUMNS - 190, 90), "L", fill=255, font=ImageFont.load_default(110))
    mask = np.asarray(letter, np.float32) / 255
    marked: NDArray = image + mask * (4000 - image)
    return marked


def chest_datasets(visit: Visit, plate: Plate) -> Iterator[Dataset]:
    """Yield the one image of a chest radiograph, postero-anterior."""
    shared = new_series(visit, 1, "CR", "CHEST PA", ProtocolName="CHEST PA", ViewPosition="PA")
    dataset = new_instance(visit, CR_IMAGE, shared, 1, 90)
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.PatientOrientation = ["L", "F"]
    dataset.KVP, dataset.Exposure, dataset.ExposureTime = 125, 2, 8
    dataset.DistanceSourceToDetector = 1800
    dataset.PlateType, dataset.PlateID = "ST-VI", "A0417"
    dataset.CassetteSize = "35CMX43CM"
    dataset.RelativeXRayExposure = 320
    dataset.Sensitivity = "200"
    dataset.ImagerPixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.PixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    dataset.PixelSpacingCalibrationDescription = "at the plate"
    dataset.BurnedInAnnotation = "NO"
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    dataset.LossyImageCompression = "00"
    yield set_pixels(dataset, [radiograph(plate)], plate.syntax, bits_stored=12)
