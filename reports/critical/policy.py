"""Within what time a critical result is to be acknowledged, and what happens when it isn't.

The three levels are those in use since the Actionable Reporting work group of the American College
of Radiology (2014): minutes, hours, days. Times count from the report.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reports.models import CriticalResult

Urgency = CriticalResult.Urgency

REPORTED: Final = "reported"
REMINDED: Final = "reminded"
ESCALATED: Final = "escalated"
ACKNOWLEDGED: Final = "acknowledged"
CANCELLED: Final = "cancelled"

# To whom a step goes beside the recipient.
RECIPIENT: Final = "recipient"
FACILITY: Final = "facility"
ADMINISTRATORS: Final = "administrators"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens by itself when nobody has acknowledged `after` the report."""

    after: timedelta
    what: str
    level: str


def _steps(remind: int, facility: int, administrators: int) -> tuple[Step, ...]:
    return (
        Step(timedelta(minutes=remind), REMINDED, RECIPIENT),
        Step(timedelta(minutes=facility), ESCALATED, FACILITY),
        Step(timedelta(minutes=administrators), ESCALATED, ADMINISTRATORS),
    )


STEPS: Final[dict[str, tuple[Step, ...]]] = {
    Urgency.RED: _steps(10, 20, 40),
    Urgency.ORANGE: _steps(60, 2 * 60, 4 * 60),
    Urgency.YELLOW: _steps(24 * 60, 48 * 60, 72 * 60),
}
# After the last step it is told to the administrators again and again, so often at most.
REPEATED_EVERY: Final[dict[str, timedelta]] = {
    Urgency.RED: timedelta(hours=1),
    Urgency.ORANGE: timedelta(hours=4),
    Urgency.YELLOW: timedelta(hours=24),
}
REPETITIONS: Final = 12
LINK_LASTS: Final[dict[str, timedelta]] = {
    Urgency.RED: timedelta(days=3),
    Urgency.ORANGE: timedelta(days=7),
    Urgency.YELLOW: timedelta(days=14),
}


def step_of(urgency: str, number: int) -> Step | None:
    """Return the step with this number, from 0; None when nothing more happens by itself."""
    steps = STEPS[urgency]
    if number < len(steps):
        return steps[number]
    repetition = number - len(steps) + 1
    if repetition > REPETITIONS:
        return None
    last = steps[-1]
    return Step(last.after + repetition * REPEATED_EVERY[urgency], last.what, last.level)


def pause_before(urgency: str, number: int) -> timedelta | None:
    """Return how long after the step before it step `number` comes; None when there is none."""
    step = step_of(urgency, number)
    if step is None:
        return None
    before = step_of(urgency, number - 1) if number else None
    return step.after - before.after if before else step.after
