"""Exact percentiles of many durations in little room: four bytes for each."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

_LARGEST = 2**32 - 1


def percentile(ordered: "array[int]", percent: int) -> int:
    """Return the least value that at least `percent` of all do not exceed (nearest rank).

    Parameters
    ----------
    ordered : array
        At least one value, in ascending order.
    percent : int
        From 1 to 100.
    """
    rank = -(-len(ordered) * percent // 100)
    return ordered[rank - 1]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: how often it was, and the p50 and p90 of it in seconds."""

    count: int
    p50_s: int
    p90_s: int
    # How many of them had a target, and how many of those met it.
    targets: int = 0
    met: int = 0


class Durations:
    """Collects durations; `spread` sums them up."""

    __slots__ = ("_met", "_targets", "_values")

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._values: array[int] = array("I", values)
        self._targets = self._met = 0

    def add(self, seconds: int, target_minutes: int | None = None) -> None:
        """Add one duration; a clock that went backwards counts as none at all."""
        self._values.append(seconds if 0 <= seconds <= _LARGEST else min(max(seconds, 0), _LARGEST))
        if target_minutes is not None:
            self._targets += 1
            self._met += seconds <= target_minutes * 60

    def extend(self, other: "Durations") -> None:
        """Add all that another has collected."""
        self._values.extend(other._values)
        self._targets += other._targets
        self._met += other._met

    def spread(self) -> Spread | None:
        """Return the percentiles; None when there was nothing."""
        if not self._values:
            return None
        ordered = array("I", sorted(self._values))
        return Spread(
            len(ordered),
            percentile(ordered, 50),
            percentile(ordered, 90),
            self._targets,
            self._met,
        )
