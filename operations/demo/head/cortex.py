"""The folded surface of the brain: how far every point is from the nearest fluid."""

from __future__ import annotations

import numpy as np

from operations.demo.noise import SolidNoise, blurred
from operations.demo.raster import Plane, Section
from operations.demo.shapes import Loft

CENTRE_S = 76.0
CEREBRUM = Loft(
    [
        (15, 0, 6, (12, 12, 11, 11, 11, 12, 13, 14, 14)),
        (21, 0, 5, (36, 34, 31, 29, 28, 31, 36, 40, 41)),
        (35, 0, 3, (62, 59, 52, 47, 46, 50, 58, 66, 68)),
        (55, 0, 2, (78, 75, 67, 60, 58, 62, 71, 80, 83)),
        (72, 0, 2, (84, 80, 72, 65, 64, 68, 76, 84, 87)),
        (86, 0, 2, (83, 79, 71, 65, 66, 70, 76, 83, 86)),
        (96, 0, 3, (76, 72, 66, 63, 66, 70, 74, 80, 82)),
        (106, 0, 4, (52, 50, 50, 56, 64, 66, 66, 68, 68)),
    ],
    cap_mm=(4.0, 0.0),
)
TEMPORALS = [
    Loft(
        [
            (88, side * 46, -4, (34, 27, 21, 18, 18, 19, 22, 28, 32)),
            (104, side * 44, -10, (36, 30, 23, 20, 20, 22, 26, 34, 38)),
            (118, side * 42, -12, (31, 27, 22, 19, 18, 20, 23, 28, 30)),
            (128, side * 40, -14, (22, 20, 16, 14, 13, 14, 16, 18, 20)),
        ],
        cap_mm=(10.0, 8.0),
    )
    for side in (-1, 1)
]
CEREBELLUM = Loft(
    [
        (84, 0, 40, (6, 8, 12, 16, 20, 24, 28, 28, 26)),
        (98, 0, 46, (16, 20, 30, 40, 44, 44, 42, 36, 32)),
        (114, 0, 48, (22, 26, 38, 50, 53, 52, 46, 36, 32)),
        (128, 0, 48, (16, 22, 34, 44, 47, 47, 42, 32, 27)),
        (140, 0, 48, (6, 12, 22, 30, 33, 33, 30, 22, 18)),
    ],
    cap_mm=(6.0, 7.0),
)


class Folding:
    """Sulci as the zero surfaces of a noise that changes little towards the centre."""

    def __init__(self, seed: int) -> None:
        self.folds = SolidNoise(seed, 20.5, 64, 5.0)
        self.depths = SolidNoise(seed + 1, 38.0)
        self.leaves = SolidNoise(seed + 2, 9.5, 48, 4.5)
        self.bend = SolidNoise(seed + 3, 50.0)
        self.twists = SolidNoise(seed + 4, 12.0, 48, 4.5)

    def fluid_distance(self, section: Section, surface: Plane) -> Plane:
        """Return the distance of each point to fluid: brain surface, sulci and fissures, mm.

        ``surface`` is the signed distance to the brain surface, negative inside.
        """
        cleft, sylvian = self._fissures(section)
        inside = np.minimum(-surface, cleft)
        groove = self._sulci(section)
        reach = 19 + 6 * section.texture(self.depths)
        groove = groove + np.maximum(0, np.minimum(inside, sylvian + 9) - reach) * np.float32(0.6)
        groove = groove - np.float32(0.15) - np.clip(1 - inside / 13, 0, 1) * np.float32(0.7)
        return np.minimum(np.minimum(inside, groove), sylvian)

    def _sulci(self, section: Section) -> Plane:
        """Return the distance to the nearest fold from value and slope of the noise."""
        here = blurred(self._folded(section.grid.x, section.grid.y, section.s), 3.0)
        down, across = np.gradient(here, section.grid.pixel_mm)
        # A fold seldom stands upright: a constant stands for its slope across slices.
        steep = np.sqrt(down**2 + across**2 + np.float32(0.10) ** 2)
        distance: Plane = np.abs(here) / steep
        return distance

    def _folded(self, x: Plane, y: Plane, s: float) -> Plane:
        z = np.float32(s - CENTRE_S)
        radius = np.sqrt(x * x + y * y + z * z) + np.float32(6)
        pull = (np.float32(60) / radius) ** np.float32(0.42)
        side = np.where(x >= 0, np.float32(0), np.float32(37))
        place = (np.abs(x) * pull + side, y * pull + side, z * pull)
        folded: Plane = self.folds.at(*place) + np.float32(0.28) * self.twists.at(*place)
        return folded

    def _fissures(self, section: Section) -> tuple[Plane, Plane]:
        """Return the distances to the cleft between the halves and to the lateral fissures."""
        x, y, s = section.grid.x, section.grid.y, section.s
        middle = x - np.float32(1.2) * section.texture(self.bend)
        deep = np.sqrt((y / 47) ** 2 + ((s - 84) / 29) ** 2) - 1
        cleft = np.abs(middle) - np.float32(0.7) + np.maximum(0, -deep) * 60
        side = np.abs(x) + np.float32(2.5) * section.texture(self.depths)
        lip = -10 - 0.9 * (s - 88) - 0.12 * (side - 40) + 3.5 * section.texture(self.bend)
        opening = np.hypot(np.abs(y - lip), np.maximum(0, 40 - side)) - 1.3
        island = np.hypot(side - 41 + (y / 24) ** 2 * 4, np.maximum(0, np.abs(y - 2) - 14)) - 0.8
        off = np.float32(max(0.0, abs(s - 85) - 11))
        sylvian = np.minimum(opening, island) + off
        return cleft.astype(np.float32), sylvian.astype(np.float32)

    def leaf_distance(self, section: Section, surface: Plane) -> Plane:
        """Return the distance to fluid in the cerebellum with its fine leaves, mm."""
        x, y = section.grid.x, section.grid.y
        z = np.float32(section.s - 112)
        stretch = self.leaves.at(x * np.float32(0.42), y * 1.1, z * 1.3 + 0 * x)
        down, across = np.gradient(stretch, section.grid.pixel_mm)
        leaf = np.abs(stretch) / np.sqrt(down**2 + across**2 + np.float32(0.2) ** 2)
        leaf = leaf - np.float32(0.25) + np.maximum(0, -surface - 9) * np.float32(0.6)
        vermis = np.abs(x) * np.float32(0.25) + 0.6
        return np.minimum(np.minimum(-surface, leaf), np.maximum(vermis, leaf * 0.7))
