"""The whole trunk: calls every painter in the order in which one covers another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from operations.demo.raster import Canvas, Grid
from operations.demo.torso.abdomen import Abdomen
from operations.demo.torso.chest import Chest, Nodule
from operations.demo.torso.neck import Neck
from operations.demo.torso.pelvis import Pelvis
from operations.demo.torso.skeleton import Skeleton
from operations.demo.torso.wall import CAVITY, Habitus, Wall, paint_table


@dataclass(frozen=True)
class Person:
    """What makes one trunk differ from another."""

    seed: int
    habitus: Habitus = field(default_factory=Habitus)
    nodules: tuple[Nodule, ...] = ()


class Torso:
    """A trunk that can be cut at any depth."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.wall = Wall(person.seed, person.habitus)
        self.chest = Chest(person.seed, person.habitus.breath_mm, person.nodules)
        self.abdomen = Abdomen(person.seed)
        self.skeleton = Skeleton(person.seed)
        self.pelvis = Pelvis(self.skeleton)
        self.neck = Neck(person.seed)

    def slice(self, grid: Grid, s: float, thickness_mm: float) -> Canvas:
        """Return the painted slice at depth ``s`` mm below the top of the lungs.

        The small vessels are left out when ``thickness_mm`` is 0.
        """
        canvas = Canvas(grid, s)
        if self.person.habitus.table:
            paint_table(canvas)
        cavity = self.wall.cavity_distance(canvas)
        if s < CAVITY.knots[0] or s > CAVITY.knots[-1]:
            cavity = np.full_like(cavity, 60.0)
        skin = self.neck.outline(canvas, self.wall.body_distance(canvas))
        skin = self.pelvis.outline(canvas, self.wall.with_arms(canvas, skin))
        self.wall.paint(canvas, cavity, skin)
        self.neck.paint(canvas, skin)
        self.chest.paint_lungs(canvas, cavity, thickness_mm)
        self._paint_diaphragm(canvas, cavity)
        self.chest.paint_mediastinum(canvas, cavity)
        self.abdomen.paint(canvas, cavity, self.chest.above_diaphragm(grid, s), thickness_mm)
        self.skeleton.paint_ribs(canvas, cavity)
        self.skeleton.paint_column(canvas)
        self.skeleton.paint_sternum(canvas, CAVITY.table(s))
        self.skeleton.paint_shoulders(canvas)
        self.pelvis.paint(canvas, cavity)
        return canvas

    def _paint_diaphragm(self, canvas: Canvas, cavity: np.ndarray) -> None:
        if not 180 < canvas.s < 262:
            return
        below = self.chest.above_diaphragm(canvas.grid, canvas.s)
        sheet = np.maximum(np.maximum(-below, below - 2.8), cavity + 1)
        canvas.mix(canvas.grid.whole, canvas.cover(sheet), 55.0, 0.8)
