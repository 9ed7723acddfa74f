"""Critical results as pages show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.critical import policy
from reports.models import CriticalResult, CriticalStep
from reports.words import study_words

_HOW = {
    "link": lambda: _("by the link"),
    "telephone": lambda: _("by telephone"),
    "program": lambda: _("in NOCTIS"),
}
_WHAT = {
    policy.REPORTED: lambda: _("Reported"),
    policy.REMINDED: lambda: _("Reminded"),
    policy.ESCALATED: lambda: _("Escalated"),
    policy.ACKNOWLEDGED: lambda: _("Acknowledged"),
    policy.CANCELLED: lambda: _("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A critical result as a row or a page shows it."""

    result: CriticalResult
    study: str
    urgency: str
    what_next: str
    next_in: str
    is_late: bool


def shown(result: CriticalResult, now: datetime | None = None) -> ShownResult:
    """Return what a page says of a result at this moment."""
    now = now or timezone.now()
    steps = policy.STEPS[result.urgency]
    is_open = result.state == CriticalResult.State.OPEN
    return ShownResult(
        result=result,
        study=study_words(result.study),
        urgency=urgency_text(result.urgency),
        what_next=next_text(result),
        next_in=span_text(result.next_step_at - now) if result.next_step_at else "",
        is_late=is_open and now - result.found_at > steps[1].after,
    )


def urgency_text(urgency: str) -> str:
    """Return the urgency in a word."""
    words = {"red": _("Red"), "orange": _("Orange"), "yellow": _("Yellow")}
    return words.get(urgency, urgency)


def next_text(result: CriticalResult) -> str:
    """Return what happens next by itself; blank when nothing will."""
    step = policy.step_of(result.urgency, result.next_step) if result.next_step_at else None
    if step is None:
        return ""
    if step.what == policy.REMINDED:
        return _("Reminder")
    if step.level == policy.FACILITY:
        return _("To the facility")
    return _("To the administrators")


def span_text(span: timedelta) -> str:
    """Return a time that remains, as one says it."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("now")
    if minutes < 120:
        return ngettext("in %(n)s min", "in %(n)s min", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("in %(n)s h", "in %(n)s h", hours) % {"n": hours}


def step_rows(result: CriticalResult) -> list[dict[str, Any]]:
    """Return what was done, in order."""
    return [_step_row(step, result) for step in result.steps.order_by("number")]


def _step_row(step: CriticalStep, result: CriticalResult) -> dict[str, Any]:
    text = step.to
    if step.what == policy.ACKNOWLEDGED:
        how = how_text(result.acknowledged_how)
        text = _("by %(who)s, %(how)s") % {"who": step.to, "how": how}
    elif step.to:
        text = _("to %(who)s") % {"who": step.to}
    what = _WHAT.get(step.what, lambda: step.what)()
    return {"what": what, "kind": step.what, "text": text, "note": step.note, "step": step}


def how_text(how: str) -> str:
    """Return by what means somebody acknowledged."""
    return _HOW.get(how, lambda: how)()
