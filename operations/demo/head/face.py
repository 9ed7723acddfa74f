"""Scalp, skull, orbits, sinuses and muscles around the brain."""

from __future__ import annotations

import numpy as np

from operations.demo.head.signal import (
    AIR,
    BONE,
    FAT,
    LENS,
    MARROW,
    MUCOSA,
    MUSCLE,
    NERVE,
    SKIN,
    VITREOUS,
    MrCanvas,
)
from operations.demo.noise import SolidNoise
from operations.demo.raster import Patch, Plane
from operations.demo.shapes import Ellipsoid, Loft, Tube

SIDES = (-1, 1)
SCALP = Loft(
    [
        (3, 0, 6, (16, 16, 15, 15, 15, 16, 17, 18, 18)),
        (10, 0, 5, (33, 32, 30, 29, 29, 31, 34, 36, 37)),
        (21, 0, 5, (51, 49, 46, 43, 42, 46, 51, 55, 56)),
        (35, 0, 3, (76, 73, 66, 61, 60, 64, 73, 80, 82)),
        (55, 0, 2, (92, 89, 81, 74, 72, 76, 85, 94, 97)),
        (72, 0, 2, (98, 95, 87, 80, 78, 82, 90, 98, 101)),
        (88, 0, 2, (100, 96, 88, 82, 81, 84, 90, 97, 100)),
        (100, 0, 2, (101, 95, 89, 83, 80, 82, 88, 95, 98)),
        (114, 0, 2, (110, 95, 90, 82, 77, 79, 86, 92, 95)),
        (128, 0, 2, (119, 93, 88, 79, 74, 75, 82, 87, 89)),
        (142, 0, 2, (112, 92, 86, 76, 70, 70, 75, 80, 82)),
        (160, 0, 2, (100, 90, 82, 72, 66, 66, 70, 75, 77)),
    ],
    cap_mm=(6.0, 0.0),
)
TEMPORALIS = [
    Loft([(62, k * 70, -18, (24, 16, 7, 4, 4, 4, 7, 16, 24)),
          (95, k * 68, -24, (28, 20, 10, 6, 6, 6, 9, 18, 26)),
          (125, k * 62, -38, (22, 18, 12, 8, 8, 8, 10, 16, 20)),
          (160, k * 58, -40, (24, 20, 12, 9, 9, 9, 11, 18, 22))], cap_mm=(14, 0))
    for k in SIDES
]  # fmt: skip
GLOBES = [Ellipsoid((k * 32, -74, 110), (12.2, 12.2, 12.0)) for k in SIDES]
LENSES = [Ellipsoid((k * 32, -83.5, 110), (4.6, 2.0, 4.6)) for k in SIDES]
CONES = [
    Tube([(k * 32, -68, 110, 16), (k * 28, -58, 109, 14), (k * 19, -40, 107, 7),
          (k * 14, -30, 105, 3)])
    for k in SIDES
]  # fmt: skip
NERVES = [
    Tube([(k * 31, -64, 110, 2.2), (k * 26, -50, 108, 2.1), (k * 16, -32, 104, 2.1),
          (k * 6, -18, 102, 2.2)])
    for k in SIDES
]  # fmt: skip
RECTI = [
    Tube([(k * (32 + dx), -70, 110 + dz, 1.6), (k * (28 + dx * 0.8), -55, 109 + dz * 0.7, 2.4),
          (k * 17, -34, 106, 1.4)])
    for k in SIDES
    for dx, dz in ((13, 0), (-12, 0), (0, 12), (0, -12))
]  # fmt: skip
AIR_CELLS = [
    *[Ellipsoid((k * 11, -88, 93), (9, 4, 8)) for k in SIDES],
    *[Ellipsoid((k * 9, -30, 120), (8, 9, 8)) for k in SIDES],
    *[Ellipsoid((k * 30, -60, 142), (14, 17, 15)) for k in SIDES],
]
ETHMOIDS = [Ellipsoid((k * 6.5, -62, 112), (6, 24, 11)) for k in SIDES]
NOSE = [
    Tube([(k * 5, -96, 140, 3.2), (k * 5, -72, 138, 3.6), (k * 6, -46, 138, 4.0)]) for k in SIDES
]
PETROUS = [Tube([(k * 20, 4, 120, 8), (k * 42, 22, 118, 12), (k * 58, 34, 122, 14)]) for k in SIDES]
CLIVUS = Tube([(0, -14, 112, 7), (0, -4, 126, 7), (0, 8, 140, 6)])
SELLA = Ellipsoid((0, -16, 108), (6, 5, 3.5))
MANDIBLES = [Tube([(k * 54, -8, 132, 5), (k * 52, -24, 150, 5)]) for k in SIDES]
ZYGOMAS = [
    Tube([(k * 66, -10, 124, 3), (k * 64, -46, 122, 3.4), (k * 50, -72, 124, 5),
          (k * 42, -80, 132, 5)])
    for k in SIDES
]  # fmt: skip
NECK = [Loft([(132, k * 30, 50, (9, 12, 15, 17, 17, 17, 15, 13, 12)),
              (170, k * 26, 50, (12, 14, 15, 15, 15, 15, 15, 15, 14))], cap_mm=(8, 0))
        for k in SIDES]  # fmt: skip


class Face:
    """Everything of a head but the brain."""

    def __init__(self, seed: int) -> None:
        self.wide = SolidNoise(seed, 40)
        self.mid = SolidNoise(seed + 1, 11)
        self.fine = SolidNoise(seed + 2, 5, 40)

    def paint(self, canvas: MrCanvas, brain: Plane) -> None:
        """Paint skin, fat, muscle, bone and orbits; ``brain`` is the distance to the brain."""
        whole = canvas.grid.whole
        scalp = SCALP.cut(canvas, 400)
        if scalp is None:
            return
        skin = np.full((canvas.grid.rows, canvas.grid.columns), 90, np.float32)
        skin[scalp.view.where] = scalp.distance + 0.9 * canvas.texture(self.wide)[scalp.view.where]
        canvas.mix(whole, canvas.cover(skin), SKIN)
        canvas.mix(whole, canvas.cover(skin + 2.0), FAT)
        self._paint_soft(canvas, skin)
        self._paint_skull(canvas, brain, skin)
        self._paint_orbits(canvas)
        self._paint_air(canvas)

    def _paint_soft(self, canvas: MrCanvas, skin: Plane) -> None:
        if canvas.s > 96:
            low = float(np.clip((canvas.s - 96) / 14, 0, 1))
            wide, mid = canvas.texture(self.wide), canvas.texture(self.mid)
            flesh = skin + 8 + 3 * wide
            seams = np.maximum(0, 1 - np.abs(wide + 0.25 * mid) * 5)
            seams += np.maximum(0, 1 - np.abs(wide[:, ::-1] - 0.8) * 5)
            share = canvas.cover(flesh, 3) * np.clip(0.95 - seams, 0, 1) * np.float32(low)
            canvas.mix(canvas.grid.whole, share, MUSCLE)
        for shape in (*TEMPORALIS, *NECK):
            patch = shape.cut(canvas)
            if patch is not None:
                edge = np.maximum(patch.distance, skin[patch.view.where] + 4)
                edge = edge + 0.8 * canvas.texture(self.mid)[patch.view.where]
                canvas.paint(Patch(patch.view, edge), MUSCLE, softness_mm=1.2)

    def _paint_skull(self, canvas: MrCanvas, brain: Plane, skin: Plane) -> None:
        whole = canvas.grid.whole
        # Near the vertex the skull is cut at a slant and looks thicker.
        thick = 6.6 + 1.4 * canvas.texture(self.wide) + max(0.0, (34 - canvas.s) * 0.25)
        bone = np.maximum(brain - 1.6 - thick, skin + 4.0)
        canvas.mix(whole, canvas.cover(bone), BONE)
        core = np.abs(brain - 1.6 - thick * 0.52) - thick * 0.27
        marrow = np.clip(0.75 + 0.35 * canvas.texture(self.mid), 0, 1)
        canvas.mix(whole, canvas.cover(np.maximum(core, bone + 1), 1.2) * marrow, MARROW)
        for shape in (*PETROUS, CLIVUS, *MANDIBLES, *ZYGOMAS):
            patch = shape.cut(canvas)
            canvas.paint(patch, BONE)
            canvas.paint(patch, MARROW, grow_mm=-2.4, softness_mm=1.5, strength=0.7)

    def _paint_orbits(self, canvas: MrCanvas) -> None:
        for cone in CONES:
            canvas.paint(cone.cut(canvas), BONE, grow_mm=1.3)
        for cone in CONES:
            canvas.paint(cone.cut(canvas), FAT)
        for shape in RECTI:
            canvas.paint(shape.cut(canvas), MUSCLE)
        for nerve in NERVES:
            canvas.paint(nerve.cut(canvas), VITREOUS, grow_mm=1.0)
            canvas.paint(nerve.cut(canvas), NERVE)
        for globe, lens in zip(GLOBES, LENSES, strict=True):
            patch = globe.cut(canvas)
            canvas.paint(patch, MUSCLE, grow_mm=0.4)
            canvas.paint(patch, VITREOUS, grow_mm=-1.2)
            canvas.paint(lens.cut(canvas), LENS)
        canvas.paint(SELLA.cut(canvas), NERVE)

    def _paint_air(self, canvas: MrCanvas) -> None:
        for cell in AIR_CELLS:
            patch = cell.cut(canvas)
            canvas.paint(patch, BONE, grow_mm=1.2)
            canvas.paint(patch, MUCOSA, grow_mm=0.2, strength=0.7)
            canvas.paint(patch, AIR, grow_mm=-0.8)
        for ethmoid in ETHMOIDS:
            patch = ethmoid.cut(canvas)
            if patch is not None:
                walls = np.clip(
                    1.1 - np.abs(canvas.texture(self.fine)[patch.view.where]) * 2.2, 0, 1
                )
                canvas.paint(patch, BONE, grow_mm=0.8)
                canvas.mix(
                    patch.view, canvas.cover(patch.distance) * walls * np.float32(0.7), MUCOSA
                )
        for passage in NOSE:
            patch = passage.cut(canvas)
            canvas.paint(patch, MUCOSA, grow_mm=3.0)
            canvas.paint(patch, AIR)
        for petrous in PETROUS:
            patch = petrous.cut(canvas)
            if patch is not None:
                cells = canvas.cover(patch.distance + 2.5) * (
                    canvas.texture(self.fine)[patch.view.where] > 0
                )
                canvas.mix(patch.view, cells, AIR)
