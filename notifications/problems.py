"""What administrators are told of the system itself."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from notifications.kinds import KINDS, Text
from notifications.models import Notice
from notifications.rendering import Words, render_with

TOPIC: Final = "system.problem"
CRITICAL_MAIL: Final = "critical-mail"

# What the event names -> what is said of it, and the page where one goes on.
_PROBLEMS: Final[dict[str, tuple[Text, str]]] = {
    CRITICAL_MAIL: (
        _("A mail about a critical result could not be delivered. Call its recipient."),
        "/admin/notifications/delivery/?state__exact=failed",
    ),
}
_UNKNOWN: Final[tuple[Text, str]] = ("", "/admin/")


def register() -> None:
    """Make the words for problems."""
    render_with(words, [TOPIC])


def words(user: Any, notices: list[Notice]) -> dict[int, Words]:
    """Return what the problems are, for who looks after the system."""
    if not user.has_perm(KINDS[TOPIC].needs):
        return {}
    return {one.pk: _words(str(one.payload.get("problem", ""))) for one in notices}


def _words(problem: str) -> Words:
    text, url = _PROBLEMS.get(problem, _UNKNOWN)
    return Words(str(text), url)
