"""Pelvic bones, hips, thighs and the organs between them."""

from __future__ import annotations

import numpy as np

from operations.demo.raster import Canvas, Patch, Plane
from operations.demo.shapes import Ellipsoid, Loft, Tube
from operations.demo.torso.skeleton import Skeleton

SIDES = (-1, 1)
SACRUM = Loft(
    [
        (404, 0, 42, (16, 22, 40, 50, 46, 40, 26, 20, 18)),
        (430, 0, 56, (16, 20, 36, 50, 48, 38, 22, 18, 18)),
        (460, 0, 72, (11, 14, 24, 36, 36, 26, 16, 13, 13)),
        (490, 0, 80, (8, 10, 16, 22, 22, 16, 11, 9, 9)),
        (512, 0, 74, (6, 7, 9, 12, 12, 9, 7, 6, 6)),
    ],
    cap_mm=(4.0, 6.0),
)
COLUMNS = [
    Tube([(k * 58, 56, 450, 13), (k * 78, 38, 472, 14), (k * 88, 22, 494, 14),
          (k * 80, 38, 520, 13), (k * 66, 48, 548, 14), (k * 56, 34, 566, 10), (k * 36, 4, 552, 7),
          (k * 14, -38, 530, 8)])
    for k in SIDES
] + [
    Tube([(k * 112, -26, 462, 8), (k * 96, -26, 492, 11), (k * 70, -36, 508, 8),
          (k * 34, -48, 514, 7.5), (k * 12, -48, 520, 8.5)])
    for k in SIDES
]  # fmt: skip
FEMURS = [
    [Tube([(k * 94, 2, 500, 24)]), Tube([(k * 98, 4, 506, 14), (k * 132, 12, 534, 15)]),
     Tube([(k * 142, 18, 520, 13), (k * 138, 14, 548, 18), (k * 130, 8, 590, 16),
           (k * 124, 4, 640, 15)])]
    for k in SIDES
]  # fmt: skip
PROSTATE = Ellipsoid((0, -4, 556), (20, 16, 15))
THIGHS = Loft(
    [
        (540, 92, 6, (92, 92, 92, 92, 92, 92, 92, 92, 92)),
        (580, 90, 4, (90, 89, 88, 88, 86, 88, 88, 88, 90)),
        (660, 88, 2, (84, 83, 82, 82, 80, 82, 82, 82, 84)),
    ]
)


class Pelvis:
    """Paints what lies below the lumbar spine."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton

    def outline(self, canvas: Canvas, body: Plane) -> Plane:
        """Return the distance to the skin with the thighs parting below the trunk."""
        if canvas.s < 556:
            return body
        grid = canvas.grid
        x, y = THIGHS.centre(canvas.s)
        radius = float(THIGHS.table(canvas.s).mean())
        thighs = np.hypot(np.abs(grid.x) - np.float32(x), grid.y - np.float32(y)) - radius
        part = np.float32(np.clip((canvas.s - 556) / 24, 0, 1))
        blended: Plane = body * (1 - part) + np.maximum(thighs, body - 12) * part
        return blended

    def paint(self, canvas: Canvas, cavity: Plane) -> None:
        """Paint bones and the prostate."""
        s = canvas.s
        if s < 390:
            return
        self._paint_wings(canvas, cavity)
        if s > 450:
            ring = np.maximum(-cavity - 5 - min(9.0, (s - 450) / 5), cavity)
            lateral = np.abs(canvas.grid.x) > 26
            canvas.mix(canvas.grid.whole, canvas.cover(ring, 3) * lateral, 58.0, 0.7)
        sacrum = SACRUM.cut(canvas)
        self.skeleton.bone(canvas, sacrum, 1.2, 170.0)
        for tube in COLUMNS:
            self.skeleton.bone(canvas, tube.cut(canvas), 1.6, 170.0)
        for head, neck, shaft in FEMURS:
            patch = head.cut(canvas)
            self.skeleton.bone(canvas, _grown(patch, 7), 2.0, 220.0)
            canvas.paint(_grown(patch, 3), 60.0, 0.8)
            for part in (shaft, neck, head):
                self.skeleton.bone(canvas, part.cut(canvas), 1.6 if s < 560 else 4.0, 190.0)
        canvas.paint(PROSTATE.cut(canvas), 50.0, 1.8, softness_mm=3)

    def _paint_wings(self, canvas: Canvas, cavity: Plane) -> None:
        s = canvas.s
        if not 392 < s < 494:
            return
        back = (canvas.grid.turn + np.float32(0.5)) % 1
        bend = np.minimum(back, 1 - back)
        start = float(np.interp(s, [392, 420, 494], [0.14, 0.085, 0.10]))
        end = float(np.interp(s, [392, 430, 470, 494], [0.20, 0.285, 0.30, 0.26]))
        depth = float(np.interp(s, [392, 430, 494], [4, 5, -6]))
        thick = 4.5 + 5 * np.exp(-(((bend - start) / 0.03) ** 2)) + max(0.0, (s - 465) * 0.18)
        plate = np.abs(cavity - depth - 5) - thick
        ends = np.maximum(start - bend, bend - end) * 560
        wing = np.maximum(plate, ends).astype(np.float32)
        inside = np.clip((cavity + 14) / 12, 0, 1) * canvas.cover(np.maximum(cavity - depth, ends))
        canvas.mix(canvas.grid.whole, inside, 58.0, 0.7)
        self.skeleton.bone(canvas, Patch(canvas.grid.whole, wing), 1.5, 180.0)


def _grown(patch: Patch | None, by_mm: float) -> Patch | None:
    return None if patch is None else Patch(patch.view, patch.distance - np.float32(by_mm))
