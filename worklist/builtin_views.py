"""The views of the list that each role finds there, before it has saved any of its own."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from worklist.criteria import ME, NOBODY, OPEN, RELEASED, Criteria
from worklist.models import UserRole

# Rejected studies come back by themselves when they have been put right.
_READABLE = ("unchecked", "accepted")


@dataclass(frozen=True, slots=True)
class BuiltInView:
    """A view of a role: `letter` opens it after ``g``."""

    key: str
    label: Any
    letter: str
    criteria: Criteria


_MINE = BuiltInView(
    "mine",
    _("My reading list"),
    "m",
    Criteria(statuses=(OPEN,), assigned=ME, quality=_READABLE, sort="priority", descending=False),
)
_UNASSIGNED = BuiltInView(
    "unassigned",
    _("Unassigned"),
    "u",
    Criteria(
        statuses=(OPEN,), assigned=NOBODY, quality=_READABLE, sort="priority", descending=False
    ),
)
_STAT = BuiltInView(
    "stat",
    _("STAT"),
    "s",
    Criteria(statuses=(OPEN,), priorities=("stat",), sort="due", descending=False),
)
_PRELIMINARY = BuiltInView(
    "preliminary",
    _("My preliminary"),
    "p",
    Criteria(statuses=("preliminary",), assigned=ME, sort="priority", descending=False),
)
_TO_CHECK = BuiltInView(
    "check",
    _("To check"),
    "c",
    Criteria(quality=("unchecked",), sort="priority", descending=False),
)
_REJECTED = BuiltInView("rejected", _("Rejected"), "r", Criteria(quality=("rejected",)))
_FINAL = BuiltInView("final", _("Final reports"), "f", Criteria(statuses=(RELEASED,)))
_IN_PROGRESS = BuiltInView("progress", _("In progress"), "i", Criteria(statuses=(OPEN,)))
_OVERDUE = BuiltInView(
    "overdue", _("Overdue"), "o", Criteria(late=True, sort="due", descending=False)
)
_TODAY = BuiltInView("today", _("Today"), "t", Criteria(preset="today"))
_ALL = BuiltInView("all", _("All"), "a", Criteria())

BUILT_IN_VIEWS: Final[dict[str, tuple[BuiltInView, ...]]] = {
    UserRole.RADIOLOGIST: (_MINE, _UNASSIGNED, _STAT, _PRELIMINARY, _ALL),
    UserRole.TECHNICIAN: (_TO_CHECK, _REJECTED, _TODAY, _ALL),
    UserRole.FACILITY: (_FINAL, _IN_PROGRESS, _TODAY, _ALL),
    UserRole.ADMIN: (_OVERDUE, _STAT, _REJECTED, _ALL),
}


def built_in_views(role: str) -> tuple[BuiltInView, ...]:
    """Return the views of a role, in their order."""
    return BUILT_IN_VIEWS.get(role, (_ALL,))


def first_view(role: str) -> BuiltInView:
    """Return what a role sees first: an administrator everything, the others their work."""
    return _ALL if role == UserRole.ADMIN else built_in_views(role)[0]
