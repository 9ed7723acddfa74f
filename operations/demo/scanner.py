"""What a CT scanner adds to anatomy: resolution, noise grain, streaks, field of view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from operations.demo.noise import blurred, ct_noise, power_noise
from operations.demo.raster import Canvas, Plane


@dataclass(frozen=True)
class Protocol:
    """Image quality of a CT series; ``noise_hu`` is the deviation in the middle of the body."""

    noise_hu: float = 11.0
    blur_px: float = 0.62
    grain: float = 0.17


def acquire(canvas: Canvas, protocol: Protocol, seed: int) -> Plane:
    """Return the slice as measured: HU with blur, noise and -1024 outside the field of view."""
    rng = np.random.default_rng(seed)
    grid = canvas.grid
    shape = (grid.rows, grid.columns)
    image = blurred(canvas.hu, protocol.blur_px)
    bone = float(np.clip(canvas.hu, 300, 900).mean() - 300)
    level = protocol.noise_hu * (1 + bone / 110)
    edge = grid.radius / np.float32(grid.columns * grid.pixel_mm / 2)
    image += ct_noise(rng, shape, protocol.grain) * level * (np.float32(1.12) - 0.62 * edge**2)
    shoulder = float(np.clip((38 - canvas.s) / 30, 0, 1)) * float(
        np.clip((canvas.s + 60) / 30, 0, 1)
    )
    if shoulder > 0:
        image += _streaks(rng, shape) * np.float32(0.9 * level * shoulder)
    image[edge > 1] = -1024
    return np.maximum(image, -1024)


def _streaks(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Return noise drawn out along the rows, as photons starve across the shoulders."""
    grain = ct_noise(rng, shape, 0.2)
    spread = np.exp(-((np.fft.rfftfreq(shape[1]) / 0.012) ** 2))[None, :]
    lines = np.fft.irfft(np.fft.rfft(grain, axis=1) * spread, shape[1], axis=1)
    slow = power_noise(rng, shape, 1.2)
    result: Plane = (lines / lines.std() * (0.7 + 0.3 * slow)).astype(np.float32)
    return result
