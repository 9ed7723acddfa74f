"""An echocardiogram: the beating heart in the apical four-chamber view, as a sector image."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from operations.demo.encode import Syntax, set_pixels
from operations.demo.headers import Visit, new_instance, new_series
from operations.demo.noise import power_noise
from operations.demo.raster import Plane

US_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.3.1"
WIDTH, HEIGHT = 640, 480
APEX = (320, 38)  # pixel of the transducer face's centre of curvature
PIXEL_MM = 0.4
DEPTH_MM = 158.0
HALF_ANGLE = np.deg2rad(41)
BEAMS, SAMPLES = 208, 560
FRAMES, FRAME_MS = 48, 1000 / 30
BEAT_FRAMES = 24  # 75 beats a minute
CELL_MM = 0.25
Echoes = NDArray[np.complexfloating]
LV_X, LV_RADIUS, ANNULUS_Z = 15.0, 22.0, 104.0


def contraction(phase: float) -> float:
    """Return 0 at end of diastole to 1 at end of systole for a phase of the beat in [0, 1)."""
    if phase < 0.36:
        return float(np.sin(np.pi / 2 * phase / 0.36) ** 1.4)
    relax = (phase - 0.36) / 0.64
    early = np.exp(-((relax / 0.30) ** 2))
    kick = 0.10 * np.exp(-(((relax - 0.82) / 0.09) ** 2))
    return float(np.clip(early * (1 - 0.2 * relax) - kick * (relax > 0.7), 0, 1))


def opening(phase: float) -> float:
    """Return how far the atrioventricular valves are open, 0 to 1."""
    early = np.exp(-(((phase - 0.52) / 0.085) ** 2))
    atrial = 0.75 * np.exp(-(((phase - 0.90) / 0.055) ** 2))
    return float(np.clip(early + atrial + 0.22 * (0.45 < phase < 0.95), 0, 1))


class Echo:
    """Scatterers fixed to the tissue, moved with it, and imaged beam by beam."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        shape = (int(175 / CELL_MM), int(250 / CELL_MM))
        real, imaginary = rng.standard_normal((2, *shape), np.float32)
        self.scatterers = real + 1j * imaginary
        self.clumps = power_noise(rng, shape, 1.1)
        self.noise = rng.standard_normal((2, BEAMS, SAMPLES), np.float32)
        self.gain = np.exp(0.30 * power_noise(rng, (BEAMS, SAMPLES), 1.6))
        self.seed = seed

    @cached_property
    def beams(self) -> tuple[Plane, Plane]:
        """Lateral position and depth of every sample, mm, shape (BEAMS, SAMPLES)."""
        angle = np.linspace(-HALF_ANGLE, HALF_ANGLE, BEAMS, dtype=np.float32)[:, None]
        radius = np.linspace(0, DEPTH_MM, SAMPLES, dtype=np.float32)[None, :]
        return radius * np.sin(angle), radius * np.cos(angle)

    def _material(self, squeeze: float) -> tuple[Plane, Plane]:
        """Return where the tissue now under each sample lies at end of diastole."""
        x, z = self.beams
        lift = np.interp(z, [0, 22, ANNULUS_Z, 165], [0, 0, 13, 3]).astype(np.float32)
        z0 = z + squeeze * lift
        offset = x - LV_X
        radius, inner = np.abs(offset), LV_RADIUS - 7.5 * squeeze
        spread = np.where(
            radius < inner, radius * LV_RADIUS / inner,
            LV_RADIUS + (radius - inner) * 24 / (LV_RADIUS + 24 - inner),
        )  # fmt: skip
        moved = np.where(radius < LV_RADIUS + 24, spread, radius)
        weight = np.clip((ANNULUS_Z + 10 - z0) / 25, 0, 1)
        x0 = LV_X + np.sign(offset) * (radius + (moved - radius) * weight)
        return x0.astype(np.float32), z0.astype(np.float32)

    def envelope(self, phase: float) -> Plane:
        """Return the echo amplitude of every sample at a phase of the beat."""
        x0, z0 = self._material(contraction(phase))
        rows = np.clip((z0 / CELL_MM).astype(int), 0, self.scatterers.shape[0] - 1)
        columns = np.clip(((x0 + 125) / CELL_MM).astype(int), 0, self.scatterers.shape[1] - 1)
        strength = _echogenicity(x0, z0, self.clumps[rows, columns])
        strength = np.maximum(strength, self._valves(phase))
        field = self.scatterers[rows, columns] * (strength * self.gain)
        field = _point_spread(field)
        x, z = self.beams
        depth = np.hypot(x, z)
        haze = np.exp(-depth / 9) * 0.5 + 0.05 * np.exp(-(((depth - 22) / 6) ** 2))
        speck = 0.006 + 0.013 * (depth / DEPTH_MM) ** 2
        rng = np.random.default_rng((self.seed, round(phase * 1000)))
        shift = int(rng.integers(BEAMS))
        static = np.roll(self.noise, shift, 1)
        field += (static[0] + 1j * static[1]) * speck + haze * (0.8 + 0.3 * self.noise[0])
        result: Plane = np.abs(field).astype(np.float32)
        return result

    def _valves(self, phase: float) -> Plane:
        """Return the echoes of mitral and tricuspid leaflets, which move on their own."""
        x, z = self.beams
        plane = ANNULUS_Z - 12.5 * contraction(phase)
        found = np.zeros_like(x)
        for hinge, length, way in ((-3, 21, 1), (34, 15, -1), (-46, 15, 1), (-10, 16, -1)):
            base = plane - (3 if hinge < -5 else 0)
            angle = np.deg2rad(8 + 50 * opening(phase))
            tip = (hinge + way * length * np.cos(angle), base - length * np.sin(angle) + 3)
            found = np.maximum(found, _strand(x, z, (hinge, base), tip, 1.1))
        return found * np.float32(1.0)


def _strand(x: Plane, z: Plane, start: tuple[float, float], end: tuple[float, float],
            width: float) -> Plane:  # fmt: skip
    bx, bz = end[0] - start[0], end[1] - start[1]
    t = np.clip(((x - start[0]) * bx + (z - start[1]) * bz) / (bx * bx + bz * bz), 0, 1)
    bow = 2.2 * np.sin(np.pi * t)
    gap = np.hypot(x - start[0] - t * bx, z - start[1] - t * bz - bow)
    return np.exp(-((gap / width) ** 2)).astype(np.float32)


def _oval(x: Plane, z: Plane, centre: tuple[float, float], semi: tuple[float, float],
          lean: float = 0.0) -> Plane:  # fmt: skip
    dx, dz = x - centre[0], z - centre[1]
    u, v = dx * np.cos(lean) + dz * np.sin(lean), dz * np.cos(lean) - dx * np.sin(lean)
    q = np.sqrt((u / semi[0]) ** 2 + (v / semi[1]) ** 2)
    return ((q - 1) * min(semi)).astype(np.float32)


def _echogenicity(x: Plane, z: Plane, clumps: Plane) -> Plane:
    """Return the backscatter of the tissue at end-diastolic positions."""
    wobble = 1.1 * np.sin(z / 7 + 1) + 0.8 * np.sin(x / 5 + z / 11) + 0.5 * clumps
    ventricle = np.maximum(_oval(x, z, (LV_X, 74), (LV_RADIUS, 52)), z - ANNULUS_Z) + wobble
    right = np.maximum(_oval(x, z, (-31, 84), (16.5, 45), 0.30), z - ANNULUS_Z + 4) + 1.6 * wobble
    atria = np.minimum(_oval(x, z, (16, 128), (21, 23)), _oval(x, z, (-28, 126), (20, 24)))
    atria = np.maximum(atria, ANNULUS_Z + 1 - z) + 0.7 * wobble
    blood = np.minimum(np.minimum(ventricle, right), atria)
    wall = np.minimum(_oval(x, z, (LV_X, 76), (LV_RADIUS + 10.5, 62)),
                      _oval(x, z, (-31, 84), (21.5, 50), 0.30))  # fmt: skip
    wall = np.minimum(wall, np.minimum(_oval(x, z, (16, 128), (24, 26)),
                                       _oval(x, z, (-28, 126), (23, 27))))  # fmt: skip
    texture = np.exp(0.45 * clumps)
    muscle = 0.20 * texture
    around = (0.13 + 0.10 * np.exp(-np.maximum(wall, 0) / 12)) * texture
    strength = np.where(wall < 0, muscle, around)
    strength += 0.75 * np.exp(-(((wall - 0.6) / 1.3) ** 2)) * np.clip((z - 30) / 60, 0.15, 1)
    strength += 0.22 * np.exp(-(((blood - 0.6) / 1.0) ** 2))
    inside = np.clip(0.5 - blood / 1.4, 0, 1)
    strength = strength * (1 - inside) + 0.011 * inside
    chords = _strand(x, z, (30, 66), (22, 90), 0.9) + _strand(x, z, (3, 70), (8, 92), 0.9)
    band = _strand(x, z, (-36, 70), (-16, 62), 1.6)
    near = np.exp(-(((z - 9) / 2.2) ** 2)) + 0.7 * np.exp(-(((z - 15) / 1.6) ** 2))
    total: Plane = (strength + 0.28 * chords + 0.12 * band + 0.5 * near).astype(np.float32)
    return total


def _point_spread(field: Echoes) -> Echoes:
    """Blur along the beam (pulse) and across beams (aperture)."""
    across = np.fft.fftfreq(BEAMS)[:, None]
    along = np.fft.fftfreq(SAMPLES)[None, :]
    kernel = np.exp(-2 * np.pi**2 * ((1.25 * across) ** 2 + (1.3 * along) ** 2))
    return np.fft.ifft2(np.fft.fft2(field) * kernel)


class Screen:
    """Turns beams into the picture on the screen of the machine."""

    def __init__(self) -> None:
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        dx, dz = (x - APEX[0]) * PIXEL_MM, (y - APEX[1]) * PIXEL_MM
        radius, angle = np.hypot(dx, dz), np.arctan2(dx, np.maximum(dz, 1e-3))
        self.beam = (angle + HALF_ANGLE) / (2 * HALF_ANGLE) * (BEAMS - 1)
        self.sample = radius / DEPTH_MM * (SAMPLES - 1)
        self.inside = (np.abs(angle) < HALF_ANGLE) & (radius < DEPTH_MM) & (radius > 2) & (dz > 0)

    def picture(self, envelope: Plane, frame: int) -> NDArray[np.uint8]:
        """Return one RGB frame, shape (480, 640, 3)."""
        beam = np.linspace(-1, 1, BEAMS)[:, None]
        gain = 1 - 0.55 * np.exp(-(((beam + 0.86) / 0.10) ** 2)) - 0.25 * np.abs(beam) ** 3
        level = 20 * np.log10(np.maximum(envelope * gain, 1e-5))
        grey = np.clip((level + 37) / 44, 0, 1) ** 1.08 * 235
        canvas = np.zeros((HEIGHT, WIDTH), np.float32)
        canvas[self.inside] = self._sampled(grey)
        rgb = np.stack([canvas * 0.96, canvas * 0.98, np.minimum(canvas * 1.04, 255)], -1)
        image = Image.fromarray(rgb.astype(np.uint8))
        _annotate(ImageDraw.Draw(image), frame)
        return np.asarray(image)

    def _sampled(self, grey: Plane) -> Plane:
        beam, sample = self.beam[self.inside], self.sample[self.inside]
        b, s = beam.astype(int), sample.astype(int)
        b1, s1 = np.minimum(b + 1, BEAMS - 1), np.minimum(s + 1, SAMPLES - 1)
        u, v = beam - b, sample - s
        found: Plane = (grey[b, s] * (1 - u) * (1 - v) + grey[b1, s] * u * (1 - v)
                        + grey[b, s1] * (1 - u) * v + grey[b1, s1] * u * v)  # fmt: skip
        return found


def _heart_trace(phase: NDArray) -> NDArray:
    """Return an ECG in arbitrary units for phases of the beat."""
    parts = ((0.90, 0.022, 0.13), (0.985, 0.006, -0.12), (0.0, 0.008, 1.0), (1.0, 0.008, 1.0),
             (0.018, 0.007, -0.22), (0.30, 0.045, 0.26))  # fmt: skip
    return np.asarray(sum(a * np.exp(-(((phase - c) / w) ** 2)) for c, w, a in parts))


def _annotate(draw: ImageDraw.ImageDraw, frame: int) -> None:
    pale, green, amber = (205, 210, 215), (70, 220, 110), (235, 180, 70)
    font = ImageFont.load_default(13)
    for line, text in enumerate(("Adult Echo", "S5-1   30Hz", "16cm", "", "2D", " 62%", " C 50",
                                 " P Low", " HPen")):  # fmt: skip
        draw.text((12, 52 + 16 * line), text, fill=pale, font=font)
    draw.text((12, 10), "NOCTIS Demo", fill=amber, font=font)
    draw.text((520, 10), "TIS0.8  MI 1.1", fill=pale, font=font)
    draw.text((604, 52), "M3", fill=pale, font=font)
    draw.text((APEX[0] - 22, 16), "V", fill=(90, 160, 255), font=ImageFont.load_default(18))
    for centimetre in range(0, 16):
        y = APEX[1] + centimetre * 10 / PIXEL_MM
        reach = 8 if centimetre % 5 == 0 else 4
        draw.line([(628 - reach, y), (628, y)], fill=pale)
        if centimetre % 5 == 0 and centimetre:
            draw.text((596, y - 8), str(centimetre), fill=pale, font=font)
    for row in range(110):
        draw.line([(612, 70 + row), (622, 70 + row)], fill=(int(235 * (1 - row / 109)),) * 3)
    columns = np.arange(150, 470)
    phase = (columns - 150) / 320 * FRAMES / BEAT_FRAMES
    trace = 462 - 24 * _heart_trace(phase % 1.0)
    draw.line(list(zip(columns.tolist(), trace.tolist(), strict=True)), fill=green)
    now = 150 + 320 * (frame + 0.5) / FRAMES
    draw.line([(now, 432), (now, 472)], fill=amber)
    draw.text((520, 456), "75 bpm", fill=green, font=font)


def echo_datasets(visit: Visit, seed: int, frames: int = FRAMES) -> Iterator[Dataset]:
    """Yield the cine loop as one multi-frame instance, JPEG baseline."""
    echo, screen = Echo(seed), Screen()

    def one(frame: int) -> NDArray[np.uint8]:
        envelope = echo.envelope(frame % BEAT_FRAMES / BEAT_FRAMES)
        return screen.picture(envelope, frame)

    shared = new_series(visit, 1, "US", "AP4 2D", ProtocolName="Adult Echo")
    dataset = new_instance(visit, US_MULTIFRAME, shared, 1, 300)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "TTE", "0001"]
    dataset.PatientOrientation = ""
    dataset.FrameTime = f"{FRAME_MS:.3f}"
    dataset.FrameIncrementPointer = Tag("FrameTime")
    dataset.CineRate = dataset.RecommendedDisplayFrameRate = 30
    dataset.ActualFrameDuration = round(FRAME_MS)
    dataset.HeartRate = 75
    dataset.StartTrim, dataset.StopTrim, dataset.EffectiveDuration = 1, frames, "1.6"
    dataset.TransducerType = "SECTOR_PHASED"
    dataset.BurnedInAnnotation = "NO"
    dataset.SequenceOfUltrasoundRegions = [_region()]
    yield set_pixels(dataset, [one(frame) for frame in range(frames)], Syntax.JPEG_BASELINE)


def _region() -> Dataset:
    """Return the calibration of the sector (PS3.3 C.8.5.5)."""
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    half = int(DEPTH_MM * np.sin(HALF_ANGLE) / PIXEL_MM)
    region.RegionLocationMinX0, region.RegionLocationMaxX1 = APEX[0] - half, APEX[0] + half
    region.RegionLocationMinY0 = APEX[1]
    region.RegionLocationMaxY1 = APEX[1] + int(DEPTH_MM / PIXEL_MM)
    region.ReferencePixelX0, region.ReferencePixelY0 = half, 0
    region.ReferencePixelPhysicalValueX = region.ReferencePixelPhysicalValueY = 0.0
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = PIXEL_MM / 10
    region.TransducerFrequency = 3200
    return region
