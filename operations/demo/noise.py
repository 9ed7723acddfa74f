"""Random but repeatable textures: smooth solid noise, detector noise, blur."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from operations.demo.raster import Grid, Plane


class SolidNoise:
    """Smooth periodic noise in space, unit standard deviation, one wavelength."""

    def __init__(self, seed: int, wavelength_mm: float, size: int = 32, cells: float = 3.2) -> None:
        white = np.random.default_rng(seed).standard_normal((size, size, size))
        radius = np.sqrt(sum(axis**2 for axis in _frequencies(size)))
        centre = 1 / cells
        kept = np.exp(-(((radius - centre) / (0.45 * centre)) ** 2))
        volume = np.fft.ifftn(np.fft.fftn(white) * kept).real
        self.volume = (volume / volume.std()).astype(np.float32)
        self.cell_mm = wavelength_mm / cells

    def plane(self, grid: Grid, s: float) -> Plane:
        """Return the noise on an axial plane at depth ``s`` (mm)."""
        size = len(self.volume)
        layer = np.tensordot(_taps(size, s / self.cell_mm), self.volume, 1)
        down = sampling(size, self.cell_mm, tuple(grid.y[:, 0].tolist()))
        across = sampling(size, self.cell_mm, tuple(grid.x[0].tolist()))
        return _product(down, _product(layer, np.ascontiguousarray(across.T)))

    def at(self, x: Plane, y: Plane, s: Plane) -> Plane:
        """Return the noise at scattered points (mm), interpolated linearly."""
        size = len(self.volume)
        cells = [np.asarray(v / np.float32(self.cell_mm), np.float32) for v in (s, y, x)]
        floors = [np.floor(cell) for cell in cells]
        u, v, w = (cell - floor for cell, floor in zip(cells, floors, strict=True))
        lows = [floor.astype(np.intp) % size for floor in floors]
        (s0, s1), (y0, y1), (x0, x1) = ((low, (low + 1) % size) for low in lows)
        values = self.volume.ravel()

        def row(s: NDArray[np.intp], y: NDArray[np.intp]) -> Plane:
            start = (s * size + y) * size
            first = values.take(start + x0, mode="clip")
            along: Plane = first + w * (values.take(start + x1, mode="clip") - first)
            return along

        near, far = row(s0, y0), row(s1, y0)
        near += v * (row(s0, y1) - near)
        far += v * (row(s1, y1) - far)
        near += u * (far - near)
        return near


def _product(left: Plane, right: Plane) -> Plane:
    """Return the matrix product in blocks so small that BLAS starts no threads of its own.

    The slices are made by several threads already; more of them only wait for each other.
    """
    result = np.empty((len(left), right.shape[1]), np.float32)
    block = max(1, 250_000 // right.size)
    for start in range(0, len(left), block):
        rows = slice(start, start + block)
        np.matmul(left[rows], right, out=result[rows])
    return result


def _frequencies(size: int) -> list[NDArray]:
    axis = np.fft.fftfreq(size)
    return list(np.meshgrid(axis, axis, axis, indexing="ij"))


def _taps(size: int, position: float) -> Plane:
    row = np.zeros(size, np.float32)
    base = int(np.floor(position))
    t = position - base
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        row[(base + offset) % size] += weight / 6
    return row


@lru_cache(maxsize=128)
def sampling(size: int, cell_mm: float, positions: tuple[float, ...]) -> Plane:
    """Return the matrix that samples a periodic line by cubic B-splines at positions in mm."""
    return np.stack([_taps(size, position / cell_mm) for position in positions])


@lru_cache(maxsize=16)
def _gauss(shape: tuple[int, int], sigma: float) -> Plane:
    down = np.fft.fftfreq(shape[0])[:, None]
    across = np.fft.rfftfreq(shape[1])[None, :]
    return np.exp(-2 * (np.pi * sigma) ** 2 * (down**2 + across**2)).astype(np.float32)


def blurred(image: Plane, sigma_px: float) -> Plane:
    """Return the image convolved with a Gaussian (periodic edges)."""
    shape = (image.shape[0], image.shape[1])
    result: Plane = np.fft.irfft2(np.fft.rfft2(image) * _gauss(shape, sigma_px), shape)
    return result.astype(np.float32, copy=False)


@lru_cache(maxsize=8)
def _ct_texture(shape: tuple[int, int], peak: float) -> Plane:
    down = np.fft.fftfreq(shape[0])[:, None]
    across = np.fft.rfftfreq(shape[1])[None, :]
    radius = np.hypot(down, across)
    kept = radius * np.exp(-((radius / peak) ** 2) / 2)
    count = shape[0] * shape[1]
    weight = np.full(kept.shape, 2.0)
    weight[:, 0] = 1
    return (kept / np.sqrt((weight * kept**2).sum() / count)).astype(np.float32)


def ct_noise(rng: np.random.Generator, shape: tuple[int, int], peak: float = 0.16) -> Plane:
    """Return noise with the grain of filtered back projection, unit standard deviation.

    ``peak`` is the frequency (cycles per pixel) at which the ramp filter rolls off: lower is
    the coarser grain of a soft kernel.
    """
    white = rng.standard_normal(shape, np.float32)
    result: Plane = np.fft.irfft2(np.fft.rfft2(white) * _ct_texture(shape, peak), shape)
    return result.astype(np.float32, copy=False)


def power_noise(rng: np.random.Generator, shape: tuple[int, int], slope: float) -> Plane:
    """Return noise whose amplitude falls as frequency to the ``-slope``, unit deviation."""
    down = np.fft.fftfreq(shape[0])[:, None]
    across = np.fft.rfftfreq(shape[1])[None, :]
    radius = np.hypot(down, across)
    radius[0, 0] = np.inf
    white = rng.standard_normal(shape, np.float32)
    field = np.fft.irfft2(np.fft.rfft2(white) * (radius**-slope).astype(np.float32), shape)
    result: Plane = (field / field.std()).astype(np.float32)
    return result
