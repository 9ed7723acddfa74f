"""Solid shapes cut by axial planes: lofted outlines, tubes and ellipsoids, as signed distances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from operations.demo.raster import TABLE, Grid, Patch, Plane, Section, View, table_position, turns

Table = Plane
Key = tuple[float, float, float, Sequence[float]]
Knot = tuple[float, float, float, float]


def hermite(knots: NDArray[np.float64], values: NDArray[np.float64], at: float) -> NDArray:
    """Interpolate rows of ``values`` smoothly (Catmull-Rom tangents) at one position."""
    at = min(max(at, knots[0]), knots[-1])
    i = int(np.clip(np.searchsorted(knots, at) - 1, 0, len(knots) - 2))
    before, after = max(i - 1, 0), min(i + 2, len(knots) - 1)
    step = knots[i + 1] - knots[i]
    t = (at - knots[i]) / step
    m0 = (values[i + 1] - values[before]) / (knots[i + 1] - knots[before]) * step
    m1 = (values[after] - values[i]) / (knots[after] - knots[i]) * step
    t2, t3 = t * t, t * t * t
    result: NDArray = (
        (2 * t3 - 3 * t2 + 1) * values[i]
        + (t3 - 2 * t2 + t) * m0
        + (3 * t2 - 2 * t3) * values[i + 1]
        + (t3 - t2) * m1
    )
    return result


def mirrored(radii: Sequence[float]) -> list[float]:
    """Complete the radii of one half (front to back, 9 values) to the whole round (16)."""
    half = list(radii)
    return half + half[-2:0:-1] if len(half) == 9 else half


def round_table(radii: Sequence[float] | NDArray) -> Table:
    """Return ``TABLE`` radii around the circle through the given ones, without corners."""
    spectrum = np.fft.rfft(np.asarray(radii, float))
    return (np.fft.irfft(spectrum, TABLE) * (TABLE / len(radii))).astype(np.float32)


Place = tuple[NDArray[np.intp], Plane]


def look_up(table: Table, place: Place) -> Plane:
    """Sample a periodic table at positions from :func:`raster.table_position`."""
    low, part = place
    rise = np.roll(table, -1) - table
    # The entries are in range already; telling take so halves its time.
    found: Plane = rise.take(low, mode="clip")
    found *= part
    found += table.take(low, mode="clip")
    return found


class Solid(ABC):
    """What a plane can cut."""

    @abstractmethod
    def cut(self, canvas: Section, margin_mm: float = 4.0) -> Patch | None:
        """Return its section at the canvas depth, None when there is none.

        The patch reaches ``margin_mm`` beyond the surface.
        """


class Loft(Solid):
    """An outline in polar form whose centre and radii change with depth.

    Parameters
    ----------
    keys
        ``(s, centre x, centre y, radii)`` in mm, radii at equal angles from the front round by
        the patient's left, or nine of them for a symmetric outline.
    cap_mm
        Length over which the upper and the lower end close like a dome; 0 leaves it open.
    """

    def __init__(self, keys: Sequence[Key], cap_mm: tuple[float, float] = (0.0, 0.0)) -> None:
        self.knots = np.array([key[0] for key in keys], float)
        self.centres = np.array([key[1:3] for key in keys], float)
        self.radii = np.array([mirrored(key[3]) for key in keys], float)
        self.cap_mm = cap_mm

    def _closing(self, s: float) -> float:
        inside = (s - self.knots[0], self.knots[-1] - s)
        scale = 1.0
        for length, cap in zip(inside, self.cap_mm, strict=True):
            if cap > 0 and length < cap:
                scale *= float(np.sqrt(1 - (1 - max(length, 0.0) / cap) ** 2))
        return scale

    def table(self, s: float) -> Table:
        """Return the radii around the outline at depth ``s``."""
        return round_table(hermite(self.knots, self.radii, s) * self._closing(s))

    def centre(self, s: float) -> tuple[float, float]:
        """Return the centre of the outline at depth ``s``."""
        x, y = hermite(self.knots, self.centres, s)
        return float(x), float(y)

    def spans(self, s: float) -> bool:
        """Tell whether the shape is cut by the plane at depth ``s``."""
        above = s >= self.knots[0] or not self.cap_mm[0]
        below = s <= self.knots[-1] or not self.cap_mm[1]
        return above and below

    def over(self, grid: Grid, s: float) -> Plane:
        """Return the signed distance on the whole grid; the centre must be the origin."""
        return _polar_distance(self.table(s), grid.fan, grid.radius)

    def cut(self, canvas: Section, margin_mm: float = 6.0) -> Patch | None:
        """Return the section of the shape at the canvas depth."""
        if not self.spans(canvas.s):
            return None
        table = self.table(canvas.s)
        reach = float(table.max()) + margin_mm
        x, y = self.centre(canvas.s)
        view = canvas.grid.view(x - reach, x + reach, y - reach, y + reach)
        if view is None or reach <= margin_mm:
            return None
        dx, dy = view.x - np.float32(x), view.y - np.float32(y)
        return Patch(view, _polar_distance(table, table_position(turns(dx, dy)), np.hypot(dx, dy)))


def _polar_distance(table: Table, place: Place, radius: Plane) -> Plane:
    slope = (np.roll(table, -1) - np.roll(table, 1)) * np.float32(TABLE / (4 * np.pi))
    lean = table / np.sqrt(table**2 + slope**2 + np.float32(1e-6))
    distance: Plane = (radius - look_up(table, place)) * look_up(lean, place)
    return distance


class Tube(Solid):
    """A bent tube through ``(x, y, s, radius)`` knots in mm; one knot gives a ball."""

    def __init__(self, knots: Sequence[Knot], step_mm: float = 6.0) -> None:
        points = np.array(knots, float)
        self.points = points if len(points) < 2 else _smooth_path(points, step_mm)
        self.links = np.concatenate([self.points, _steps(self.points)], axis=1).astype(np.float32)
        low, high = (self.points[:, 2] + way * self.points[:, 3] for way in (-1, 1))
        if len(self.points) > 1:
            low, high = np.minimum(low[:-1], low[1:]), np.maximum(high[:-1], high[1:])
        self.low, self.high = low, high
        self.top, self.bottom = float(low.min()), float(high.max())

    def cut(self, canvas: Section, margin_mm: float = 3.0) -> Patch | None:
        """Return the section of the tube at the canvas depth, with its obliquity."""
        s = canvas.s
        if s < self.top - margin_mm or s > self.bottom + margin_mm:
            return None
        near = np.flatnonzero((self.low - margin_mm <= s) & (self.high + margin_mm >= s))
        if not near.size:
            return None
        ends = self.points[np.union1d(near, np.minimum(near + 1, len(self.points) - 1))]
        reach = ends[:, 3].max() + margin_mm
        view = canvas.grid.view(
            ends[:, 0].min() - reach,
            ends[:, 0].max() + reach,
            ends[:, 1].min() - reach,
            ends[:, 1].max() + reach,
        )
        if view is None:
            return None
        distance = np.full((view.y.size, view.x.size), 1e3, np.float32)
        for i in near:
            np.minimum(distance, _capsule(self.links[i], view, s), out=distance)
        return Patch(view, distance)


def _smooth_path(points: NDArray, step_mm: float) -> NDArray:
    lengths = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.maximum(lengths, 1e-3))])
    count = max(2, round(along[-1] / step_mm) + 1)
    return np.array([hermite(along, points, at) for at in np.linspace(0, along[-1], count)])


def _steps(points: NDArray) -> NDArray:
    """Return for each point the way to the next, zero for the last."""
    return np.diff(points, axis=0, append=points[-1:])


def _capsule(link: Plane, view: View, s: float) -> Plane:
    """Return the distance to one link of a tube: x, y, s, radius, and the way to its end."""
    ax, ay, az, ar, bx, by, bz, br = link
    px, py, pz = view.x - ax, view.y - ay, np.float32(s) - az
    square = bx * bx + by * by + bz * bz + np.float32(1e-6)
    t: Plane = px * (bx / square) + (py * by + pz * bz) / square
    np.clip(t, 0, 1, out=t)
    distance = (px - t * bx) ** 2
    distance += (py - t * by) ** 2
    distance += (pz - t * bz) ** 2
    np.sqrt(distance, out=distance)
    distance -= ar + t * br
    return distance


class Ellipsoid(Solid):
    """An ellipsoid, its first axis turned to point along ``axis`` (x, y, s)."""

    def __init__(
        self,
        centre: tuple[float, float, float],
        semi_mm: tuple[float, float, float],
        axis: tuple[float, float, float] = (1.0, 0.0, 0.0),
    ) -> None:
        self.centre = np.array(centre, np.float32)
        self.semi = np.array(semi_mm, np.float32)
        first = np.array(axis, float) / np.linalg.norm(axis)
        helper = np.array([0.0, 0.0, 1.0]) if abs(first[2]) < 0.9 else np.array([0.0, 1.0, 0.0])
        second = np.cross(helper, first)
        second /= np.linalg.norm(second)
        self.frame = np.stack([first, second, np.cross(first, second)]).astype(np.float32)
        self.reach = float(self.semi.max())

    def cut(self, canvas: Section, margin_mm: float = 4.0) -> Patch | None:
        """Return the section of the ellipsoid at the canvas depth."""
        reach = self.reach + margin_mm
        if abs(canvas.s - self.centre[2]) > reach:
            return None
        x, y, z = (float(v) for v in self.centre)
        view = canvas.grid.view(x - reach, x + reach, y - reach, y + reach)
        if view is None:
            return None
        dx, dy, dz = view.x - self.centre[0], view.y - self.centre[1], np.float32(canvas.s - z)
        local = [row[0] * dx + row[1] * dy + row[2] * dz for row in self.frame]
        q = np.sqrt(sum((part / semi) ** 2 for part, semi in zip(local, self.semi, strict=True)))
        slope = np.sqrt(
            sum((part / semi**2) ** 2 for part, semi in zip(local, self.semi, strict=True))
        )
        return Patch(view, (q * (q - 1) / (slope + np.float32(1e-6))).astype(np.float32))
