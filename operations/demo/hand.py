"""A digital radiograph of a hand with a broken fifth metacarpal, in two projections."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset

from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import Visit, new_instance, new_series, set_code
from operations.demo.noise import blurred, power_noise
from operations.demo.raster import Plane

DX_IMAGE = "1.2.840.10008.5.1.4.1.1.1.1"
ROWS, COLUMNS, PIXEL_MM = 1920, 1344, 0.14
WRIST_MM = (94.0, 212.0)  # where the wrist lies on the plate, from its upper left corner
CORTEX_PER_MM, SPONGE_PER_MM, SOFT_PER_MM = 0.115, 0.036, 0.0215


@dataclass(frozen=True)
class Bone:
    """A long bone from base to head; half widths (mm) at base, shaft and head.

    ``cup`` is how far the middle of the base is hollow and ``dome`` how far the head bulges,
    mm; ``tilt`` leans the end of the head.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    base: float
    shaft: float
    head: float
    cortex: float = 1.5
    cup: float = 0.8
    dome: float = 2.2
    tilt: float = 0.0
    flare: tuple[float, float] = (0.17, 0.15)

    @property
    def length(self) -> float:
        """Distance from base to head, mm."""
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))

    def depth(self, x: Plane, y: Plane) -> tuple[Plane, Plane, Plane]:
        """Return depth below the outline, half width and cortex thickness at points, mm."""
        ux, uy = (
            (self.end[0] - self.start[0]) / self.length,
            (self.end[1] - self.start[1]) / self.length,
        )
        u = (x - self.start[0]) * ux + (y - self.start[1]) * uy
        v = (y - self.start[1]) * ux - (x - self.start[0]) * uy
        t = np.clip(u / self.length, 0, 1)
        near = np.exp(-((t / self.flare[0]) ** 1.7))
        far = np.exp(-(((1 - t) / self.flare[1]) ** 1.9))
        width = self.shaft + (self.base - self.shaft) * near + (self.head - self.shaft) * far
        side = width - np.abs(v)
        foot = u - self.cup * (1 - (v / self.base) ** 2)
        top = self.length - u - self.dome * (v / self.head) ** 2 - self.tilt * v
        depth = -np.logaddexp(np.logaddexp(-side / 0.7, -foot / 0.7), -top / 0.7) * 0.7
        middle = np.clip(1 - near * 1.25 - far * 1.25, 0, 1)
        cortex = 0.42 + (self.cortex - 0.42) * middle
        return depth.astype(np.float32), width.astype(np.float32), cortex.astype(np.float32)


def _ray(start: tuple[float, float], angle_deg: float, length: float) -> tuple[float, float]:
    angle = np.deg2rad(angle_deg)
    return (start[0] + length * float(np.sin(angle)), start[1] - length * float(np.cos(angle)))


def _fingers() -> tuple[list[Bone], list[Bone]]:
    """Return metacarpals and phalanges; x to the thumb side negative, y towards the wrist."""
    plans = (
        ((-13.5, -31.5), -9.0, (66, 41, 25, 18), (6.6, 4.1, 7.2)),
        ((-2.0, -33.5), -1.0, (64, 45, 29, 19), (6.2, 4.2, 7.2)),
        ((8.0, -32.0), 6.5, (57, 42, 28, 19), (5.4, 3.5, 6.4)),
        ((17.0, -28.5), 15.0, (52, 33, 20, 17), (5.8, 3.7, 6.2)),
    )
    metacarpals, phalanges = [], []
    for base, angle, lengths, (wide, shaft, head) in plans:
        tip = _ray(base, angle, lengths[0])
        metacarpals.append(Bone(base, tip, wide, shaft, head, 2.0, 0.3, 4.2, 0, (0.2, 0.13)))
        sizes = ((head * 1.0, shaft * 1.0, head * 0.78), (head * 0.86, shaft * 0.82, head * 0.66),
                 (head * 0.74, shaft * 0.58, head * 0.54))  # fmt: skip
        at, lean = tip, angle * 1.35
        for joint, (length, (b, s, h)) in enumerate(zip(lengths[1:], sizes, strict=True)):
            start = _ray(at, lean, 1.5)
            at = _ray(start, lean, length)
            dome = 1.5 if joint < 2 else 2.0
            phalanges.append(Bone(start, at, b, s, h, 1.3, 1.3, dome, 0, (0.20, 0.13)))
    base = (-23.0, -24.0)
    tip = _ray(base, -38, 45)
    metacarpals.append(Bone(base, tip, 7.4, 4.6, 6.8, 1.9, 0.6, 3.4))
    start = _ray(tip, -30, 1.6)
    middle = _ray(start, -30, 32)
    phalanges.append(Bone(start, middle, 7.0, 4.0, 5.4, 1.3, 1.2, 1.6))
    last = _ray(middle, -27, 1.4)
    phalanges.append(Bone(last, _ray(last, -27, 23), 6.2, 3.0, 4.2, 1.0, 1.2, 2.0))
    return metacarpals, phalanges


CARPALS = (  # x, y, semi-axes, lean in degrees
    (-12, -9, 6.0, 10.5, -28), (1.5, -8.5, 7.2, 7.0, 10), (12.5, -10, 6.4, 6.8, 25),
    (14.5, -12.5, 4.2, 4.8, 0), (-20, -19.5, 6.6, 6.4, 20), (-11, -22.5, 5.2, 5.4, 0),
    (0.5, -22.5, 6.6, 9.8, -4), (10.5, -22, 6.4, 7.6, 12),
)  # fmt: skip
FOREARM = (
    Bone((-7, 90), (-8.0, 1.5), 7.2, 7.0, 14.2, 2.6, 0, -2.2, 0.28, (0.1, 0.24)),
    Bone((14, 90), (15.0, 3.5), 5.6, 5.2, 7.6, 2.2, 0, 1.6, -0.12, (0.1, 0.14)),
)


def _broken(bone: Bone) -> list[Bone]:
    """Return a metacarpal broken below its head, the head tilted towards the palm."""
    (x0, y0), (x1, y1) = bone.start, bone.end
    split = (x0 + 0.77 * (x1 - x0), y0 + 0.77 * (y1 - y0))
    tilted = (x1 - 4.2, y1 + 2.6)
    beyond = (x0 + 0.82 * (x1 - x0), y0 + 0.82 * (y1 - y0))
    return [
        Bone(bone.start, beyond, bone.base, bone.shaft, bone.shaft * 1.2, bone.cortex, 0.3, 0.4,
             0.35, (0.24, 0.1)),
        Bone((split[0] - 0.8, split[1] + 1.5), tilted, bone.shaft * 1.25, bone.shaft * 1.45,
             bone.head, 0.8, 0.6, 4.0, 0, (0.3, 0.4)),
    ]  # fmt: skip


class Hand:
    """The absorption of a hand on the plate; ``squash`` turns it towards an oblique view."""

    def __init__(self, seed: int, squash: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        self.sponge = power_noise(rng, (ROWS, COLUMNS), 0.75)
        self.wide = power_noise(rng, (ROWS, COLUMNS), 1.6)
        self.x = ((np.arange(COLUMNS, dtype=np.float32) * PIXEL_MM - WRIST_MM[0]) / squash)[None, :]
        self.y = (np.arange(ROWS, dtype=np.float32) * PIXEL_MM - WRIST_MM[1])[:, None]
        self.squash = squash
        self.metacarpals, self.phalanges = _fingers()

    def absorption(self) -> Plane:
        """Return the line integral of attenuation."""
        total = self._soft() * np.float32(SOFT_PER_MM) * (1 + 0.02 * self.wide)
        bones = [*self.metacarpals[:3], *_broken(self.metacarpals[3]), self.metacarpals[4]]
        for bone in (*bones, *self.phalanges, *FOREARM):
            self._add_bone(total, bone)
        for x, y, wide, high, lean in CARPALS:
            self._add_carpal(total, x, y, (wide, high), lean)
        self._add_gap(total)
        return total

    def _box(self, points: NDArray, margin: float) -> tuple[slice, slice]:
        left, right = points[:, 0].min() - margin, points[:, 0].max() + margin
        top, bottom = points[:, 1].min() - margin, points[:, 1].max() + margin
        columns = np.searchsorted(self.x[0], [left, right])
        rows = np.searchsorted(self.y[:, 0], [top, bottom])
        return slice(*rows.tolist()), slice(*columns.tolist())

    def _near(self, points: NDArray, margin: float) -> tuple[tuple[slice, slice], Plane, Plane]:
        """Return a box, and in it the depth below the outline and the half width."""
        where = self._box(points, margin)
        x, y = self.x[:, where[1]], self.y[where[0]]
        depth = np.full((y.size, x.size), -99, np.float32)
        width = np.ones_like(depth)
        for start, end in itertools.pairwise(points):
            bx, by, bw = end - start
            t = np.clip(((x - start[0]) * bx + (y - start[1]) * by) / (bx**2 + by**2), 0, 1)
            gap = np.hypot(x - start[0] - t * bx, y - start[1] - t * by)
            inside = start[2] + t * bw - gap
            better = inside > depth
            depth = np.where(better, inside, depth)
            width = np.where(better, start[2] + t * bw, width)
        return where, depth.astype(np.float32), width.astype(np.float32)

    def _add_bone(self, total: Plane, bone: Bone) -> None:
        where = self._box(np.array([bone.start, bone.end]), 18)
        depth, width, cortex = bone.depth(self.x[:, where[1]], self.y[where[0]])
        depth = depth + 0.15 * self.wide[where]
        outer, inner = _chord(depth, width), _chord(depth - cortex, width - cortex)
        self._deposit(total, where, outer, inner, depth)

    def _add_carpal(
        self, total: Plane, x: float, y: float, semi: tuple[float, float], lean: float
    ) -> None:
        where = self._box(np.array([[x, y]]), 14)
        dx, dy = self.x[:, where[1]] - x, self.y[where[0]] - y
        angle = np.deg2rad(lean)
        u, v = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        q = (np.abs(u / semi[0]) ** 2.6 + np.abs(v / semi[1]) ** 2.6) ** (1 / 2.6)
        depth = ((1 - q) * min(semi)).astype(np.float32) + 0.3 * self.wide[where]
        width = np.full_like(depth, min(semi))
        self._deposit(total, where, _chord(depth, width), _chord(depth - 0.7, width - 0.7), depth)

    def _deposit(self, total: Plane, where: tuple[slice, slice], outer: Plane, inner: Plane,
                 depth: Plane) -> None:  # fmt: skip
        grain = 1 + 0.20 * self.sponge[where] * np.clip(depth / 2, 0, 1)
        part = CORTEX_PER_MM * (outer - inner) + SPONGE_PER_MM * inner * grain
        total[where] += part.astype(np.float32) * np.float32(0.85 / self.squash**0.5)

    def _add_gap(self, total: Plane) -> None:
        """Make the fracture line of the fifth metacarpal darker and its edges ragged."""
        bone = self.metacarpals[3]
        cx = bone.start[0] + 0.80 * (bone.end[0] - bone.start[0])
        cy = bone.start[1] + 0.80 * (bone.end[1] - bone.start[1])
        where = self._box(np.array([[cx, cy]]), 9)
        dx, dy = self.x[:, where[1]] - cx, self.y[where[0]] - cy
        line = dy + 0.35 * dx + 1.1 * self.wide[where]
        lucent = np.exp(-((line / 0.45) ** 2)) * np.clip((6.5 - np.abs(dx)) / 2, 0, 1)
        total[where] -= (0.20 * lucent).astype(np.float32)

    def _soft(self) -> Plane:
        """Return the thickness of soft tissue, mm: fingers, palm and wrist run together."""
        fourth = np.zeros((ROWS, COLUMNS), np.float32)
        for points in self._limbs():
            where, depth, width = self._near(points, 26)
            fourth[where] += _chord(depth + 0.3 * self.wide[where], width) ** 4
        return blurred(fourth**0.25, 2.0)

    def _limbs(self) -> list[NDArray]:
        limbs = []
        for finger in range(4):
            bones = self.phalanges[finger * 3 : finger * 3 + 3]
            joints = [self.metacarpals[finger].end, *[bone.end for bone in bones]]
            widths = (11.0, 9.6, 8.6, 6.8) if finger < 3 else (10.0, 8.4, 7.6, 6.0)
            joints[-1] = _ray(
                bones[-1].end,
                np.degrees(
                    np.arctan2(
                        bones[-1].end[0] - bones[-1].start[0], bones[-1].start[1] - bones[-1].end[1]
                    )
                ),
                0.5,
            )
            limbs.append(_limb(joints, widths))
        for bone in self.metacarpals[:4]:
            limbs.append(_limb([bone.start, bone.end], (14.5, 12.5)))
        thumb = [self.metacarpals[4].start, self.metacarpals[4].end, self.phalanges[12].end,
                 self.phalanges[13].end]  # fmt: skip
        limbs.append(_limb(thumb, (16, 13, 10.5, 7.5)))
        limbs.append(
            _limb([(-6, -46), (-8, -30), (-2, -8), (2, 30), (2, 70)], (20, 26, 27, 28, 30))
        )
        limbs.append(_limb([(-26, -44), (-20, -24)], (10, 16)))
        return limbs


def _limb(joints: Sequence[tuple[float, float]], widths: Sequence[float]) -> NDArray:
    rows = [(x, y, width) for (x, y), width in zip(joints, widths, strict=True)]
    return np.array(rows, float)


def _chord(depth: Plane, width: Plane) -> Plane:
    """Return the length of a ray through a round rod at a depth below its outline, mm."""
    width = np.maximum(width, 0.2)
    off = np.clip(width - np.maximum(depth, 0), 0, width)
    chord: Plane = 2 * np.sqrt(np.maximum(width**2 - off**2, 0)) * (depth > 0)
    return chord


def hand_picture(seed: int, squash: float) -> NDArray[np.uint16]:
    """Return a 12-bit picture with dense parts bright, shape (1920, 1344)."""
    path = blurred(Hand(seed, squash).absorption(), 0.9)
    rng = np.random.default_rng((seed, 3))
    path += rng.standard_normal(path.shape, np.float32) * np.float32(0.010)
    base = blurred(path, 60.0)
    level = 0.8 * base + 1.25 * (path - base)
    shown = 1 - np.exp(-1.05 * np.maximum(level, 0))
    image = np.clip(shown * 4300 + 60, 0, 4095)
    border = np.ones_like(image, bool)
    border[26:-26, 22:-22] = False
    image[border] = 0
    letters = Image.new("L", (COLUMNS, ROWS), 0)
    ImageDraw.Draw(letters).text((90, 110), "R", fill=255, font=ImageFont.load_default(96))
    return np.maximum(image, np.asarray(letters, np.float32) * 15.4).astype(np.uint16)


PROJECTIONS = (
    ("PA", "272479007", "postero-anterior", 1.0),
    ("LLO", "399182000", "oblique", 0.74),
)


def hand_datasets(visit: Visit, seed: int, span: range) -> Iterator[Dataset]:
    """Yield the projections of the right hand that ``span`` counts."""
    shared = new_series(visit, 1, "DX", "HAND R PA/OBL", PresentationIntentType="FOR PRESENTATION")
    for index in span:
        view, code, meaning, squash = PROJECTIONS[index]
        number = index + 1
        dataset = new_instance(visit, DX_IMAGE, shared, number, 45 * number)
        dataset.ViewPosition = view
        set_code(dataset, "ViewCodeSequence", code, "SCT", meaning)
        dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
        _set_dx(dataset)
        yield set_pixels(dataset, [hand_picture(seed + number, squash)], Syntax.EXPLICIT,
                         bits_stored=12)  # fmt: skip


def _set_dx(dataset: Dataset) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.ImageLaterality = "R"
    dataset.PatientOrientation = ["R", "P"]
    set_code(dataset, "AnatomicRegionSequence", "85562004", "SCT", "Hand")
    dataset.AcquisitionContextSequence = []
    dataset.PositionerType = ""
    dataset.KVP, dataset.Exposure, dataset.ExposureTime = 52, 3, 12
    dataset.DetectorType = "SCINTILLATOR"
    dataset.DistanceSourceToDetector = 1150
    dataset.ImagerPixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.PixelSpacing = [PIXEL_MM, PIXEL_MM]
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.WindowCenter, dataset.WindowWidth = 2000, 3700
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
