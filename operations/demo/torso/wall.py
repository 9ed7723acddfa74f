"""The outside of the trunk: skin, fat, muscle layers, and the cavity that they enclose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from operations.demo.noise import SolidNoise
from operations.demo.raster import Canvas, Grid, Patch, Plane, smooth_max
from operations.demo.shapes import Ellipsoid, Loft, Tube, look_up

# Radii from the front (0) round to the back (180) in steps of 22.5 degrees, mm.
BODY = Loft(
    [
        (-75, 0, 4, (54, 55, 58, 61, 63, 65, 67, 68, 68)),
        (-45, 0, 4, (60, 63, 72, 84, 90, 86, 84, 82, 80)),
        (-20, 0, 4, (66, 74, 94, 136, 168, 148, 120, 104, 95)),
        (5, 0, 4, (75, 87, 116, 162, 189, 174, 144, 119, 104)),
        (40, 0, 4, (88, 99, 128, 166, 186, 181, 156, 128, 109)),
        (80, 0, 4, (99, 110, 136, 166, 179, 177, 156, 128, 112)),
        (130, 0, 4, (107, 116, 138, 163, 172, 168, 152, 127, 113)),
        (200, 0, 4, (109, 117, 138, 161, 169, 164, 147, 124, 111)),
        (250, 0, 4, (113, 119, 138, 160, 167, 161, 143, 121, 107)),
        (300, 0, 4, (116, 122, 138, 157, 163, 157, 139, 119, 105)),
        (350, 0, 4, (116, 122, 138, 157, 164, 158, 141, 119, 105)),
        (410, 0, 4, (114, 121, 140, 163, 173, 167, 148, 124, 110)),
        (450, 0, 4, (110, 119, 142, 170, 182, 175, 156, 130, 114)),
        (520, 0, 4, (102, 114, 146, 176, 188, 178, 160, 138, 118)),
        (580, 0, 4, (94, 108, 144, 174, 182, 170, 156, 138, 114)),
    ]
)
# The inner face of the ribs, and below them of the abdominal wall.
CAVITY = Loft(
    [
        (5, 0, 0, (12, 16, 26, 38, 45, 50, 54, 54, 42)),
        (24, 0, 0, (32, 40, 54, 68, 75, 79, 80, 72, 49)),
        (45, 0, 0, (51, 59, 76, 92, 98, 99, 94, 79, 55)),
        (80, 0, 0, (70, 78, 96, 113, 119, 118, 109, 88, 61)),
        (130, 0, 0, (79, 87, 107, 128, 136, 133, 121, 96, 65)),
        (200, 0, 0, (86, 93, 114, 135, 143, 138, 124, 97, 66)),
        (250, 0, 0, (91, 97, 116, 136, 143, 135, 119, 92, 62)),
        (300, 0, 0, (92, 98, 113, 130, 134, 125, 107, 82, 55)),
        (350, 0, 0, (93, 99, 112, 124, 128, 119, 99, 75, 50)),
        (410, 0, 0, (91, 97, 110, 122, 126, 116, 96, 73, 50)),
        (450, 0, 0, (86, 93, 106, 118, 122, 114, 96, 76, 58)),
        (520, 0, 0, (74, 78, 84, 90, 92, 90, 84, 78, 74)),
        (580, 0, 0, (40, 42, 46, 50, 52, 50, 48, 46, 44)),
    ],
    cap_mm=(16.0, 30.0),
)
# Depth of the fat under the skin.
SUBCUTANEOUS = Loft(
    [
        (-60, 0, 0, (4, 5, 5, 6, 6, 6, 7, 7, 7)),
        (0, 0, 0, (6, 7, 7, 8, 9, 9, 8, 8, 9)),
        (60, 0, 0, (8, 8, 9, 10, 11, 10, 8, 8, 9)),
        (130, 0, 0, (9, 9, 10, 11, 12, 10, 9, 9, 9)),
        (220, 0, 0, (10, 11, 11, 11, 12, 11, 10, 10, 9)),
        (300, 0, 0, (12, 13, 13, 12, 12, 12, 12, 12, 10)),
        (400, 0, 0, (13, 14, 14, 14, 16, 18, 18, 18, 14)),
        (480, 0, 0, (16, 16, 18, 22, 26, 26, 24, 22, 16)),
        (580, 0, 0, (14, 15, 16, 18, 22, 22, 22, 20, 14)),
    ]
)
ERECTORS = [
    Tube([(side * 20, 64, -10, 13), (side * 23, 83, 80, 13), (side * 25, 86, 170, 15),
          (side * 28, 80, 260, 18), (side * 31, 72, 340, 22), (side * 30, 74, 420, 22),
          (side * 24, 84, 470, 14)])
    for side in (-1, 1)
]  # fmt: skip
ARMS = [
    Tube(
        [
            (k * 172, 4, 14, 44),
            (k * 186, -4, -60, 43),
            (k * 196, -18, -150, 39),
            (k * 192, -34, -300, 36),
        ]
    )
    for k in (-1, 1)
]
AXILLAE = [
    Ellipsoid((side * 146, -14, 52), (15, 26, 52), (0.8, side * 0.6, 0.12)) for side in (-1, 1)
]
FAT_HU = -104.0
MUSCLE_HU = 58.0
FAT_SUV = 0.25
MUSCLE_SUV = 0.65


@dataclass(frozen=True)
class Habitus:
    """What differs between people, between two breaths of one, and between examinations."""

    fat: float = 1.0
    breath_mm: float = 0.0
    table: bool = True
    arms_up: bool = True


class Wall:
    """Paints skin, fat and muscle and keeps the distances that other painters need."""

    def __init__(self, seed: int, habitus: Habitus) -> None:
        self.habitus = habitus
        self.wide = SolidNoise(seed, 75)
        self.mid = SolidNoise(seed + 1, 30)
        self.fine = SolidNoise(seed + 2, 10)

    def body_distance(self, canvas: Canvas) -> Plane:
        """Return the signed distance to the skin; the back is flattened by the table."""
        distance = BODY.over(canvas.grid, canvas.s)
        distance += np.float32(2.4) * canvas.texture(self.wide)
        if self.habitus.table:
            distance = smooth_max(distance, canvas.grid.y - np.float32(109.0), 4.0)
        return distance

    def with_arms(self, canvas: Canvas, skin: Plane) -> Plane:
        """Return the distance to the skin of the body and of the arms raised beside the head."""
        for arm in ARMS if self.habitus.arms_up else ():
            patch = arm.cut(canvas, 30)
            if patch is not None:
                part = skin[patch.view.where]
                part[:] = -smooth_max(-part, -patch.distance, 5.0)
        return skin

    def cavity_distance(self, canvas: Canvas) -> Plane:
        """Return the signed distance to the inner face of ribs and abdominal wall."""
        ripple = np.float32(1.4) * canvas.texture(self.wide, 250)
        return (CAVITY.over(canvas.grid, canvas.s) + ripple).astype(np.float32, copy=False)

    def paint(self, canvas: Canvas, cavity: Plane, body: Plane) -> None:
        """Paint the wall from the skin inwards and fill the cavity with fat."""
        view = canvas.grid.whole
        mid = canvas.texture(self.mid)
        fine = canvas.texture(self.fine)
        canvas.mix(view, canvas.cover(body), 18.0, 0.5)
        fat = FAT_HU + 4 * mid + 42 * np.maximum(0, 1 - np.abs(fine) * 9) * (mid > 0.2)
        canvas.mix(view, canvas.cover(body + 1.8), fat, FAT_SUV)
        self._paint_muscle(canvas, body, cavity, mid, fine)
        inner = FAT_HU + 3 + 5 * mid
        canvas.mix(view, canvas.cover(cavity), inner, 0.35)

    def _paint_muscle(
        self, canvas: Canvas, body: Plane, cavity: Plane, mid: Plane, fine: Plane
    ) -> None:
        view, grid, s = canvas.grid.whole, canvas.grid, canvas.s
        thickness = look_up(SUBCUTANEOUS.table(s), grid.fan) * np.float32(self.habitus.fat)
        wide = canvas.texture(self.wide, 400)
        edge = body + thickness * (1 + np.float32(0.10) * wide)
        flesh = MUSCLE_HU + 4 * mid + 3 * fine
        canvas.mix(view, canvas.cover(edge), flesh, MUSCLE_SUV)
        self._paint_planes(canvas, cavity, edge, wide)
        for erector in ERECTORS:
            patch = erector.cut(canvas, 5)
            if patch is not None:
                ragged = patch.distance + 2.5 * wide[patch.view.where] + mid[patch.view.where]
                canvas.seam(Patch(patch.view, ragged), -75.0, 1.0, 0.5)
        for axilla in AXILLAE:
            patch = axilla.cut(canvas, 14)
            if patch is not None:
                ragged = patch.distance + 7 * wide[patch.view.where] + 4 * mid[patch.view.where]
                canvas.paint(Patch(patch.view, ragged), FAT_HU + 10, FAT_SUV, softness_mm=5)
        streaks = np.maximum(0, 1 - np.abs(mid + 0.25 * fine) * 7) * np.maximum(0, wide)
        canvas.mix(view, streaks * canvas.cover(edge + 2) * np.float32(0.35), -60.0, None)

    def _paint_planes(self, canvas: Canvas, cavity: Plane, edge: Plane, wide: Plane) -> None:
        """Paint the fat between muscles: shoulder girdle, chest wall, flat abdominal muscles."""
        s = canvas.s
        other = self.wide.plane(canvas.grid, s * 1.3 + 900)
        chest = float(np.clip((s - 35) / 30, 0, 1) * np.clip((265 - s) / 40, 0, 1))
        belly = float(np.clip((s - 235) / 40, 0, 1))
        girdle = float(np.clip((62 - s) / 35, 0, 1))
        planes = _girdle_planes(canvas.grid, other, wide, girdle) if girdle else []
        if chest:
            warped = cavity + np.float32(5.0) * wide
            there = np.clip(0.5 + 0.8 * other, 0, 0.95) * np.float32(chest)
            planes.append(_sheet(warped - 12.5, 1.0) * there)
            planes.append(_sheet(warped - 23, 1.5) * np.clip(chest - there, 0, 1))
        if belly:
            planes += _belly_planes(canvas.grid, cavity, edge, wide, belly)
        share = np.max(planes, axis=0) * canvas.cover(edge + 1)
        canvas.mix(canvas.grid.whole, share, -80.0, 0.3)


def _sheet(distance: Plane, width: float) -> Plane:
    """Return a thin layer around distance 0, a cheap bell."""
    shape: Plane = np.maximum(0, 1 - (distance / np.float32(1.7 * width)) ** 2)
    return shape


def _girdle_planes(grid: Grid, other: Plane, wide: Plane, strength: float) -> list[Plane]:
    paired = np.where(grid.x < 0, other, other[:, ::-1]) + np.float32(0.15) * wide
    first = _sheet(paired, 0.13) * np.clip(0.7 + 0.5 * wide, 0, 0.85)
    second = _sheet(paired - 0.9, 0.12) * np.clip(0.6 - wide, 0, 0.85)
    return [first * np.float32(strength), second * np.float32(strength)]


def _belly_planes(
    grid: Grid, cavity: Plane, edge: Plane, wide: Plane, strength: float
) -> list[Plane]:
    depth = np.clip(cavity / np.maximum(cavity - edge, 4), 0, 1) + np.float32(0.03) * wide
    flank = np.clip(1.6 - np.abs(np.minimum(grid.turn, 1 - grid.turn) - 0.21) / 0.06, 0, 0.8)
    flank *= np.float32(strength)
    planes: list[Plane] = [_sheet(depth - level, 0.045) * flank for level in (0.36, 0.68)]
    front = (grid.y < -40) * np.float32(0.75 * strength)
    for x, width in ((0.0, 1.3), (-64.0, 2.2), (64.0, 2.2)):
        planes.append(_sheet(grid.x - np.float32(x) + 2 * wide, width) * front)
    return planes


def paint_table(canvas: Canvas) -> None:
    """Paint the couch: a mattress and a curved carbon shell around foam."""
    x, y = canvas.grid.x, canvas.grid.y
    view = canvas.grid.whole
    top = 113 - x**2 / 1100
    shell = np.abs(y - (top + 7)) - 1.2
    under = np.abs(y - (150 - (x / 200) ** 4 * 26)) - 1.2
    within = np.abs(x) - 196
    foam = np.maximum(np.maximum(top + 7 - y, y - (150 - (x / 200) ** 4 * 26)), within)
    mattress = np.maximum(np.maximum(top - y, y - top - 6), within)
    canvas.mix(view, canvas.cover(mattress), -930.0, None)
    canvas.mix(view, canvas.cover(foam), -965.0, None)
    for layer in (shell, under):
        canvas.mix(view, canvas.cover(np.maximum(layer, within)), -240.0, None)
