"""Blood vessels that fill an organ: a tree grown towards random points, and its rendering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from operations.demo.raster import Grid, Plane

Inside = Callable[[NDArray, NDArray, NDArray], NDArray]


@dataclass(frozen=True)
class Growth:
    """How a tree grows.

    Parameters
    ----------
    targets
        Number of end points.
    twig_mm
        Radius of the last twigs; radii grow towards the root by Murray's law.
    exponent
        Exponent of that law (3 for laminar flow; lower makes the trunks thicker).
    trunk_mm
        Largest radius.
    """

    targets: int
    twig_mm: float
    exponent: float = 2.7
    trunk_mm: float = 7.0
    step_mm: float = 7.0
    path_weight: float = 0.25


class Tree:
    """Nodes (x, y, s in mm), the parent of each (-1 for roots) and the radius at each."""

    def __init__(self, nodes: NDArray, parents: NDArray, radii: NDArray) -> None:
        self.nodes, self.parents, self.radii = nodes, parents, radii

    @property
    def ends(self) -> NDArray:
        """The nodes without children, shape (n, 3)."""
        return self.nodes[np.setdiff1d(np.arange(len(self.nodes)), self.parents)]


def scatter(
    rng: np.random.Generator, box: NDArray, inside: Inside, count: int, tries: int = 12
) -> NDArray:
    """Return up to ``count`` random points of a (3, 2) box that lie inside, spread evenly."""
    pool = rng.uniform(box[:, 0], box[:, 1], (count * tries, 3))
    pool = pool[inside(pool[:, 0], pool[:, 1], pool[:, 2])]
    return pool[:count]


def grow(rng: np.random.Generator, roots: NDArray, targets: NDArray, growth: Growth) -> Tree:
    """Grow a tree from ``roots`` (n, 3) that reaches every target, nearest first."""
    order = np.argsort(np.min(np.linalg.norm(targets[:, None] - roots[None], axis=2), axis=1))
    room = len(roots) + len(targets) * 60
    nodes, heading = np.zeros((2, 3, room), np.float32)  # by axis: the search reads whole rows
    reach, parents = np.zeros(room, np.float32), np.full(room, -1, np.int64)
    count = len(roots)
    nodes[:, :count] = roots.T
    for target in targets[order].astype(np.float32):
        at, length = _nearest(target, nodes[:, :count], heading[:, :count], reach[:count], growth)
        steps = max(1, int(length / growth.step_mm))
        if count + steps >= room:
            break
        start = nodes[:, at].copy()
        path = _wander(rng, start, target, heading[:, at], length, steps)
        new = slice(count, count + steps)
        nodes[:, new] = path.T
        parents[new] = [at, *range(count, count + steps - 1)]
        legs = path - np.concatenate([start[None], path[:-1]])
        sizes = np.sqrt((legs**2).sum(1))
        heading[:, new] = (legs / (sizes[:, None] + 1e-3)).T
        reach[new] = reach[at] + np.cumsum(sizes)
        count += steps
    return _with_radii(nodes[:, :count].T.copy(), parents[:count], growth)


def _nearest(
    target: Plane, nodes: Plane, heading: Plane, reach: Plane, growth: Growth
) -> tuple[int, float]:
    """Return the node to branch from and its distance: near, ahead of it, and near the root."""
    x, y, z = (goal - axis for goal, axis in zip(target, nodes, strict=True))
    length = np.sqrt(x * x + y * y + z * z)
    ahead = x * heading[0] + y * heading[1] + z * heading[2]
    cost = 1.35 * length - 0.35 * ahead + growth.path_weight * reach
    at = int(np.argmin(cost))
    return at, float(length[at])


@lru_cache(maxsize=128)
def _stages(steps: int) -> tuple[Plane, Plane, Plane]:
    """Return positions along a path of so many steps, its bend and its shake there."""
    t = np.linspace(0, 1, steps + 1, dtype=np.float32)[1:, None]
    return t, 0.9 * t * (1 - t) ** 2, 0.45 * (1 - t)


def _wander(
    rng: np.random.Generator, start: Plane, end: Plane, heading: Plane, gap: float, steps: int
) -> Plane:
    t, bend, shake = _stages(steps)
    jitter = rng.standard_normal((steps, 3), np.float32) * np.float32(min(1.0, gap / 8))
    return start + (end - start) * t + heading * np.float32(gap) * bend + jitter * shake


def _with_radii(nodes: NDArray, parents: NDArray, growth: Growth) -> Tree:
    flow = np.zeros(len(nodes))
    leaves = np.setdiff1d(np.arange(len(nodes)), parents)
    flow[leaves] = 1.0
    for i in range(len(nodes) - 1, -1, -1):
        if parents[i] >= 0:
            flow[parents[i]] += flow[i]
    radii = growth.twig_mm * np.maximum(flow, 1.0) ** (1 / growth.exponent)
    return Tree(nodes, parents, np.minimum(radii, growth.trunk_mm).astype(np.float32))


def _legs(tree: Tree) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    child = np.flatnonzero(tree.parents >= 0)
    parent = tree.parents[child]
    narrow = tree.radii[child]
    return (
        tree.nodes[parent],
        tree.nodes[child],
        np.minimum(tree.radii[parent], narrow * 1.25),
        narrow,
    )


class Beads:
    """Vessels as many small volumes, sorted by depth, ready to be poured into slices."""

    def __init__(self, trees: Sequence[Tree], spacing_mm: float = 0.4) -> None:
        legs = [_legs(tree) for tree in trees]
        start, end, wide, narrow = (np.concatenate(part) for part in zip(*legs, strict=True))
        length = np.linalg.norm(end - start, axis=1)
        pieces = np.maximum(1, np.ceil(length / spacing_mm).astype(int))
        owner = np.repeat(np.arange(len(start)), pieces)
        first = np.repeat(np.cumsum(pieces) - pieces, pieces)
        t = ((np.arange(len(owner)) - first + 0.5) / pieces[owner])[:, None]
        centres = start[owner] + (end - start)[owner] * t
        radii = wide[owner] * (1 - t[:, 0]) + narrow[owner] * t[:, 0]
        span = (length / pieces)[owner]
        self._pour(centres, radii, span)

    def _pour(self, centres: NDArray, radii: NDArray, span: NDArray) -> None:
        """Replace each bead by sunflower points over a ball-like cross-section."""
        counts = np.clip(np.ceil((radii / 0.28) ** 2 * 1.3).astype(int), 1, 260)
        owner = np.repeat(np.arange(len(radii)), counts)
        rank = (np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)).astype(
            np.float32
        )
        many = counts.astype(np.float32)[owner]
        z = 1 - 2 * (rank + np.float32(0.5)) / many
        part = rank * np.float32(0.7548777)
        shell = np.cbrt(part - np.floor(part)) * radii.astype(np.float32)[owner] * (many > 1)
        angle = rank * np.float32(np.pi * (3 - np.sqrt(5))) + (owner % 1000).astype(np.float32)
        flat = np.sqrt(1 - z**2) * shell
        offset = np.stack([flat * np.cos(angle), flat * np.sin(angle), z * shell], 1)
        points = centres.astype(np.float32)[owner] + offset
        order = np.argsort(points[:, 2])
        self.points = points[order]
        volume = (np.pi * radii**2 * span / counts).astype(np.float32)
        self.volume = volume[owner][order]

    def share(self, grid: Grid, s: float, thickness_mm: float) -> Plane:
        """Return the part of each voxel of a slice that the vessels fill, 0 to 1."""
        low, high = np.searchsorted(self.points[:, 2], (s - thickness_mm / 2, s + thickness_mm / 2))
        x, y = self.points[low:high, 0], self.points[low:high, 1]
        column = np.rint(x / grid.pixel_mm + (grid.columns - 1) / 2).astype(np.int64)
        row = np.rint(y / grid.pixel_mm + grid.middle_row).astype(np.int64)
        kept = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
        flat = np.bincount(
            (row * grid.columns + column)[kept],
            self.volume[low:high][kept],
            minlength=grid.rows * grid.columns,
        )
        voxel = grid.pixel_mm**2 * thickness_mm
        share: Plane = np.minimum(flat.reshape(grid.rows, grid.columns) / voxel, 1).astype(
            np.float32
        )
        return share
