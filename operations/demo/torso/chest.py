"""Lungs, airways, heart and great vessels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from operations.demo.noise import SolidNoise
from operations.demo.raster import Canvas, Grid, Plane, smooth_max
from operations.demo.shapes import Ellipsoid, Loft, Tube
from operations.demo.torso.wall import CAVITY
from operations.demo.trees import Beads, Growth, grow, scatter

LUNG_HU = -868.0
LUNG_SUV = 0.45
BLOOD_SUV = 1.6
# Sixteen radii from the front round by the patient's left.
MEDIASTINUM = Loft(
    [
        (5, 0, 8, (40, 36, 32, 30, 29, 30, 34, 40, 44, 40, 34, 30, 29, 30, 32, 36)),
        (25, 0, 2, (50, 36, 30, 27, 27, 29, 34, 44, 50, 46, 36, 31, 31, 33, 34, 38)),
        (45, 0, 2, (60, 38, 29, 26, 26, 29, 36, 46, 50, 46, 36, 31, 31, 32, 32, 36)),
        (66, 2, 0, (70, 34, 28, 26, 28, 33, 40, 48, 48, 44, 36, 33, 32, 31, 29, 33)),
        (85, 2, 0, (74, 32, 26, 25, 26, 29, 35, 46, 48, 46, 34, 30, 31, 31, 28, 31)),
        (100, 4, 0, (78, 34, 32, 31, 32, 34, 38, 48, 50, 46, 36, 34, 35, 34, 28, 30)),
        (120, 6, 0, (82, 42, 42, 42, 36, 32, 36, 46, 50, 46, 36, 34, 36, 36, 33, 36)),
        (160, 6, 0, (84, 50, 48, 44, 36, 30, 34, 46, 50, 42, 30, 28, 34, 36, 38, 48)),
        (230, 6, 0, (90, 50, 46, 40, 32, 30, 36, 48, 54, 44, 30, 28, 34, 36, 38, 48)),
    ]
)
HEART = Loft(
    [
        (108, 4, -34, (30, 32, 35, 37, 38, 36, 33, 30, 28, 30, 33, 36, 38, 38, 35, 31)),
        (125, 8, -34, (38, 40, 44, 47, 47, 44, 40, 36, 34, 36, 40, 45, 48, 46, 42, 39)),
        (145, 12, -36, (40, 43, 50, 57, 59, 53, 45, 39, 36, 38, 44, 51, 56, 53, 46, 41)),
        (165, 18, -37, (41, 45, 54, 64, 66, 57, 46, 38, 34, 36, 43, 51, 58, 57, 48, 42)),
        (185, 24, -39, (40, 45, 54, 65, 65, 54, 42, 34, 31, 32, 38, 46, 55, 57, 49, 42)),
        (204, 30, -42, (37, 41, 48, 57, 55, 44, 34, 28, 25, 26, 31, 38, 47, 51, 46, 39)),
        (218, 36, -46, (30, 33, 38, 44, 41, 32, 24, 20, 18, 19, 22, 28, 35, 39, 36, 32)),
    ],
    cap_mm=(8.0, 12.0),
)
LV_WALL = Ellipsoid((45, -38, 172), (50, 31, 31), (0.72, -0.46, 0.50))
LV_CAVITY = Ellipsoid((42, -36, 170), (40, 20, 20), (0.72, -0.46, 0.50))
RV_WALL = Ellipsoid((14, -56, 172), (48, 22, 34), (0.80, -0.15, 0.55))
RV_CAVITY = Ellipsoid((13, -57, 171), (45, 19, 31), (0.80, -0.15, 0.55))
RA = Ellipsoid((-29, -30, 160), (23, 25, 34), (1, 0, 0))
LA = Ellipsoid((6, -4, 138), (33, 17, 22), (1, 0, 0))
OUTFLOW = Tube([(22, -62, 158, 15), (26, -62, 138, 14), (24, -54, 118, 14), (20, -42, 104, 13.5),
                (21, -30, 97, 12)])  # fmt: skip
AORTA = Tube(
    [(12, -30, 152, 13), (6, -33, 142, 17), (1, -38, 128, 16), (-3, -41, 108, 15.5),
     (-2, -38, 88, 15), (3, -28, 72, 14.5), (11, -12, 65, 14), (19, 6, 67, 13.5),
     (24, 22, 77, 13), (25, 33, 95, 12.5), (23, 37, 130, 12), (21, 36, 170, 12),
     (16, 29, 212, 11.5), (11, 18, 250, 11), (8, 9, 290, 10), (6, 0, 340, 9.5),
     (5, -3, 380, 9), (5, -2, 392, 9)]
)  # fmt: skip
VEINS = [
    Tube([(-140, -18, 50, 4), (-122, -26, 18, 5), (-62, -14, 6, 6), (-44, -22, 18, 6.5),
          (-30, -27, 42, 8), (-28, -26, 62, 9), (-28, -24, 100, 9.5), (-27, -24, 135, 10.5)]),
    Tube([(142, -18, 48, 4), (124, -26, 18, 5), (62, -20, 8, 6), (46, -32, 24, 6.5),
          (22, -46, 44, 6.5), (-6, -44, 54, 6.8), (-27, -32, 62, 7.5)]),
    Tube([(-24, -20, 178, 13), (-25, -4, 196, 12.5), (-25, 8, 215, 12), (-24, 12, 250, 11.5),
          (-22, 9, 285, 11), (-19, 3, 330, 11), (-17, 1, 365, 10.5), (-14, 4, 400, 10)]),
    Tube([(-8, 33, 110, 3.6), (-7, 33, 180, 3.4), (-5, 24, 250, 2.8)]),
    Tube([(-8, 33, 110, 3.4), (-18, 26, 96, 3.6), (-26, 0, 90, 3.8), (-28, -14, 94, 4)]),
]  # fmt: skip
ARTERIES = [
    Tube([(1, -28, 66, 7), (-8, -23, 48, 6.5), (-22, -16, 24, 6), (-30, -8, 2, 3.8),
          (-32, -4, -40, 3.6)]),
    Tube([(9, -16, 62, 4.6), (16, -12, 36, 4), (24, -8, 0, 3.8), (28, -4, -40, 3.6)]),
    Tube([(18, 2, 62, 5.4), (24, 6, 36, 5), (34, 4, 12, 5), (60, -4, 2, 4.6), (92, -14, 4, 4.4),
          (128, -16, 12, 4.0), (146, -8, 44, 3.6), (158, 2, 20, 3.4)]),
    Tube([(-24, -14, 20, 5), (-50, -4, 8, 4.8), (-92, -14, 6, 4.4),
          (-128, -16, 14, 4.0), (-145, -8, 46, 3.6), (-158, 2, 22, 3.4)]),
]  # fmt: skip
PULMONARY = [
    Tube([(20, -28, 100, 12), (4, -17, 105, 11.5), (-18, -12, 108, 11), (-34, -6, 112, 9.5),
          (-42, -1, 120, 7.5)]),
    Tube([(21, -28, 98, 12), (34, -10, 94, 11.5), (44, 6, 97, 10.5), (48, 14, 108, 9),
          (50, 18, 120, 7)]),
    Tube([(-14, -8, 134, 8), (-34, -14, 126, 6.5), (-44, -18, 118, 5.5)]),
    Tube([(-14, 0, 142, 8), (-36, 10, 148, 6.5), (-46, 14, 153, 5.5)]),
    Tube([(28, -8, 130, 8), (42, -16, 122, 6.5), (50, -20, 114, 5.5)]),
    Tube([(26, 2, 142, 8), (42, 14, 147, 6.5), (52, 18, 152, 5.5)]),
]  # fmt: skip
ROOTS = {
    -1: (((-42, -1, 120), (-38, -6, 108)), ((-44, -18, 118), (-46, 14, 153))),
    1: (((50, 18, 120), (44, 4, 97)), ((50, -20, 114), (52, 18, 152))),
}
AIRWAYS = [
    Tube([(0, -6, -90, 7.5), (0, -4, -30, 8.2), (0, 2, 10, 8.4), (-1, 6, 50, 8.6),
          (-3, 9, 86, 9.2)]),
    Tube([(-3, 9, 84, 8.6), (-16, 9, 97, 7.2), (-32, 7, 108, 6.2), (-38, 6, 122, 5.2),
          (-44, 8, 142, 4.0), (-54, 16, 164, 2.6), (-64, 28, 186, 1.7)]),
    Tube([(-3, 9, 84, 8.4), (14, 11, 100, 6.6), (30, 14, 112, 5.6), (40, 17, 124, 5.0),
          (50, 22, 142, 3.8), (60, 30, 164, 2.5), (70, 38, 184, 1.7)]),
    Tube([(-30, 7, 106, 5), (-44, 4, 100, 4.2), (-56, 0, 90, 3), (-66, -2, 74, 2),
          (-72, 0, 60, 1.4)]),
    Tube([(-46, 4, 100, 3.2), (-60, -16, 98, 2.4), (-74, -34, 96, 1.6)]),
    Tube([(-48, 4, 98, 3), (-64, 16, 84, 2.1), (-76, 28, 74, 1.4)]),
    Tube([(-40, 4, 126, 3.6), (-50, -18, 140, 2.6), (-62, -38, 150, 1.7)]),
    Tube([(36, 16, 118, 4.4), (50, 4, 112, 3.4), (60, -14, 104, 2.5), (68, -32, 96, 1.6)]),
    Tube([(48, 6, 112, 3), (60, 10, 92, 2.1), (68, 14, 74, 1.4)]),
    Tube([(48, 2, 113, 2.8), (58, -22, 132, 2.1), (70, -46, 146, 1.4)]),
    Tube([(-46, 10, 146, 3), (-70, 20, 160, 2), (-88, 26, 172, 1.4)]),
    Tube([(52, 24, 146, 2.8), (74, 28, 162, 1.9), (92, 32, 174, 1.3)]),
    Tube([(-46, 10, 140, 2.8), (-58, 40, 138, 2), (-66, 58, 136, 1.3)]),
    Tube([(50, 22, 140, 2.8), (62, 46, 138, 1.9), (70, 60, 136, 1.3)]),
]  # fmt: skip
OESOPHAGUS = Tube(
    [(2, 8, -60, 6), (4, 12, -10, 6), (5, 20, 40, 6.5), (5, 24, 85, 6.5), (4, 22, 130, 6.5),
     (8, 20, 180, 6.8), (18, 16, 212, 7.5), (34, 12, 226, 9)]
)  # fmt: skip

NODES = [
    Ellipsoid(centre, semi)
    for centre, semi in (
        ((-14, -4, 78), (4, 3, 5)), ((-20, -12, 62), (3, 3, 4)), ((6, 16, 106), (6, 3, 6)),
        ((14, -20, 84), (3.5, 3, 4)), ((-92, -22, 50), (4, 6, 5)), ((96, -24, 58), (5, 4, 6)),
        ((118, -30, 40), (4, 6, 5)), ((-120, -26, 66), (4, 5, 6)),
    )
]  # fmt: skip


Point = tuple[float, float, float]


@dataclass(frozen=True)
class Nodule:
    """A round opacity of the lung, diameter in mm."""

    centre: Point
    diameter_mm: float
    hu: float = 38.0
    suv: float = 1.2
    spikes: int = 9


def dome_depth(grid: Grid, breath_mm: float) -> tuple[Plane, Plane]:
    """Return the depth of the right and of the left half of the diaphragm, mm."""
    x, y = grid.x, grid.y
    wall = 1 + (CAVITY.over(grid, 225) / np.maximum(grid.radius - CAVITY.over(grid, 225), 1))
    rim = 236 + 0.22 * y + 6 * np.abs(x) / 100
    sides = []
    for side, top in ((-1, 186.0), (1, 197.0)):
        e = np.clip(np.hypot((x - side * 62) / 96, (y + 12) / 98), 0, None)
        rise = np.clip(np.maximum(e, wall), 0, 1.2) ** 3.2
        sides.append((top + breath_mm + (rim - top) * rise).astype(np.float32))
    return sides[0], sides[1]


class Chest:
    """Paints the organs of the chest."""

    def __init__(
        self,
        seed: int,
        breath_mm: float,
        nodules: tuple[Nodule, ...] = (),
        hot_nodes: tuple[Point, ...] = (),
    ) -> None:
        self.breath_mm = breath_mm
        self.nodules = nodules
        self.hot_nodes = [Ellipsoid(centre, (8, 6, 9)) for centre in hot_nodes]
        self.seed = seed
        self.wide = SolidNoise(seed + 11, 55)
        self.mid = SolidNoise(seed + 12, 16)
        self.fine = SolidNoise(seed + 13, 4.2, 64)
        self.coarse = Grid(96, 96, 4.0)
        self._domes: dict[Grid, tuple[Plane, Plane]] = {}
        self.vessels = self._grow_vessels()

    def above_diaphragm(self, grid: Grid, s: float) -> Plane:
        """Return the signed distance to the diaphragm, negative in the chest, mm."""
        if grid not in self._domes:
            self._domes[grid] = self._dome(grid)
        dome, lean = self._domes[grid]
        return (np.float32(s) - dome) * lean

    def _dome(self, grid: Grid) -> tuple[Plane, Plane]:
        right, left = dome_depth(grid, self.breath_mm)
        dome = -smooth_max(-right, -left, 4.0)
        dome += np.float32(1.2) * self.wide.plane(grid, 40.0)
        down, across = np.gradient(dome, grid.pixel_mm)
        return dome, (1 / np.sqrt(1 + down**2 + across**2)).astype(np.float32)

    def lung_distance(self, canvas: Canvas, cavity: Plane) -> Plane:
        """Return the signed distance to the pleura before the mediastinum is painted."""
        return np.maximum(cavity + np.float32(1.0), self.above_diaphragm(canvas.grid, canvas.s))

    def _inside(self, side: int) -> NDArray:
        """Return a coarse boolean volume (s, y, x; 4 mm) of one lung."""
        layers = []
        for s in range(0, 264, 4):
            canvas = Canvas(self.coarse, float(s))
            cavity = CAVITY.over(self.coarse, s) if s >= 8 else np.full((96, 96), 50, np.float32)
            lung = self.lung_distance(canvas, cavity) < -3.0
            lung &= self.coarse.x * side > 0
            for shape in (MEDIASTINUM, HEART):
                patch = shape.cut(canvas)
                if patch is not None:
                    lung[patch.view.where] &= patch.distance > 3
            layers.append(lung)
        return np.stack(layers)

    def _grow_vessels(self) -> Beads:
        rng = np.random.default_rng(self.seed)
        parts = []
        for side in (-1, 1):
            volume = self._inside(side)
            box = np.array([(-190.0, 190.0), (-190.0, 190.0), (0.0, 260.0)])

            def inside(x: NDArray, y: NDArray, s: NDArray, volume: NDArray = volume) -> NDArray:
                index = [
                    np.clip(np.rint(v).astype(int), 0, n - 1)
                    for v, n in zip((s / 4, y / 4 + 47.5, x / 4 + 47.5), volume.shape, strict=True)
                ]
                return np.asarray(volume[tuple(index)])

            for roots, count in zip(ROOTS[side], (1250, 950), strict=True):
                targets = scatter(rng, box, inside, count, 30)
                growth = Growth(count, 0.44, 2.5, 6.5)
                parts.append(grow(rng, np.array(roots, float), targets, growth))
        return Beads(parts)

    def paint_lungs(self, canvas: Canvas, cavity: Plane, thickness_mm: float) -> None:
        """Paint aerated lung with its vessels, fissures and nodules."""
        grid, s = canvas.grid, canvas.s
        if not 4 < s < 275:
            return
        distance = self.lung_distance(canvas, cavity)
        lobule = canvas.texture(self.fine)
        tissue = LUNG_HU + 0.30 * grid.y + 9 * canvas.texture(self.mid) + 9 * lobule
        tissue += 14 * np.exp(np.minimum(distance, 0) / 5)
        share = canvas.cover(distance)
        canvas.mix(grid.whole, share, tissue, LUNG_SUV)
        self._paint_fissures(canvas, share)
        if thickness_mm > 0:
            vessel = self.vessels.share(grid, s, thickness_mm) * share
            canvas.mix(grid.whole, vessel, 110.0, BLOOD_SUV)
        for nodule in self.nodules:
            paint_nodule(canvas, nodule, self.mid, share)

    def _paint_fissures(self, canvas: Canvas, share: Plane) -> None:
        grid, s = canvas.grid, canvas.s
        warp = 2.5 * self.wide.plane(grid, 10.0) + 0.007 * (np.abs(grid.x) - 70) ** 2
        oblique = (s - 62 - 0.92 * (66 - grid.y) + warp) * np.float32(0.72)
        sheet = np.maximum(0, 1 - (oblique / 1.9) ** 2) * np.float32(0.16)
        canvas.mix(grid.whole, sheet * share, -350.0, None)
        level = (s - 118 - 0.14 * grid.y + warp) * (grid.x < 0)
        minor = (
            np.maximum(0, 1 - (level / 3.7) ** 2)
            * np.float32(0.05)
            * (oblique < 0)
            * (grid.x < -20)
        )
        canvas.mix(grid.whole, minor * share, -350.0, None)

    def paint_mediastinum(self, canvas: Canvas, cavity: Plane) -> None:
        """Paint the fat between the lungs, the heart and the great vessels."""
        s = canvas.s
        chest = np.maximum(cavity, self.above_diaphragm(canvas.grid, s) - 3)
        for shape, grown in ((MEDIASTINUM, 0.0), (HEART, 3.0)):
            patch = shape.cut(canvas) if s < 245 else None
            if patch is not None:
                clipped = np.maximum(patch.distance - grown, chest[patch.view.where])
                canvas.mix(patch.view, canvas.cover(clipped), -92.0, 0.5)
        self._paint_heart(canvas)
        for tube in VEINS:
            canvas.paint(tube.cut(canvas), 138.0, BLOOD_SUV)
        for tube in (OUTFLOW, *PULMONARY):
            canvas.paint(tube.cut(canvas), 147.0, BLOOD_SUV)
        arteries = [tube.cut(canvas) for tube in (AORTA, *ARTERIES)]
        for patch in arteries:
            canvas.paint(patch, 62.0, BLOOD_SUV, grow_mm=1.0)
        for patch in arteries:
            canvas.paint(patch, 162.0, BLOOD_SUV)
        self._paint_small(canvas)

    def _paint_heart(self, canvas: Canvas) -> None:
        heart = HEART.cut(canvas)
        if heart is None:
            return
        canvas.seam(heart, 40.0, 0.9, 0.8)
        hu, suv = canvas.hu[heart.view.where].copy(), canvas.suv[heart.view.where].copy()
        fat = canvas.hu[heart.view.where]
        fat += canvas.cover(heart.distance + 2) * (-88 - fat)
        grain = 3 * canvas.texture(self.mid)
        for shape, blood, uptake in (
            (LA, 150.0, BLOOD_SUV), (RA, 140.0, BLOOD_SUV), (RV_WALL, 104.0, 2.0),
            (RV_CAVITY, 147.0, BLOOD_SUV), (LV_WALL, 112.0, 9.0), (LV_CAVITY, 154.0, 2.2),
        ):  # fmt: skip
            patch = shape.cut(canvas)
            if patch is not None:
                canvas.paint(patch, blood + grain[patch.view.where], uptake, softness_mm=1.6)
        inside = canvas.cover(heart.distance)
        for plane, before in ((canvas.hu, hu), (canvas.suv, suv)):
            part = plane[heart.view.where]
            part += (1 - inside) * (before - part)

    def _paint_small(self, canvas: Canvas) -> None:
        for tube in AIRWAYS:
            patch = tube.cut(canvas)
            canvas.paint(patch, -20.0, 0.8, grow_mm=1.3)
        for tube in AIRWAYS:
            canvas.paint(tube.cut(canvas), -985.0, 0.1, softness_mm=1.0)
        if canvas.s < 222:
            patch = OESOPHAGUS.cut(canvas)
            canvas.paint(patch, 60.0, 1.6)
            canvas.paint(patch, 20.0, None, grow_mm=-3.5, softness_mm=2)
        for node in NODES:
            canvas.paint(node.cut(canvas), 58.0, 1.2)
        for node in self.hot_nodes:
            canvas.paint(node.cut(canvas), 62.0, 6.5)


def paint_nodule(canvas: Canvas, nodule: Nodule, noise: SolidNoise, share: Plane) -> None:
    """Paint a nodule with a slightly lobed edge and a few spicules into the lung."""
    x, y, s = nodule.centre
    radius = nodule.diameter_mm / 2
    patch = Ellipsoid(nodule.centre, (radius * 1.06, radius, radius * 0.98)).cut(canvas, 5)
    if patch is None:
        return
    lobes = canvas.texture(noise)[patch.view.where] * np.float32(0.09 * radius)
    canvas.mix(patch.view, canvas.cover(patch.distance + lobes, 1.2), nodule.hu, nodule.suv)
    rng = np.random.default_rng(int(abs(x) * 100 + radius * 10))
    for _ in range(nodule.spikes):
        way = rng.standard_normal(3)
        way *= radius * rng.uniform(1.25, 1.9) / np.linalg.norm(way)
        tip = (x + way[0], y + way[1], s + way[2], 0.1)
        spike = Tube([(x, y, s, radius * 0.35), tip], 50).cut(canvas)
        if spike is not None:
            faint = canvas.cover(spike.distance, 1.2) * np.float32(0.55) * share[spike.view.where]
            canvas.mix(spike.view, faint, nodule.hu, None)
