"""The whole trunk: calls every painter in the order in which one covers another."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from operations.demo.raster import Canvas, Grid
from operations.demo.torso.abdomen import Abdomen
from operations.demo.torso.chest import Chest, Nodule, Point
from operations.demo.torso.neck import Neck
from operations.demo.torso.pelvis import Pelvis
from operations.demo.torso.skeleton import Skeleton
from operations.demo.torso.wall import CAVITY, Habitus, Wall, paint_table

DEPTH_MM = (-135.0, 160.0)  # from before the breast bone to behind the table


@dataclass(frozen=True)
class Person:
    """What makes one trunk differ from another."""

    seed: int
    habitus: Habitus = field(default_factory=Habitus)
    nodules: tuple[Nodule, ...] = ()
    hot_nodes: tuple[Point, ...] = ()


@lru_cache(maxsize=4)
def torso_of(person: Person) -> Torso:
    """Return the trunk of a person; growing its vessels takes seconds, so a few are kept."""
    return Torso(person)


class Torso:
    """A trunk that can be cut at any depth."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.wall = Wall(person.seed, person.habitus)
        self.chest = Chest(person.seed, person.habitus.breath_mm, person.nodules, person.hot_nodes)
        self.abdomen = Abdomen(person.seed)
        self.skeleton = Skeleton(person.seed)
        self.pelvis = Pelvis(self.skeleton)
        self.neck = Neck(person.seed)
        self._bands: dict[Grid, Grid] = {}

    def slice(self, grid: Grid, s: float, thickness_mm: float) -> Canvas:
        """Return the painted slice at depth ``s`` mm below the top of the lungs.

        The small vessels are left out when ``thickness_mm`` is 0.
        """
        band = self._band(grid)
        painted = self._painted(Canvas(band, s), thickness_mm)
        canvas = Canvas(grid, s)
        rows = slice(band.cut_above - grid.cut_above, band.cut_above - grid.cut_above + band.rows)
        canvas.hu[rows], canvas.suv[rows] = painted.hu, painted.suv
        return canvas

    def _band(self, grid: Grid) -> Grid:
        """Return the rows of a grid on which anything is, the same object each time."""
        if grid not in self._bands:
            self._bands[grid] = grid.band(*DEPTH_MM)
        return self._bands[grid]

    def _painted(self, canvas: Canvas, thickness_mm: float) -> Canvas:
        grid, s = canvas.grid, canvas.s
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
