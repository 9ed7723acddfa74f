"""Bones of the trunk: vertebrae, ribs and cartilage, sternum, shoulder girdle, pelvis."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from operations.demo.noise import SolidNoise
from operations.demo.raster import TABLE, Canvas, Grid, Patch, Plane, table_position
from operations.demo.shapes import Ellipsoid, Loft, Table, Tube, look_up

CORTEX_HU = 820.0
MARROW_HU = 190.0
MARROW_SUV = 1.1

# Depth, y of the centre, half width and half depth of the vertebral bodies, mm.
COLUMN = np.array(
    [
        (-170, 24, 10, 7.5),
        (-110, 16, 11, 8),
        (-50, 18, 12, 8.5),
        (0, 29, 14, 9.5),
        (60, 44, 14, 11.5),
        (120, 49, 15, 13.5),
        (190, 47, 17, 15),
        (250, 40, 20, 16),
        (300, 31, 22, 16.5),
        (350, 25, 24, 17),
        (400, 27, 25.5, 17.5),
        (425, 33, 26, 17.5),
    ]
)
# Upper edges of C1..C7, T1..T12, L1..L5 and the end of L5.
LEVELS = np.array(
    [-128, -112, -94, -77, -60, -43, -26, -8, 10, 29, 48, 68, 88, 109, 130, 152, 175, 199, 224,
     250, 278, 309, 341, 374, 408]
)  # fmt: skip
RIB_GAP_MM = 21.0
RIB_ENDS = np.array([0.40, 0.415, 0.42, 0.42, 0.42, 0.415, 0.40, 0.385, 0.37, 0.35, 0.26, 0.16])
# How far a rib lies below its head, by angle from the back: 0 at the spine, 16 at the front.
RIB_DROP = np.interp(
    np.arange(TABLE) / TABLE,
    [0, 0.06, 0.14, 0.25, 0.34, 0.41, 0.46, 0.5, 0.54, 0.59, 0.66, 0.75, 0.86, 0.94, 1],
    [4, 8, 26, 52, 72, 80, 68, 52, 68, 80, 72, 52, 26, 8, 4],
).astype(np.float32)
CLAVICLES = [
    Tube([(s * 14, -57, 34, 8.5), (s * 45, -60, 22, 5.6), (s * 85, -40, 8, 5.4),
          (s * 120, -14, -2, 6.2), (s * 142, -2, -4, 6)])
    for s in (-1, 1)
]  # fmt: skip
SCAPULAE = [
    [
        Tube([(s * 150, 14, 0, 10), (s * 146, 22, 14, 10), (s * 140, 34, 30, 7),
              (s * 134, 50, 62, 5), (s * 124, 66, 100, 4.5), (s * 112, 80, 132, 4.5)]),
        Tube([(s * 138, 36, 20, 4), (s * 108, 68, 30, 2.4), (s * 80, 86, 44, 2.6)]),
        Tube([(s * 136, 46, 50, 3), (s * 106, 75, 60, 2.0), (s * 82, 91, 72, 2.8)]),
        Tube([(s * 128, 60, 84, 3), (s * 108, 80, 92, 2.0), (s * 90, 93, 104, 2.8)]),
        Tube([(s * 78, 86, 36, 3), (s * 82, 92, 76, 3), (s * 104, 88, 124, 3.5)]),
        Tube([(s * 82, 90, 32, 3.2), (s * 112, 80, 14, 4), (s * 146, 44, -6, 5),
              (s * 152, 10, -14, 6)]),
    ]
    for s in (-1, 1)
]  # fmt: skip
BLADES = [
    Loft([(24, s * 112, 66, (10, 10, 9, 9, 9, 9, 10, 10, 10)),
          (120, s * 112, 84, (8, 8, 8, 8, 8, 8, 8, 8, 8))], cap_mm=(8, 8))
    for s in (-1, 1)
]  # fmt: skip
HUMERI = [
    [
        Ellipsoid((s * 172, 6, 4), (23, 23, 23)),
        Tube(
            [
                (s * 178, 4, -4, 14),
                (s * 188, -4, -60, 11),
                (s * 197, -18, -150, 10.5),
                (s * 193, -34, -300, 12),
            ]
        ),
    ]
    for s in (-1, 1)
]


@lru_cache(maxsize=4)
def _rib_course(grid: Grid) -> tuple[Plane, Plane]:
    """Return how far a rib lies below its head, and the angle from the spine in turns."""
    back = grid.turn + np.float32(0.5)
    back -= np.floor(back)
    bend: Plane = np.minimum(back, 1 - back)
    return look_up(RIB_DROP, table_position(back)), bend


class Level(NamedTuple):
    """Where a slice lies in the column."""

    number: int
    part: float
    y: float
    half_width: float
    half_depth: float


def level_at(s: float) -> Level:
    """Return vertebra number (C1 = 0), the part of its height above ``s``, and its size."""
    index = int(np.clip(np.searchsorted(LEVELS, s, side="right") - 1, 0, len(LEVELS) - 2))
    part = (s - LEVELS[index]) / (LEVELS[index + 1] - LEVELS[index])
    y, width, depth = (float(np.interp(s, COLUMN[:, 0], COLUMN[:, i])) for i in (1, 2, 3))
    return Level(index, float(part), y, width, depth)


class Skeleton:
    """Paints bone with a bright cortex and trabecular marrow."""

    def __init__(self, seed: int) -> None:
        self.grain = SolidNoise(seed + 31, 3.6, 48)
        self.wide = SolidNoise(seed + 32, 60)

    def bone(
        self, canvas: Canvas, patch: Patch | None, cortex_mm: float = 1.4, marrow: float = MARROW_HU
    ) -> None:
        """Fill a patch with cortical bone around marrow."""
        if patch is None:
            return
        where = patch.view.where
        grain = canvas.texture(self.grain)[where]
        canvas.paint(patch, CORTEX_HU - 120 + 50 * grain, MARROW_SUV * 0.6)
        canvas.paint(patch, marrow + 26 * grain, MARROW_SUV, grow_mm=-cortex_mm, softness_mm=1.6)

    def paint_column(self, canvas: Canvas) -> None:
        """Paint the vertebra or disc at this depth with its canal and processes."""
        if not LEVELS[0] < canvas.s < LEVELS[-1] + 8:
            return
        level = level_at(canvas.s)
        self._paint_arch(canvas, level)
        body = _body_patch(canvas, level)
        if body is None:
            return
        disc = 0.80 if level.number > 6 else 0.74
        if level.part < disc:
            plate = min(level.part, disc - level.part) * 25
            self.bone(canvas, body, 1.3, 205.0 if plate > 2.2 else 420.0)
            canvas.paint(_vein_patch(canvas, level), 60.0, None, softness_mm=2)
        else:
            canvas.paint(body, 92.0, 0.4, grow_mm=0.4)
            canvas.paint(body, 74.0, 0.4, grow_mm=-5, softness_mm=5)

    def _paint_arch(self, canvas: Canvas, level: Level) -> None:
        s, part, y = canvas.s, level.part, level.y
        canal_y = y + level.half_depth + 8.5
        thoracic = 7 <= level.number < 19
        for side in (-1, 1):
            foot = (side * (level.half_width - 6), y + level.half_depth - 4, s, 4.2)
            pillar = (side * (13 if thoracic else 16), canal_y + 3, s, 5.0)
            keel = (0.0, canal_y + 14, s, 3.0)
            if part < 0.48:
                self.bone(canvas, Tube([foot, pillar], 40).cut(canvas), 1.3)
            if part > 0.2:
                self.bone(canvas, Tube([pillar, keel], 40).cut(canvas), 1.4)
            if 0.06 < part < 0.42:
                self.bone(canvas, _transverse(level, side, canal_y, s).cut(canvas), 1.2)
            facet = (side * (14 if thoracic else 19), canal_y + 4, s, 6.5 if part > 0.6 else 4)
            self.bone(canvas, Tube([facet]).cut(canvas), 1.6)
        lag = 0.25 if thoracic else 0.0
        if (part - lag) % 1.0 > 0.30:
            tip = canal_y + (18 if level.number < 7 else 26 if thoracic else 31)
            self.bone(canvas, Tube([(0, canal_y + 13, s, 3), (0, tip, s, 3.4)], 40).cut(canvas))
        canal = Ellipsoid((0, canal_y, s), (10.5, 8.5, 9)).cut(canvas)
        canvas.paint(canal, -40.0, 0.4)
        canvas.paint(canal, 14.0, 0.5, grow_mm=-1.6)
        if s < 285:
            cord = Ellipsoid((0, canal_y, s), (5.2, 4, 9)).cut(canvas)
            canvas.paint(cord, 42.0, 1.3)

    def paint_ribs(self, canvas: Canvas, cavity: Plane) -> None:
        """Paint ribs and costal cartilage on the outside of the cavity."""
        if not -15 < canvas.s < 345:
            return
        grid = canvas.grid
        drop, bend = _rib_course(grid)
        u = (np.float32(canvas.s) - drop) / np.float32(RIB_GAP_MM)
        number = np.rint(u)
        offset = (u - number) * np.float32(RIB_GAP_MM)
        index = np.clip(number, 0, 11).astype(np.int8)
        ends = RIB_ENDS.astype(np.float32)[index]
        q = np.sqrt(((cavity - 5.4) / 3.6) ** 2 + (offset / 6.3) ** 2)
        inside = (q - 1) * np.float32(3.6)
        limit = np.maximum(np.float32(0.085) - bend, bend - ends) * 600
        listed = np.where(number == index, np.float32(-50), np.float32(50))
        distance = np.maximum(np.maximum(inside, limit), listed)
        cartilage = np.maximum(inside + 0.6, np.maximum(ends - bend, bend - 0.485) * 600)
        cartilage = np.maximum(cartilage, np.where(number > 9, np.float32(50), listed))
        fleck = self.wide.plane(grid, canvas.s)
        canvas.mix(grid.whole, canvas.cover(cartilage), 105 + 18 * fleck, 0.5)
        self.bone(canvas, Patch(grid.whole, distance.astype(np.float32)), 1.2, 130.0)
        self._paint_rib_necks(canvas)

    def _paint_rib_necks(self, canvas: Canvas) -> None:
        for i in range(12):
            head = -3 + i * RIB_GAP_MM
            if not head - 12 < canvas.s < head + 30:
                continue
            level = level_at(head)
            wide, deep = level.half_width, level.y + level.half_depth
            for side in (-1, 1):
                neck = Tube(
                    [(side * (wide + 1), level.y + 7, head, 4.4),
                     (side * (wide + 17), deep + 13, head + 8, 4),
                     (side * (wide + 35), deep + 22, head + 17, 4.4)]
                )  # fmt: skip
                self.bone(canvas, neck.cut(canvas), 1.2, 140.0)

    def paint_sternum(self, canvas: Canvas, front: Table) -> None:
        """Paint manubrium, body and xiphoid process before the cavity's front edge."""
        s = canvas.s
        if not 30 < s < 205:
            return
        half = float(
            np.interp(s, [30, 38, 70, 80, 120, 172, 180, 203], [20, 27, 20, 15, 18, 15, 7, 4])
        )
        thick = float(np.interp(s, [30, 60, 90, 180, 203], [7.5, 7, 5.8, 5, 3]))
        y = -float(front[0]) - thick - 1.5
        if 77 < s < 80.5:
            return
        patch = Tube(
            [(-half + thick, y, s, thick), (0, y - 1, s, thick), (half - thick, y, s, thick)]
        )
        self.bone(canvas, patch.cut(canvas), 1.2, 120.0)

    def paint_shoulders(self, canvas: Canvas) -> None:
        """Paint clavicles, shoulder blades and the heads of the humeri."""
        if canvas.s > 150:
            return
        for blade in (*SCAPULAE[0], *SCAPULAE[1]):
            self.bone(canvas, blade.cut(canvas), 1.3, 160.0)
        for side in (0, 1):
            _paint_blade(self, canvas, -1 if side == 0 else 1)
            self.bone(canvas, CLAVICLES[side].cut(canvas), 1.7, 170.0)
            for part in HUMERI[side]:
                self.bone(canvas, part.cut(canvas), 1.6, 130.0)


def _paint_blade(skeleton: Skeleton, canvas: Canvas, side: int) -> None:
    s = canvas.s
    if not 22 < s < 128:
        return
    t = (s - 22) / 106
    inner = (side * (77 + 24 * t), 85 + 6 * t, s, 2.4)
    middle = (side * (107 + 4 * t), 71 + 11 * t, s, 1.7)
    outer = (side * (143 - 30 * t), 30 + 50 * t, s, 3.4)
    skeleton.bone(canvas, Tube([inner, middle, outer], 8).cut(canvas), 1.1, 180.0)


def _body_patch(canvas: Canvas, level: Level) -> Patch | None:
    waist = 1 - 0.10 * np.sin(np.pi * min(1.0, level.part / 0.8))
    w, d = level.half_width * waist, level.half_depth * (1 - (1 - waist) * 0.6)
    angle = np.arange(16) * (np.pi / 8)
    radii = (np.abs(np.cos(angle) / d) ** 2.4 + np.abs(np.sin(angle) / w) ** 2.4) ** (-1 / 2.4)
    radii[6:11] *= (1.0, 0.98, 0.92, 0.98, 1.0)
    return Loft([(canvas.s - 1, 0, level.y, radii), (canvas.s + 1, 0, level.y, radii)]).cut(canvas)


def _vein_patch(canvas: Canvas, level: Level) -> Patch | None:
    if not 0.34 < level.part < 0.46:
        return None
    y = level.y + level.half_depth - 5
    return Tube([(0, y - 4, canvas.s, 1.2), (0, y + 4, canvas.s, 1.6)], 20).cut(canvas)


def _transverse(level: Level, side: int, canal_y: float, s: float) -> Tube:
    if level.number < 7:
        return Tube([(side * 12, canal_y - 4, s, 4), (side * 20, canal_y - 8, s, 4)], 20)
    if level.number < 19:
        return Tube([(side * 14, canal_y + 4, s, 4.5), (side * 32, canal_y + 10, s, 4.6)], 20)
    return Tube([(side * 19, canal_y, s, 4), (side * 41, canal_y + 4, s, 3.2)], 20)
