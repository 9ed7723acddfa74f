"""Head and neck as CT and PET show them; the shapes are those of the MR head."""

from __future__ import annotations

import numpy as np

from operations.demo.head.cortex import CEREBELLUM, CEREBRUM, TEMPORALS, Folding
from operations.demo.head.face import (
    AIR_CELLS,
    CLIVUS,
    ETHMOIDS,
    GLOBES,
    LENSES,
    NECK,
    NOSE,
    PETROUS,
    SCALP,
    SIDES,
    TEMPORALIS,
    ZYGOMAS,
)
from operations.demo.head.phantom import MIDLINE_FLUID, STEM, VENTRICLES
from operations.demo.noise import SolidNoise
from operations.demo.raster import Canvas, Patch, Plane, Section
from operations.demo.shapes import Ellipsoid, Loft, Tube

VERTEX_S = -275.0
LOWEST_S = -78.0
JAW = [
    Tube([(k * 54, -8, 136, 5), (k * 50, -14, 158, 6), (k * 44, -30, 172, 7), (k * 30, -66, 180, 7),
          (k * 10, -86, 182, 8), (0, -88, 182, 8)])
    for k in SIDES
]  # fmt: skip
TEETH = [
    Tube([(k * 26, -48, 168, 3.5), (k * 22, -64, 168, 3.5), (k * 12, -80, 168, 3.5),
          (0, -84, 168, 3.5)])
    for k in SIDES
] + [
    Tube([(k * 26, -46, 157, 4), (k * 22, -66, 157, 4), (k * 12, -84, 157, 4), (0, -88, 157, 4)])
    for k in SIDES
]  # fmt: skip
MASSETERS = [Ellipsoid((k * 58, -24, 156), (8, 15, 26)) for k in SIDES]
TONGUE = Ellipsoid((0, -46, 164), (24, 32, 16))
THROAT = Tube([(0, -24, 138, 8), (0, -16, 150, 5.5), (0, -8, 172, 7), (0, -10, 190, 7)])
TONSILS = [Ellipsoid((k * 14, -16, 158), (5, 7, 10)) for k in SIDES]
SALIVARY = [Ellipsoid((k * 52, 12, 150), (9, 13, 20)) for k in SIDES] + [
    Ellipsoid((k * 26, -34, 182), (9, 13, 10)) for k in SIDES
]
THYROID = [Ellipsoid((k * 15, -10, -22), (7, 9, 20)) for k in SIDES]
NECK_MUSCLES = [
    Tube([(k * 50, 30, -128, 9), (k * 44, 6, -80, 10), (k * 24, -34, -12, 8), (k * 14, -54, 20, 6)])
    for k in SIDES
] + [Tube([(k * 20, 46, -130, 15), (k * 22, 48, -60, 16), (k * 26, 54, 0, 17)]) for k in SIDES]
CAROTIDS = [Tube([(k * 26, -6, -20, 5), (k * 27, 2, -70, 5), (k * 28, 6, -130, 4)]) for k in SIDES]


class _Shifted(Section):
    """The plane of a canvas in the coordinates of the head (depth from the vertex)."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas.grid, canvas.s - VERTEX_S)


class Neck:
    """Paints head and neck; below the shoulders it paints nothing."""

    def __init__(self, seed: int) -> None:
        self.folding = Folding(seed)
        self.wide = SolidNoise(seed + 41, 40)
        self.mid = SolidNoise(seed + 42, 10)

    def outline(self, canvas: Canvas, body: Plane) -> Plane:
        """Return the distance to the skin of trunk and head together."""
        if canvas.s > LOWEST_S:
            return body
        scalp = SCALP.cut(_Shifted(canvas), 300)
        if scalp is None:
            return np.full_like(body, 90)
        head = np.full_like(body, 90)
        chin = np.float32(max(0.0, (canvas.s + 88) * 4))
        head[scalp.view.where] = scalp.distance + chin
        if canvas.s < -150:
            return head
        return np.minimum(body, head)

    def paint(self, canvas: Canvas, skin: Plane) -> None:
        """Paint everything inside the skin of head and neck."""
        if canvas.s > 40:
            return
        outside, before = canvas.cover(-skin), canvas.hu.copy()
        self._paint_inside(canvas)
        canvas.mix(canvas.grid.whole, outside, before, 0.0)

    def _paint_inside(self, canvas: Canvas) -> None:
        section = _Shifted(canvas)
        for tube in NECK_MUSCLES:
            canvas.paint(tube.cut(canvas), 58.0, 0.9)
        for tube in CAROTIDS:
            canvas.paint(tube.cut(canvas), 45.0, 1.6)
        for lobe in THYROID:
            canvas.paint(lobe.cut(canvas), 105.0, 1.8)
        if canvas.s > LOWEST_S:
            return
        self._paint_face(canvas, section)
        self._paint_skull(canvas, section)
        self._paint_air(canvas, section)

    def _paint_face(self, canvas: Canvas, section: Section) -> None:
        for shape in (*TEMPORALIS, *NECK, *MASSETERS):
            canvas.paint(shape.cut(section), 58.0, 0.8)
        for gland in SALIVARY:
            canvas.paint(gland.cut(section), 25.0, 2.6, softness_mm=3)
        canvas.paint(TONGUE.cut(section), 60.0, 1.6, softness_mm=3)
        for tonsil in TONSILS:
            canvas.paint(tonsil.cut(section), 55.0, 4.0)
        for shape in (*PETROUS, CLIVUS, *ZYGOMAS, *JAW):
            patch = shape.cut(section)
            canvas.paint(patch, 800.0, 0.8)
            canvas.paint(patch, 300.0, 0.9, grow_mm=-2.5, softness_mm=2)
        for row in TEETH:
            canvas.paint(row.cut(section), 1900.0, 0.8)
        for globe, lens in zip(GLOBES, LENSES, strict=True):
            canvas.paint(globe.cut(section), 12.0, 1.0)
            canvas.paint(lens.cut(section), 80.0, 1.0)

    def _paint_skull(self, canvas: Canvas, section: Section) -> None:
        parts = [_distance(section, shape) for shape in (CEREBRUM, *TEMPORALS, CEREBELLUM)]
        if section.s > 106:
            parts = parts[1:]
        cerebrum = np.min(parts[:-1], axis=0)
        brain = np.minimum(cerebrum, parts[-1])
        brain = np.minimum(brain, _distance(section, STEM) - 3)
        whole = canvas.grid.whole
        thick = 6.6 + 1.2 * canvas.texture(self.wide)
        if section.s < 128:
            canvas.mix(whole, canvas.cover(brain - 1.5 - thick), 950.0, 0.8)
            diploe = np.abs(brain - 1.5 - thick / 2) - thick * 0.24
            canvas.mix(whole, canvas.cover(diploe, 2.0), 450.0, 1.0)
        canvas.mix(whole, canvas.cover(brain - 1.5), 8.0, 1.0)
        fluid = self.folding.fluid_distance(section, cerebrum)
        canvas.mix(whole, canvas.cover(-fluid) * canvas.cover(cerebrum), 37.0, 9.5)
        canvas.mix(whole, canvas.cover(3.6 - fluid, 2.0) * canvas.cover(cerebrum), 30.0, 3.6)
        canvas.mix(whole, canvas.cover(parts[-1]), 36.0, 7.0)
        canvas.paint(STEM.cut(section), 32.0, 5.5)
        for k in SIDES:
            for centre in ((k * 20, -10, 77), (k * 11, 14, 80)):
                canvas.paint(Ellipsoid(centre, (8, 15, 10)).cut(section), 39.0, 10.5)
        for shape in (*VENTRICLES, *MIDLINE_FLUID):
            canvas.paint(shape.cut(section), 6.0, 1.0)

    def _paint_air(self, canvas: Canvas, section: Section) -> None:
        for cell in AIR_CELLS:
            canvas.paint(cell.cut(section), 600.0, 0.7, grow_mm=1.2)
            canvas.paint(cell.cut(section), -1000.0, 0.2)
        for ethmoid in ETHMOIDS:
            patch = ethmoid.cut(section)
            if patch is not None:
                walls = 500 * np.maximum(0, 1 - np.abs(canvas.texture(self.mid)) * 2)
                canvas.paint(patch, walls[patch.view.where] - 900, 0.8)
        for tube in NOSE:
            patch = tube.cut(section)
            canvas.paint(patch, 45.0, 1.6, grow_mm=3.0)
            canvas.paint(patch, -980.0, 0.3)
        patch = THROAT.cut(section)
        canvas.paint(patch, 50.0, 1.9, grow_mm=4)
        canvas.paint(patch, -990.0, 0.3)


def _distance(section: Section, loft: Loft) -> Plane:
    distance = np.full((section.grid.rows, section.grid.columns), 60, np.float32)
    patch: Patch | None = loft.cut(section, 40)
    if patch is not None:
        distance[patch.view.where] = patch.distance
    return distance
