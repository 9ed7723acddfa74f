"""The life of a report: one table of states and of what leads from one to the next.

Every change of a report's status goes through `next_status`; nothing else sets it.

References: PS3.16 TID 2000, PS3.3 C.17.2 (Completion, Verification and Preliminary Flag), FHIR R4
DiagnosticReport.status, HL7 v2 table 0085. docs/develop/reading.md has the table for exports.
"""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportStatus(TextChoices):
    """Where a study's report stands."""

    UNREAD = "unread", _("Unread")
    DRAFT = "draft", _("In progress")
    PRELIMINARY = "preliminary", _("Preliminary")
    FINAL = "final", _("Final")
    ADDENDED = "addended", _("Final, with addendum")
    CORRECTED = "corrected", _("Corrected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReportAction(TextChoices):
    """What somebody does with a report."""

    START = "start", _("start")
    DISCARD = "discard", _("discard the draft")
    SIGN_PRELIMINARY = "sign_preliminary", _("sign as preliminary")
    SIGN_FINAL = "sign_final", _("sign as final")
    ADD_ADDENDUM = "add_addendum", _("add an addendum")
    CORRECT = "correct", _("correct")
    WITHDRAW = "withdraw", _("withdraw")


class TransitionError(ValueError):
    """The action is not possible in the report's present state."""


_S, _A = ReportStatus, ReportAction

TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    (_S.UNREAD, _A.START): _S.DRAFT,
    (_S.DRAFT, _A.DISCARD): _S.UNREAD,
    (_S.DRAFT, _A.SIGN_PRELIMINARY): _S.PRELIMINARY,
    (_S.DRAFT, _A.SIGN_FINAL): _S.FINAL,
    (_S.PRELIMINARY, _A.SIGN_PRELIMINARY): _S.PRELIMINARY,
    (_S.PRELIMINARY, _A.SIGN_FINAL): _S.FINAL,
    (_S.PRELIMINARY, _A.WITHDRAW): _S.WITHDRAWN,
    **{
        (status, action): after
        for status in (_S.FINAL, _S.ADDENDED, _S.CORRECTED)
        for action, after in (
            (_A.ADD_ADDENDUM, _S.ADDENDED),
            (_A.CORRECT, _S.CORRECTED),
            (_A.WITHDRAW, _S.WITHDRAWN),
        )
    },
    (_S.WITHDRAWN, _A.START): _S.DRAFT,
}

# What a facility may read and print: signed as final, or what came after.
RELEASED: Final = frozenset({_S.FINAL, _S.ADDENDED, _S.CORRECTED})


def next_status(status: str, action: str) -> str:
    """Return the status after `action`.

    Raises
    ------
    TransitionError
        When the table has no such step.
    """
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        word = ReportAction(action).label
        raise TransitionError(f"A report that is {status!r} cannot: {word}.") from None


def possible_actions(status: str) -> list[str]:
    """Return what may be done with a report in this state."""
    return [action for (before, action) in TRANSITIONS if before == status]
