"""Organs of the abdomen and pelvis."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from operations.demo.noise import SolidNoise
from operations.demo.raster import Canvas, Patch, Plane
from operations.demo.shapes import Ellipsoid, Loft, Tube
from operations.demo.torso.chest import BLOOD_SUV
from operations.demo.torso.wall import CAVITY
from operations.demo.trees import Beads, Growth, grow, scatter

LIVER_HU, LIVER_SUV = 108.0, 2.1
LIVER = Loft(
    [
        (184, -55, -15, (110, 110, 105, 80, 65, 60, 66, 78, 92, 104, 115, 120, 120, 120, 115, 110)),
        (
            215,
            -55,
            -15,
            (110, 110, 118, 112, 78, 60, 56, 66, 84, 100, 115, 120, 120, 120, 115, 110),
        ),
        (235, -58, -15, (110, 110, 125, 120, 66, 48, 46, 58, 80, 98, 115, 120, 120, 120, 115, 110)),
        (258, -60, -14, (110, 105, 112, 94, 58, 42, 42, 52, 66, 88, 110, 120, 120, 120, 115, 110)),
        (280, -64, -12, (108, 98, 92, 66, 46, 38, 40, 44, 50, 68, 96, 110, 115, 115, 112, 110)),
        (300, -76, -8, (96, 84, 66, 50, 40, 36, 36, 38, 44, 58, 78, 90, 95, 95, 95, 96)),
        (325, -88, -4, (62, 54, 46, 38, 33, 30, 30, 33, 38, 50, 60, 70, 70, 70, 66, 64)),
        (356, -98, 2, (36, 33, 29, 26, 24, 23, 24, 27, 31, 36, 40, 46, 46, 44, 40, 38)),
    ],
    cap_mm=(0.0, 22.0),
)
FISSURE = Tube(
    [(-9, -84, 266, 0.8), (-10, -70, 263, 2.2), (-14, -48, 261, 3.2), (-20, -38, 259, 1.6)]
)
SPLEEN = Loft(
    [
        (214, 96, 30, (26, 34, 46, 60, 60, 50, 40, 36, 34, 32, 28, 20, 15, 14, 16, 20)),
        (245, 104, 30, (40, 46, 52, 60, 60, 56, 48, 44, 42, 36, 26, 18, 13, 12, 16, 28)),
        (275, 106, 30, (34, 40, 48, 58, 60, 56, 48, 42, 38, 32, 22, 15, 12, 12, 15, 24)),
        (305, 108, 28, (22, 26, 32, 42, 48, 44, 36, 30, 26, 22, 16, 13, 12, 12, 13, 17)),
    ],
    cap_mm=(22.0, 26.0),
)


def _kidney_radii(long: float, short: float, side: int) -> list[float]:
    """Return the radii of an oval whose long axis points back and outwards."""
    angle = np.arange(16) * (2 * np.pi / 16)
    lean = angle - side * np.deg2rad(135)
    radii = 1 / np.sqrt((np.cos(lean) / long) ** 2 + (np.sin(lean) / short) ** 2)
    return [float(r) for r in radii]


KIDNEYS = {
    side: Loft(
        [
            (low, side * 55, 42, _kidney_radii(23, 19, side)),
            (low + 30, side * 63, 41, _kidney_radii(31, 25, side)),
            (low + 62, side * 69, 38, _kidney_radii(33, 26, side)),
            (low + 92, side * 74, 34, _kidney_radii(29, 24, side)),
            (low + 114, side * 77, 31, _kidney_radii(22, 19, side)),
        ],
        cap_mm=(24.0, 26.0),
    )
    for side, low in ((1, 250), (-1, 263))
}
PSOAS = {
    side: Loft(
        [
            (272, side * 26, 36, (7, 7, 7, 7, 7, 7, 8, 8, 8)),
            (310, side * 33, 31, (14, 13, 12, 12, 12, 13, 14, 14, 14)),
            (360, side * 41, 28, (19, 18, 17, 17, 17, 18, 19, 19, 19)),
            (420, side * 52, 18, (22, 21, 20, 19, 19, 20, 21, 22, 22)),
            (480, side * 66, -14, (18, 19, 20, 20, 20, 20, 19, 18, 18)),
            (540, side * 74, -30, (16, 17, 18, 18, 18, 18, 17, 16, 16)),
        ],
        cap_mm=(8.0, 20.0),
    )
    for side in (-1, 1)
}
QUADRATI = [
    Tube([(s * 46, 70, 285, 6), (s * 52, 71, 330, 9), (s * 60, 68, 385, 11)]) for s in (-1, 1)
]
CRURA = [
    Tube([(-12, 20, 232, 4), (-11, 14, 258, 5), (-12, 12, 285, 4.5), (-11, 13, 308, 3)]),
    Tube([(24, 26, 232, 3.5), (20, 20, 258, 4.2), (18, 16, 282, 3.6), (14, 14, 298, 2.6)]),
    Tube([(-12, 12, 244, 3), (2, 2, 246, 3), (18, 10, 244, 3)]),
]
ADRENALS = [
    Tube([(s * 26, 12, 247, 2.2), (s * 29, 22, 250, 3.0), (s * (29 + d), 33, 253, 2.0)])
    for s in (-1, 1)
    for d in (-5, 6)
]
PANCREAS = Tube(
    [(86, 18, 262, 9), (66, 6, 266, 10.5), (40, -8, 270, 10), (16, -20, 275, 8.5),
     (-6, -22, 280, 9.5), (-22, -16, 290, 13), (-24, -10, 304, 12), (-16, -6, 314, 9)]
)  # fmt: skip
PORTAL = [
    Tube([(88, 24, 258, 4), (60, 12, 266, 4.6), (32, 0, 271, 5), (4, -9, 274, 6),
          (-10, -10, 273, 7)]),
    Tube([(10, -22, 372, 4), (4, -18, 330, 5), (-2, -13, 298, 6), (-10, -10, 274, 7),
          (-24, -10, 264, 7), (-38, -14, 257, 6.6), (-50, -14, 252, 5.6)]),
    Tube([(-36, -14, 257, 5), (-30, -30, 252, 4.4), (-14, -42, 247, 3.6)]),
    Tube([(44, 28, 297, 4.5), (22, 6, 294, 4.8), (4, -6, 291, 4.6), (-16, 2, 292, 5)]),
    Tube([(-46, 30, 309, 4.5), (-32, 16, 306, 4.8), (-22, 8, 304, 5)]),
]  # fmt: skip
BRANCHES = [
    Tube([(10, 8, 256, 4), (9, -4, 257, 3.6), (2, -9, 258, 3)]),
    Tube([(9, -4, 257, 2.8), (-8, -10, 258, 2.5), (-26, -16, 262, 2.2)]),
    Tube(
        [
            (9, -4, 257, 2.8),
            (30, 6, 255, 2.6),
            (48, 4, 259, 2.6),
            (70, 18, 256, 2.4),
            (90, 26, 258, 2),
        ]
    ),
    Tube(
        [
            (9, 3, 268, 3.6),
            (8, -10, 278, 3.4),
            (8, -18, 300, 3.2),
            (8, -20, 350, 2.6),
            (12, -24, 390, 1.8),
        ]
    ),
    Tube([(12, 10, 292, 3), (30, 22, 297, 2.6), (46, 33, 301, 2.2)]),
    Tube([(2, 8, 294, 3), (-20, 20, 302, 2.6), (-46, 33, 312, 2.2)]),
    Tube([(5, -11, 345, 1.8), (16, -14, 372, 1.8), (24, -8, 400, 1.6)]),
]
STOMACH = Tube(
    [(62, 16, 210, 22), (66, 10, 222, 30), (68, -4, 240, 31), (66, -24, 258, 29),
     (56, -44, 276, 24), (34, -56, 290, 19), (8, -56, 295, 15), (-16, -46, 293, 11)]
)  # fmt: skip
DUODENUM = Tube(
    [(-18, -46, 292, 11), (-36, -34, 292, 11.5), (-42, -16, 302, 12), (-42, 0, 322, 12),
     (-30, 4, 342, 12), (-8, -8, 350, 11), (18, -10, 344, 11), (36, -8, 326, 10.5)]
)  # fmt: skip
COLON = Tube(
    [(-84, 6, 412, 25), (-90, 10, 392, 24), (-96, 14, 365, 22), (-96, 6, 346, 21),
     (-88, -28, 338, 19), (-66, -62, 345, 18), (-30, -74, 356, 17), (10, -77, 360, 17),
     (48, -70, 348, 17), (84, -48, 322, 17), (102, -20, 300, 17), (108, 12, 302, 15),
     (106, 26, 330, 14), (104, 26, 370, 13), (100, 18, 410, 13), (86, 0, 440, 13),
     (60, -6, 462, 13), (30, 4, 455, 14), (6, 20, 470, 14), (0, 40, 490, 15), (0, 52, 515, 16),
     (0, 48, 545, 12)],
    4.0,
)  # fmt: skip
GALLBLADDER = Ellipsoid((-52, -56, 300), (29, 15, 13), (0.15, -0.45, 0.88))
CYSTS = [Ellipsoid((-96, 10, 262), (7, 6.5, 7)), Ellipsoid((78, 46, 318), (9, 9, 9))]
BLADDER = Ellipsoid((0, -22, 520), (40, 32, 30))
FLUID_LEVEL_Y = -30.0


def _bowel_loops(seed: int) -> list[tuple[Tube, bool]]:
    """Return small-bowel loops as short bent tubes that fill the middle of the abdomen."""
    rng = np.random.default_rng(seed)
    loops = []
    for s in np.arange(318, 490, 15.0):
        for x in np.arange(-62, 80, 25.0):
            for y in np.arange(-70, 0, 24.0):
                centre = np.array([x, y, s]) + rng.uniform(-6, 6, 3)
                if s < 345 and x < 12:
                    continue
                way = rng.standard_normal(3) * (1, 1, 0.45)
                way *= rng.uniform(12, 22) / np.linalg.norm(way)
                bend = rng.standard_normal(3) * 7
                radius = rng.uniform(8.5, 11.5)
                path = (centre - way, centre + bend, centre + way)
                knots = [(p[0], p[1], p[2], radius * rng.uniform(0.85, 1.05)) for p in path]
                loops.append((Tube(knots, 8), bool(rng.random() < 0.12)))
    order = rng.permutation(len(loops))
    return [loops[i] for i in order]


class Abdomen:
    """Paints the organs below the diaphragm."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.wide = SolidNoise(seed + 21, 50)
        self.mid = SolidNoise(seed + 22, 14)
        self.fine = SolidNoise(seed + 23, 5, 48)
        self.loops = _bowel_loops(seed)

    @cached_property
    def _liver_vessels(self) -> tuple[Beads, Beads]:
        """Portal and hepatic veins inside the liver."""
        rng = np.random.default_rng(self.seed + 5)
        targets = scatter(
            rng, np.array([(-130.0, 40.0), (-80.0, 60.0), (198.0, 340.0)]), _in_liver, 520
        )
        growth = Growth(150, 0.75, 2.6, 5.5, 9.0)
        portal = np.array([(-50, -14, 252), (-14, -42, 247)], float)
        hepatic = np.array([(-34, 0, 208), (-26, -6, 206), (-18, -6, 207)], float)
        return (
            Beads([grow(rng, portal, targets[:150], growth)]),
            Beads([grow(rng, hepatic, targets[150:300], growth)]),
        )

    @cached_property
    def _mesentery(self) -> Beads:
        """Vessels of the bowel."""
        rng = np.random.default_rng(self.seed + 6)
        box = np.array([(-80.0, 90.0), (-75.0, -5.0), (300.0, 440.0)])
        targets = scatter(rng, box, lambda x, y, s: x > -1e9, 420)
        roots = np.array([(8, -20, 320), (4, -18, 335), (10, -22, 372), (8, -20, 350)], float)
        return Beads([grow(rng, roots, targets, Growth(420, 0.4, 2.9, 3.0, 9.0))])

    def paint(self, canvas: Canvas, cavity: Plane, below: Plane, thickness_mm: float) -> None:
        """Paint the abdomen; ``below`` is the distance to the diaphragm, positive below it."""
        if not 180 < canvas.s < 590:
            return
        self._paint_kidneys(canvas)
        self._paint_posterior(canvas)
        self._paint_gut(canvas, np.maximum(cavity + 2, 3 - below), thickness_mm)
        self._paint_spleen(canvas, cavity, below)
        self._paint_liver(canvas, cavity, below, thickness_mm)
        self._paint_middle(canvas)

    def _paint_posterior(self, canvas: Canvas) -> None:
        for shape in (*PSOAS.values(), *QUADRATI, *CRURA):
            patch = shape.cut(canvas)
            if patch is not None:
                flesh = 60 + 3 * canvas.texture(self.mid)[patch.view.where]
                canvas.paint(patch, flesh, 0.7)
        for gland in ADRENALS:
            canvas.paint(gland.cut(canvas), 72.0, 1.2)

    def _paint_liver(self, canvas: Canvas, cavity: Plane, below: Plane, thickness: float) -> None:
        patch = LIVER.cut(canvas)
        if patch is None:
            return
        where, grid, s = patch.view.where, canvas.grid, canvas.s
        edge = patch.distance + 1.5 * canvas.texture(self.wide)[where]
        edge = np.maximum(edge, np.maximum(cavity[where] + 1.6, 2.0 - below[where]))
        share = canvas.cover(edge)
        body = (
            LIVER_HU + 2.5 * canvas.texture(self.mid)[where] + 2 * canvas.texture(self.fine)[where]
        )
        canvas.mix(patch.view, share, body, LIVER_SUV)
        both = self._liver_vessels if thickness > 0 else ()
        for vessels, hu in zip(both, (150.0, 144.0), strict=False):
            canvas.mix(patch.view, vessels.share(grid, s, thickness)[where] * share, hu, 2.0)
        canvas.paint(FISSURE.cut(canvas), -60.0, 0.6, softness_mm=2)
        canvas.paint(CYSTS[0].cut(canvas), 6.0, 0.4)

    def _paint_spleen(self, canvas: Canvas, cavity: Plane, below: Plane) -> None:
        patch = SPLEEN.cut(canvas)
        if patch is None:
            return
        where = patch.view.where
        edge = patch.distance + 1.5 * canvas.texture(self.wide)[where]
        edge = np.maximum(edge, np.maximum(cavity[where] + 1.6, 2.0 - below[where]))
        canvas.mix(patch.view, canvas.cover(edge), 122.0, 1.9)

    def _paint_kidneys(self, canvas: Canvas) -> None:
        for side, kidney in KIDNEYS.items():
            patch = kidney.cut(canvas)
            if patch is not None:
                self._paint_kidney(canvas, patch, kidney, side)
        canvas.paint(CYSTS[1].cut(canvas), 4.0, 0.4)

    def _paint_kidney(self, canvas: Canvas, patch: Patch, kidney: Loft, side: int) -> None:
        where, s = patch.view.where, canvas.s
        middle = (kidney.knots[0] + kidney.knots[-1]) / 2
        x, y = kidney.centre(s)
        opening = max(0.0, 1 - ((s - middle) / 36) ** 2)
        root = opening**0.5
        hilum = Tube(
            [(x + side * 3, y - 1, s, 9.5 * root + 0.1),
             (x - side * 14, y - 11, s, 6.5 * root + 0.1),
             (x - side * 30, y - 22, s, 9 * root + 0.1)]
        ).cut(canvas)  # fmt: skip
        fine, mid = (canvas.texture(n)[where] for n in (self.fine, self.mid))
        deep = np.clip((-patch.distance - 4) / 3, 0, 1) * np.clip(mid * 1.6, 0, 1)
        canvas.paint(patch, 178 - 26 * deep + 3 * fine, 3.2)
        if hilum is None or opening <= 0:
            return
        ragged = hilum.distance + 2.0 * canvas.texture(self.mid)[hilum.view.where]
        canvas.paint(Patch(hilum.view, ragged), -85.0, 1.0, softness_mm=2)
        funnel = [(x + side * 2, y - 1, s, 3.0 * root), (x - side * 12, y - 10, s, 3.6 * root),
                  (x - side * 20, y - 14, s, 1.8 * root)]  # fmt: skip
        canvas.paint(Tube(funnel).cut(canvas), 16.0, 7.0, softness_mm=2)
        for turn in (-1.0, 0.1, 1.1):
            reach = 11 + 3 * np.sin(9 * turn + s / 5)
            end = (x + side * reach * np.cos(turn), y + reach * np.sin(turn), s, 1.6 * root)
            calyx = Tube([(x + side * 2, y - 1, s, 1.6 * root), end])
            canvas.paint(calyx.cut(canvas), 20.0, 6.0, softness_mm=2)

    def _paint_gut(self, canvas: Canvas, limit: Plane, thickness_mm: float) -> None:
        grid, s = canvas.grid, canvas.s
        if s > 290 and thickness_mm > 0:
            vessels = self._mesentery.share(grid, s, thickness_mm) * (limit < 0)
            canvas.mix(grid.whole, vessels, 130.0, BLOOD_SUV)
        for loop, gas in self.loops:
            self._paint_loop(canvas, _kept_in(loop.cut(canvas), limit), gas)
        self._paint_loop(canvas, DUODENUM.cut(canvas), False)
        self._paint_colon(canvas, limit)
        self._paint_stomach(canvas, limit)

    def _paint_loop(self, canvas: Canvas, patch: Patch | None, gas: bool) -> None:
        if patch is None:
            return
        where = patch.view.where
        folds = canvas.texture(self.fine)[where]
        ruffle = patch.distance + 0.7 * canvas.texture(self.mid)[where]
        whole = Patch(patch.view, ruffle)
        canvas.paint(whole, FAT_GAP_HU, 0.5, grow_mm=0.8)
        canvas.paint(whole, 86.0, 1.4, grow_mm=-0.4)
        canvas.paint(whole, 34 + 14 * folds, 1.3, grow_mm=-2.6, softness_mm=1.6)
        if gas:
            top = patch.view.y - np.float32(np.median(patch.view.y) - 2)
            bubble = np.maximum(ruffle + 3.2, top)
            canvas.mix(patch.view, canvas.cover(bubble), -960.0, 0.3)

    def _paint_colon(self, canvas: Canvas, limit: Plane) -> None:
        patch = _kept_in(COLON.cut(canvas, 6), limit)
        if patch is None:
            return
        where = patch.view.where
        wide, mid = canvas.texture(self.wide)[where], canvas.texture(self.mid)[where]
        haustra = patch.distance + 1.6 * mid + 1.0 * wide
        whole = Patch(patch.view, haustra)
        canvas.paint(whole, 70.0, 1.5)
        speckle = np.minimum(canvas.texture(self.fine)[where], 0.6)
        stool = 10 + 45 * speckle - 330 * np.clip(-mid - 0.9 - 0.4 * speckle, 0, 1)
        canvas.paint(whole, stool, 1.2, grow_mm=-2.2, softness_mm=1.2)
        gas = np.maximum(haustra + 2.4, patch.view.y + 62 + 5 * wide)
        canvas.mix(patch.view, canvas.cover(gas), -965.0, 0.2)

    def _paint_stomach(self, canvas: Canvas, limit: Plane) -> None:
        patch = _kept_in(STOMACH.cut(canvas, 6), limit)
        if patch is None:
            return
        where = patch.view.where
        rugae = 1.5 * canvas.texture(self.mid)[where]
        inner = patch.distance + 4.2 + rugae
        canvas.paint(patch, 88.0, 1.7)
        meal = 22 + 10 * canvas.texture(self.mid, 90)[where] + 8 * canvas.texture(self.fine)[where]
        canvas.mix(patch.view, canvas.cover(inner), meal, 0.8)
        gas = np.maximum(inner, patch.view.y - np.float32(FLUID_LEVEL_Y) + 0 * inner)
        canvas.mix(patch.view, canvas.cover(gas), -975.0, 0.1)

    def _paint_middle(self, canvas: Canvas) -> None:
        patch = PANCREAS.cut(canvas, 4)
        if patch is not None:
            where = patch.view.where
            lobes = patch.distance + 1.8 * canvas.texture(self.mid)[where]
            lobes += 0.6 * canvas.texture(self.fine)[where]
            canvas.mix(patch.view, canvas.cover(lobes + 1), 92.0, 1.4)
        bladder = GALLBLADDER.cut(canvas)
        canvas.paint(bladder, 62.0, 1.0, grow_mm=1.2)
        canvas.paint(bladder, 9.0, 0.5, grow_mm=-0.6)
        for tube in PORTAL:
            canvas.paint(tube.cut(canvas), 152.0, BLOOD_SUV)
        for tube in BRANCHES:
            canvas.paint(tube.cut(canvas), 160.0, BLOOD_SUV)
        urine = BLADDER.cut(canvas)
        canvas.paint(urine, 42.0, 1.0, grow_mm=2.5)
        canvas.paint(urine, 6.0, 20.0)


FAT_GAP_HU = -92.0


def _kept_in(patch: Patch | None, limit: Plane) -> Patch | None:
    if patch is None:
        return None
    return Patch(patch.view, np.maximum(patch.distance, limit[patch.view.where]))


def _in_liver(x: NDArray, y: NDArray, s: NDArray) -> NDArray:
    kept = np.zeros(len(x), bool)
    for depth in np.unique(np.round(s / 10) * 10):
        here = np.abs(s - depth) <= 5
        inside = np.ones(int(here.sum()), bool)
        for shape, slack in ((LIVER, 8.0), (CAVITY, 10.0)):
            cx, cy = shape.centre(depth)
            dx, dy = x[here] - cx, y[here] - cy
            turn = (np.arctan2(dx, -dy) / (2 * np.pi)) % 1.0
            table = shape.table(depth)
            inside &= np.hypot(dx, dy) < table[(turn * len(table)).astype(int) % len(table)] - slack
        kept[here] = inside
    return kept
