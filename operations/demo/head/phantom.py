"""The head: scalp, skull, eyes, brain, ventricles and lesions, in painting order."""

from __future__ import annotations

import numpy as np

from operations.demo.head.cortex import CEREBELLUM, CEREBRUM, TEMPORALS, Folding
from operations.demo.head.face import Face
from operations.demo.head.signal import (
    CSF,
    DEEP_GREY,
    FLOW,
    GREY,
    HALO,
    NUCLEUS,
    PALLIDUM,
    PLAQUE,
    WHITE,
    MrCanvas,
    Tissue,
)
from operations.demo.noise import SolidNoise
from operations.demo.raster import Grid, Patch, Plane
from operations.demo.shapes import Ellipsoid, Loft, Solid, Tube

SIDES = (-1, 1)
VENTRICLES = [
    Tube([(k * 5, -34, 74, 2.6), (k * 6.5, -27, 71, 4.4), (k * 7.5, -16, 66, 4.6),
          (k * 8.5, 2, 62, 4.8), (k * 12, 18, 64, 5.2), (k * 21, 33, 71, 6.4),
          (k * 26, 36, 80, 5.2), (k * 31, 22, 91, 3.2), (k * 33, 4, 96, 2.2)])
    for k in SIDES
] + [
    Tube([(k * 21, 34, 72, 5.6), (k * 21, 46, 75, 3.4), (k * 19, 56, 77, 1.6)]) for k in SIDES
]  # fmt: skip
MIDLINE_FLUID = [
    Ellipsoid((0, 3, 84), (2.0, 13, 9)),
    Tube([(0, 17, 88, 1.2), (0, 27, 98, 1.1), (0, 36, 108, 1.8)]),
    Ellipsoid((0, 40, 113), (8.5, 5.5, 9)),
]
CISTERNS = [
    Ellipsoid((0, -13, 101), (10, 6, 4)),
    Tube([(0, -13, 101, 5), (0, -4, 104, 4), (0, 0, 108, 4)]),
    Ellipsoid((0, 31, 91), (11, 5, 6)),
    Tube([(-17, 12, 96, 2.4), (-15, 26, 93, 2.4), (0, 32, 92, 3), (15, 26, 93, 2.4),
          (17, 12, 96, 2.4)]),
    Ellipsoid((0, 1, 112), (17, 5.5, 14)),
    Ellipsoid((0, 70, 138), (12, 9, 8)),
    Ellipsoid((22, 22, 116), (8, 5, 6)),
    Ellipsoid((-22, 22, 116), (8, 5, 6)),
]  # fmt: skip
DEEP = [
    [(Ellipsoid((k * 13.5, -19, 73), (12, 5.5, 11), (0.25 * k, 1, 0)), DEEP_GREY),
     (Tube([(k * 15, -8, 63, 4), (k * 18, 8, 60, 3), (k * 22, 20, 62, 2)]), DEEP_GREY),
     (Ellipsoid((k * 26, -2, 80), (16, 5.4, 11), (0.22 * k, 1, 0)), DEEP_GREY),
     (Ellipsoid((k * 19.5, 1, 82), (9, 4.0, 6), (0.30 * k, 1, 0)), PALLIDUM),
     (Ellipsoid((k * 10.5, 14, 80), (15, 8.5, 9.5), (0.28 * k, 1, 0)), DEEP_GREY)]
    for k in SIDES
]  # fmt: skip
STEM = Loft(
    [
        (86, 0, 15, (9, 11, 16, 17, 15, 13, 12, 11, 10)),
        (97, 0, 16, (8, 12, 18, 17, 15, 13, 12, 12, 12)),
        (108, 0, 18, (15, 15, 15, 16, 17, 18, 18, 16, 15)),
        (118, 0, 20, (15, 15, 14, 14, 15, 16, 17, 15, 13)),
        (128, 0, 27, (9, 9, 9, 9, 10, 10, 9, 8, 7)),
        (150, 0, 34, (7, 7, 7, 7.5, 8, 8, 7, 6.5, 6)),
    ],
    cap_mm=(5.0, 0.0),
)
STEM_NUCLEI = [Ellipsoid((k * 5, 17, 96), (3, 3, 4)) for k in SIDES] + [
    Ellipsoid((k * 10, 9, 97), (7, 1.4, 4), (0.8 * k, 0.6, 0)) for k in SIDES
]
DENTATES = [Ellipsoid((k * 15, 47, 114), (7, 4, 5), (0.8 * k, 0.6, 0)) for k in SIDES]
VESSELS = [
    Tube([(0, 4, 122, 1.8), (0, 2, 108, 1.9), (-2, 2, 101, 1.8)]),
    Tube([(0, -12, 104, 2.0), (22, -15, 100, 1.5), (38, -13, 94, 1.3)]),
    Tube([(0, -12, 104, 2.0), (-22, -15, 100, 1.5), (-38, -13, 94, 1.3)]),
    Tube([(9, -12, 122, 2.4), (11, -12, 112, 2.4), (10, -14, 103, 2.2)]),
    Tube([(-9, -12, 122, 2.4), (-11, -12, 112, 2.4), (-10, -14, 103, 2.2)]),
    Tube([(0, -20, 99, 1.2), (0, -42, 84, 1.1), (0, -44, 70, 1.0)]),
]
SINUSES = [
    Tube([(0, -40, 13, 2.4), (0, 20, 10, 3.2), (0, 66, 34, 3.8), (0, 86, 66, 4.2),
          (0, 90, 92, 4.6)]),
    Tube([(0, 89, 94, 4.6), (34, 72, 98, 4.0), (54, 42, 106, 4.0), (50, 26, 124, 4.0)]),
    Tube([(0, 89, 94, 4.2), (-34, 72, 98, 3.4), (-54, 42, 106, 3.4), (-50, 26, 124, 3.4)]),
]  # fmt: skip
# Centre, semi-axes: white-matter lesions, the first is the one to find.
LESIONS = [
    ((25, 14, 52), (5.4, 4.0, 5.0)),
    ((-21, -22, 55), (3.2, 2.2, 3.0)),
    ((19, 26, 58), (3.8, 2.2, 3.4)),
    ((-24, 30, 62), (3.6, 2.4, 3.2)),
    ((16, -38, 68), (2.4, 2.0, 2.6)),
    ((-33, 8, 49), (2.0, 1.8, 2.2)),
    ((30, -14, 57), (1.8, 1.6, 2.0)),
]


class Head:
    """A head that can be cut at any depth below the vertex."""

    def __init__(self, seed: int) -> None:
        self.folding = Folding(seed)
        self.wide = SolidNoise(seed + 8, 45)
        self.mid = SolidNoise(seed + 9, 12)
        self.face = Face(seed + 20)

    def slice(self, grid: Grid, s: float) -> MrCanvas:
        """Return the painted slice at depth ``s`` mm below the vertex."""
        canvas = MrCanvas(grid, s)
        brain = self.brain_surface(canvas)
        self.face.paint(canvas, brain)
        canvas.mix(grid.whole, canvas.cover(brain - 1.6), CSF)
        self._paint_cerebrum(canvas)
        self._paint_cerebellum(canvas)
        self._paint_deep(canvas)
        self._paint_fluid(canvas)
        self._paint_lesions(canvas)
        for tube in (*VESSELS, *SINUSES):
            canvas.paint(tube.cut(canvas), FLOW)
        return canvas

    def _surface(self, canvas: MrCanvas, loft: Loft) -> Plane:
        distance = np.full((canvas.grid.rows, canvas.grid.columns), 60, np.float32)
        patch = loft.cut(canvas, 30)
        if patch is not None:
            distance[patch.view.where] = patch.distance
        return distance

    def cerebrum_surface(self, canvas: MrCanvas) -> Plane:
        """Return the signed distance to the hull of the cerebrum, mm."""
        distance = self._surface(canvas, CEREBRUM) if canvas.s < 106 else None
        parts = [self._surface(canvas, temporal) for temporal in TEMPORALS]
        if distance is not None:
            tent = self._surface(canvas, CEREBELLUM)
            parts.append(np.maximum(distance, 1.6 - tent))
        surface: Plane = np.min(parts, axis=0) + np.float32(0.8) * canvas.texture(self.wide)
        return surface

    def brain_surface(self, canvas: MrCanvas) -> Plane:
        """Return the signed distance to the inside of the skull, mm."""
        parts = [self.cerebrum_surface(canvas), self._surface(canvas, CEREBELLUM),
                 self._surface(canvas, STEM) - 4]  # fmt: skip
        surface: Plane = np.min(parts, axis=0)
        return surface

    def _paint_cerebrum(self, canvas: MrCanvas) -> None:
        if canvas.s > 132:
            return
        surface = self.cerebrum_surface(canvas)
        fluid = self.folding.fluid_distance(canvas, surface)
        whole = canvas.grid.whole
        thickness = 2.7 + 0.2 * canvas.texture(self.wide)
        canvas.mix(whole, canvas.cover(-fluid, 0.9), GREY)
        core = canvas.cover(thickness - fluid, 1.4)
        canvas.mix(whole, core, WHITE)
        patchy = np.clip(0.10 + 0.10 * canvas.texture(self.wide), 0, 0.3)
        canvas.mix(whole, core * patchy, GREY)

    def _paint_cerebellum(self, canvas: MrCanvas) -> None:
        surface = self._surface(canvas, CEREBELLUM)
        if surface.min() < 0:
            fluid = self.folding.leaf_distance(canvas, surface)
            whole = canvas.grid.whole
            canvas.mix(whole, canvas.cover(-fluid, 0.9) * np.float32(0.9), GREY)
            canvas.mix(whole, canvas.cover(2.0 - fluid, 1.2) * np.float32(0.8), WHITE)
        for dentate in DENTATES:
            canvas.paint(dentate.cut(canvas), NUCLEUS, softness_mm=2, strength=0.6)

    def _paint_deep(self, canvas: MrCanvas) -> None:
        for cistern in CISTERNS:
            self._ragged(canvas, cistern, CSF, 1.2)
        self._ragged(canvas, STEM, WHITE, 0.5)
        canvas.paint(STEM.cut(canvas), DEEP_GREY, grow_mm=-4, softness_mm=6, strength=0.35)
        for nucleus in STEM_NUCLEI:
            canvas.paint(nucleus.cut(canvas), NUCLEUS, softness_mm=1.5, strength=0.8)
        for structures in DEEP:
            for shape, tissue in structures:
                self._ragged(canvas, shape, tissue, 0.7)

    def _ragged(self, canvas: MrCanvas, shape: Solid, tissue: Tissue,
                amount_mm: float) -> None:  # fmt: skip
        patch = shape.cut(canvas)
        if patch is not None:
            edge = patch.distance + amount_mm * canvas.texture(self.mid)[patch.view.where]
            canvas.paint(Patch(patch.view, edge), tissue, softness_mm=1.2)

    def _paint_fluid(self, canvas: MrCanvas) -> None:
        for tube in VENTRICLES:
            canvas.paint(tube.cut(canvas), HALO, grow_mm=1.5, softness_mm=3, strength=0.5)
        for tube in VENTRICLES:
            canvas.paint(tube.cut(canvas), CSF)
        if 60 < canvas.s < 78:
            septum = Tube([(0, -34, canvas.s, 0.7), (0, 14, canvas.s, 0.7)], 20)
            canvas.paint(septum.cut(canvas), WHITE)
        for shape in MIDLINE_FLUID:
            canvas.paint(shape.cut(canvas), CSF)

    def _paint_lesions(self, canvas: MrCanvas) -> None:
        for centre, semi in LESIONS:
            patch = Ellipsoid(centre, semi, (0.9, 0.4, 0.1)).cut(canvas)
            if patch is not None:
                edge = patch.distance + 0.5 * canvas.texture(self.mid)[patch.view.where]
                canvas.paint(Patch(patch.view, edge), HALO, grow_mm=1.2, softness_mm=3)
                canvas.paint(Patch(patch.view, edge), PLAQUE, softness_mm=1.5)
