"""Image planes in millimetres and the canvas on which anatomy is painted.

Frame: x grows to the patient's left, y to the back, depth ``s`` downwards from the top of the
lungs, all in mm; pixel (0, 0) is the centre of the first pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# Arrays of float32 throughout; numpy types what arithmetic gives more loosely.
Plane = NDArray[np.floating[Any]]
TABLE = 256  # entries of a table of radii around the circle


@dataclass(frozen=True)
class Grid:
    """An axial pixel grid centred on the origin; ``scale`` enlarges the anatomy drawn on it.

    ``cut_above`` and ``cut_below`` are rows taken off a whole grid: the origin stays in place.
    """

    rows: int
    columns: int
    spacing_mm: float
    scale: float = 1.0
    cut_above: int = 0
    cut_below: int = 0

    @cached_property
    def pixel_mm(self) -> float:
        """Size of a pixel in anatomical mm."""
        return self.spacing_mm / self.scale

    @property
    def middle_row(self) -> float:
        """Row (from 0, with a fraction) that lies at y = 0."""
        return (self.rows + self.cut_above + self.cut_below - 1) / 2 - self.cut_above

    def band(self, front: float, back: float) -> Grid:
        """Return the rows between two positions y, mm, as a grid of their own."""
        first = max(0, int(front / self.pixel_mm + self.middle_row))
        end = min(self.rows, int(back / self.pixel_mm + self.middle_row) + 2)
        return replace(
            self,
            rows=end - first,
            cut_above=self.cut_above + first,
            cut_below=self.cut_below + self.rows - end,
        )

    @cached_property
    def x(self) -> Plane:
        """Column positions, shape (1, columns), mm."""
        steps = np.arange(self.columns) - (self.columns - 1) / 2
        return (steps * self.pixel_mm).astype(np.float32)[None, :]

    @cached_property
    def y(self) -> Plane:
        """Row positions, shape (rows, 1), mm."""
        steps = np.arange(self.rows) - self.middle_row
        return (steps * self.pixel_mm).astype(np.float32)[:, None]

    @cached_property
    def radius(self) -> Plane:
        """Distance of every pixel from the origin, mm."""
        return np.hypot(self.x, self.y)

    @cached_property
    def fan(self) -> tuple[NDArray[np.intp], Plane]:
        """Index and part between entries of every pixel in a round table (see shapes)."""
        return table_position(self.turn)

    @cached_property
    def turn(self) -> Plane:
        """Angle of every pixel in turns, 0 at the front and growing to the patient's left."""
        return turns(self.x, self.y)

    def view(self, left: float, right: float, front: float, back: float) -> View | None:
        """Return the part of the grid inside a box given in mm, or None when it is empty."""
        half_x, half_y = (self.columns - 1) / 2, self.middle_row
        c0 = max(0, int(left / self.pixel_mm + half_x))
        c1 = min(self.columns, int(right / self.pixel_mm + half_x) + 2)
        r0 = max(0, int(front / self.pixel_mm + half_y))
        r1 = min(self.rows, int(back / self.pixel_mm + half_y) + 2)
        if c0 >= c1 or r0 >= r1:
            return None
        where = (slice(r0, r1), slice(c0, c1))
        return View(where, self.x[:, c0:c1], self.y[r0:r1])

    @cached_property
    def whole(self) -> View:
        """The view of all pixels."""
        return View((slice(None), slice(None)), self.x, self.y)


class View(NamedTuple):
    """A rectangle of a grid with its coordinates."""

    where: tuple[slice, slice]
    x: Plane
    y: Plane


class Patch(NamedTuple):
    """A signed distance (mm, negative inside) over a view."""

    view: View
    distance: Plane


def turns(dx: Plane, dy: Plane) -> Plane:
    """Return angles in turns [0, 1): 0 to the front, a quarter to the patient's left."""
    angle: Plane = np.arctan2(dx, -dy) * np.float32(0.5 / np.pi)
    angle -= np.floor(angle)
    return angle


def table_position(turn: Plane) -> tuple[NDArray[np.intp], Plane]:
    """Return the entry below and the part towards the next one in a table of ``TABLE`` radii."""
    position = turn * np.float32(TABLE)
    low = position.astype(np.int32)
    part = position - low.astype(np.float32)
    return (low & (TABLE - 1)).astype(np.intp), part


def smooth_max(first: Plane, second: Plane, width: float) -> Plane:
    """Return the greater of two, rounded off over ``width`` where they cross."""
    gap = np.abs(first - second)
    gap *= np.float32(-1 / width)
    rounded: Plane = np.maximum(first, second) + np.float32(width) * np.log(1 + np.exp(gap))
    return rounded


class Texture(Protocol):
    """Noise that fills space."""

    def plane(self, grid: Grid, s: float) -> Plane:
        """Return its section at depth ``s``."""
        ...


class Section:
    """A plane through a body at depth ``s``: where shapes are cut and textures are sampled."""

    def __init__(self, grid: Grid, s: float) -> None:
        self.grid = grid
        self.s = s
        self._textures: dict[tuple[int, float], Plane] = {}

    def texture(self, noise: Texture, shift_mm: float = 0.0) -> Plane:
        """Return a solid noise cut at this depth (plus ``shift_mm``), computed once."""
        key = (id(noise), shift_mm)
        if key not in self._textures:
            self._textures[key] = noise.plane(self.grid, self.s + shift_mm)
        return self._textures[key]

    def cover(self, distance: Plane, softness_mm: float = 0.0) -> Plane:
        """Return the share of each pixel that lies inside, from the signed distance in mm."""
        width = np.float32(max(self.grid.pixel_mm, softness_mm))
        share: Plane = np.clip(np.float32(0.5) - distance / width, 0, 1)
        return share


class Canvas(Section):
    """One slice being painted: attenuation in HU and tracer uptake in SUV."""

    def __init__(self, grid: Grid, s: float, background_hu: float = -1000.0) -> None:
        super().__init__(grid, s)
        self.hu: Plane = np.full((grid.rows, grid.columns), background_hu, np.float32)
        self.suv: Plane = np.zeros_like(self.hu)

    def mix(self, view: View, share: Plane, hu: Plane | float, suv: Plane | float | None) -> None:
        """Blend a material into the view by its share of each pixel."""
        target = self.hu[view.where]
        target += share * (hu - target)
        if suv is not None:
            uptake = self.suv[view.where]
            uptake += share * (suv - uptake)

    def paint(
        self,
        patch: Patch | None,
        hu: Plane | float,
        suv: Plane | float | None = None,
        *,
        grow_mm: float = 0.0,
        softness_mm: float = 0.0,
    ) -> None:
        """Fill the inside of a patch (grown by ``grow_mm``) with a material."""
        if patch is not None:
            share = self.cover(patch.distance - np.float32(grow_mm), softness_mm)
            self.mix(patch.view, share, hu, suv)

    def seam(self, patch: Patch | None, hu: float, width_mm: float, strength: float = 0.8) -> None:
        """Draw a thin layer along the boundary of a patch (a fat plane, a capsule)."""
        if patch is not None:
            share = np.float32(strength) * np.exp(-((patch.distance / np.float32(width_mm)) ** 2))
            self.mix(patch.view, share, hu, None)
