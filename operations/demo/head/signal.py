"""Tissues, sequences and image formation of MR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from operations.demo.raster import Grid, Patch, Plane, Section, View


@dataclass(frozen=True)
class Tissue:
    """Proton density and relaxation times (ms) at 1.5 T."""

    density: float
    t1_ms: float
    t2_ms: float


CSF = Tissue(1.00, 4000, 1800)
GREY = Tissue(0.83, 1280, 106)
WHITE = Tissue(0.70, 660, 74)
DEEP_GREY = Tissue(0.79, 1080, 90)
PALLIDUM = Tissue(0.74, 880, 66)
NUCLEUS = Tissue(0.74, 950, 62)
FAT = Tissue(0.85, 330, 95)
MARROW = Tissue(0.55, 420, 70)
MUSCLE = Tissue(0.76, 1050, 44)
SKIN = Tissue(0.62, 700, 50)
BONE = Tissue(0.02, 400, 20)
AIR = Tissue(0.0, 1000, 100)
VITREOUS = Tissue(0.97, 3400, 1000)
LENS = Tissue(0.62, 1150, 38)
NERVE = Tissue(0.70, 850, 75)
MUCOSA = Tissue(0.88, 1400, 140)
PLAQUE = Tissue(0.90, 1350, 190)
HALO = Tissue(0.78, 1000, 115)
FLOW = Tissue(0.06, 900, 40)


@dataclass(frozen=True)
class Sequence:
    """A pulse sequence; times in ms, ``inversion_ms`` 0 without inversion."""

    name: str
    repetition_ms: float
    echo_ms: float
    inversion_ms: float = 0.0

    def signal(self, tissue: Tissue) -> float:
        """Return the spin-echo (or inversion-recovery) signal of a tissue, arbitrary units."""
        recovery = 1 - np.exp(-self.repetition_ms / tissue.t1_ms)
        if self.inversion_ms:
            recovery += -2 * np.exp(-self.inversion_ms / tissue.t1_ms) + 2 * np.exp(
                -self.repetition_ms / tissue.t1_ms
            )
        return float(abs(tissue.density * recovery) * np.exp(-self.echo_ms / tissue.t2_ms))


T1 = Sequence("T1", 560, 11)
T2 = Sequence("T2", 4600, 98)
FLAIR = Sequence("FLAIR", 9000, 118, 2500)
SEQUENCES = (T1, T2, FLAIR)


class MrCanvas(Section):
    """One slice of a head being painted, all sequences at once."""

    def __init__(self, grid: Grid, s: float) -> None:
        super().__init__(grid, s)
        self.signals = np.zeros((len(SEQUENCES), grid.rows, grid.columns), np.float32)

    def mix(self, view: View, share: Plane, tissue: Tissue) -> None:
        """Blend a tissue into the view by its share of each pixel."""
        for plane, sequence in zip(self.signals, SEQUENCES, strict=True):
            part = plane[view.where]
            part += share * (np.float32(sequence.signal(tissue)) - part)

    def paint(self, patch: Patch | None, tissue: Tissue, *, grow_mm: float = 0.0,
              softness_mm: float = 0.0, strength: float = 1.0) -> None:  # fmt: skip
        """Fill the inside of a patch (grown by ``grow_mm``) with a tissue."""
        if patch is not None:
            share = self.cover(patch.distance - np.float32(grow_mm), softness_mm)
            self.mix(patch.view, share * np.float32(strength), tissue)


def measured(plane: Plane, noise: float, rng: np.random.Generator) -> Plane:
    """Return the magnitude image at half the resolution, as sampled in k-space.

    The spectrum is cut off (with the ringing that this brings) and complex noise is added, so
    that the background is Rician.
    """
    rows, columns = plane.shape[0] // 2, plane.shape[1] // 2
    spectrum = np.fft.fftshift(np.fft.fft2(plane))
    top, left = rows - rows // 2, columns - columns // 2
    kept = spectrum[top : top + rows, left : left + columns] / 4
    reach = np.abs(np.linspace(-1, 1, rows))[:, None]
    across = np.abs(np.linspace(-1, 1, columns))[None, :]
    taper = np.clip((1.0 - reach) / 0.12, 0, 1) * np.clip((0.92 - across) / 0.10, 0, 1)
    image = np.fft.ifft2(np.fft.ifftshift(kept * taper))
    grain = rng.standard_normal((2, rows, columns), np.float32) * np.float32(noise)
    return np.abs(image + grain[0] + 1j * grain[1]).astype(np.float32)
