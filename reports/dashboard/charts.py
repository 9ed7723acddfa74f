"""Where the marks of a chart go: scales, bars, lines and dots, as numbers and nothing else.

Across, places are per cent of the drawing's width, so that it fits any page without its text
growing or shrinking; downwards they are pixels from the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 2, 5)
_DURATION_STEPS_S = (
    *(60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(86400, 2 * 86400, 5 * 86400, 10 * 86400, 20 * 86400, 50 * 86400),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A value of an axis, where it lies, and what is written there."""

    value: float
    at: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a stacked bar: of which series (from 0), and what it says."""

    x: float
    width: float
    y: float
    height: float
    series: int
    value: int


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: its pieces from the bottom, and the whole of it."""

    x: float
    width: float
    total: int
    segments: tuple[Segment, ...]


def scale(largest: float, parts: int = 4) -> list[float]:
    """Return round values from 0 to at least `largest`, in about so many steps."""
    if largest <= 0:
        return [0.0, 1.0]
    size = 1.0
    while True:
        for step in _STEPS:
            if step * size * parts >= largest:
                return _up_to(largest, step * size)
        size *= 10


def duration_scale(largest_s: float, parts: int = 5) -> list[float]:
    """Return round times, in seconds, from 0 to at least `largest_s`."""
    fitting = (step for step in _DURATION_STEPS_S if step * parts >= largest_s)
    return _up_to(max(largest_s, 1), float(next(fitting, max(largest_s, 1) / parts)))


def _up_to(largest: float, step: float) -> list[float]:
    count = int(-(-largest // step))
    return [number * step for number in range(count + 1)]


def stacks(columns: Sequence[Sequence[int]], top: float, height: float) -> list[Stack]:
    """Return a bar for each column, whose pieces lie on each other.

    Parameters
    ----------
    columns : sequence of sequences
        For each bar the value of every series; the first lies at the bottom.
    top : float
        The value at the top of the drawing.
    height : float
        The drawing's height in pixels.
    """
    pitch = 100 / max(len(columns), 1)
    width = pitch * 0.76
    return [
        _stack(values, (number + 0.12) * pitch, width, height / top)
        for number, values in enumerate(columns)
    ]


def _stack(values: Sequence[int], x: float, width: float, unit: float) -> Stack:
    base = 0
    segments = []
    for series, value in enumerate(values):
        if value:
            y = -(base + value) * unit
            segments.append(Segment(x, width, y, value * unit, series, value))
        base += value
    return Stack(x, width, base, tuple(segments))


def share(value: float, top: float) -> float:
    """Return where a value lies on a scale from 0 to `top`, in per cent of its length."""
    return 100 * min(max(value, 0), top) / top if top > 0 else 0.0


def line(values: Sequence[float | None], top: float) -> list[str]:
    """Return the points of a line in a square of 100, broken where there is no value.

    Each piece is a ``points`` attribute of SVG's polyline; a lone value is a piece of length 0.
    """
    pieces: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            x = (number + 0.5) * 100 / len(values)
            pieces[-1].append(f"{x:.2f},{100 - share(value, top):.2f}")
    return [" ".join(piece * 2 if len(piece) == 1 else piece) for piece in pieces if piece]


def every(count: int, most: int) -> int:
    """Return at which distance labels stand when at most `most` of `count` have room."""
    return max(1, -(-count // most))
