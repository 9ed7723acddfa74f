"""The clock of a reading as a person reads it: what remains, how late it is, how long it took."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.lifecycle import RELEASED
from reports.models import Reading

# What share of the time remains when a clock is calm, and when it is time to hurry.
CALM: Final = 0.5
HURRY: Final = 0.25
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(slots=True)
class Clock:
    """A clock in words.

    Parameters
    ----------
    text : str
        What it shows.
    state : str
        ``calm``, ``soon``, ``hurry``, ``late``, ``paused``, ``done`` or ``none``.
    detail : str
        The sentence behind it.
    due_s : int or None
        When it runs out, in seconds since 1970; only of one that runs.
    total_s : int
        What it ran from, in seconds.
    """

    text: str = ""
    state: str = "none"
    detail: str = ""
    due_s: int | None = None
    total_s: int = 0


def clock_of(reading: Reading, now: datetime | None = None) -> Clock:
    """Return the clock of a reading at `now`."""
    if reading.status in RELEASED and reading.final_at:
        return _finished(reading, reading.final_at)
    if reading.paused_at is not None:
        return Clock(
            _("paused"), "paused", _("The clock stands still while the study is rejected.")
        )
    if reading.due_at is None:
        return Clock()
    return _running(reading, reading.due_at, now or timezone.now())


def _running(reading: Reading, due: datetime, now: datetime) -> Clock:
    remaining = (due - now).total_seconds()
    total = _target_s(reading, due)
    text = duration_text(abs(remaining))
    return Clock(
        text=_("%(time)s late") % {"time": text} if remaining < 0 else text,
        state=state_of(remaining, total),
        detail=_("Due %(time)s") % {"time": moment_text(due)},
        due_s=int(due.timestamp()),
        total_s=total,
    )


def state_of(remaining_s: float, total_s: float) -> str:
    """Return how urgent it is when `remaining_s` of `total_s` seconds remain."""
    if remaining_s < 0:
        return "late"
    share = remaining_s / total_s if total_s > 0 else 1.0
    if share > CALM:
        return "calm"
    return "soon" if share >= HURRY else "hurry"


def _target_s(reading: Reading, due: datetime) -> int:
    if reading.target_minutes:
        return reading.target_minutes * _MINUTE
    return max(int((due - reading.received_at).total_seconds()), _MINUTE)


def _finished(reading: Reading, final: datetime) -> Clock:
    taken = max((final - reading.received_at).total_seconds() - reading.paused_s, 0)
    target = reading.target_minutes
    text = duration_text(taken)
    detail = _("Final %(time)s, %(taken)s after it was received") % {
        "time": moment_text(final),
        "taken": text,
    }
    if target and taken > target * _MINUTE:
        goal = duration_text(target * _MINUTE)
        detail += " · " + _("the target was %(time)s") % {"time": goal}
        return Clock(text, "overran", detail)
    return Clock(text, "done", detail)


def duration_text(seconds: float) -> str:
    """Return a length of time in its two largest units: ``3 d 4 h``, ``2 h 05``, ``12 min``."""
    whole = int(seconds)
    if whole >= _DAY:
        return _("%(days)d d %(hours)d h") % {
            "days": whole // _DAY,
            "hours": whole % _DAY // _HOUR,
        }
    if whole >= _HOUR:
        minutes = f"{whole % _HOUR // _MINUTE:02}"
        return _("%(hours)d h %(minutes)s") % {"hours": whole // _HOUR, "minutes": minutes}
    return _("%(minutes)d min") % {"minutes": whole // _MINUTE}


def moment_text(moment: datetime | None) -> str:
    """Return a point in time in the server's zone; blank for none."""
    if moment is None:
        return ""
    local: Any = timezone.localtime(moment)
    return f"{date_format(local, 'j M Y')} {local:%H:%M}"
