"""What people do about a critical result: report, acknowledge, cancel.

Each writes the change, the step, the audit row and the event in one transaction.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from archive.models import Study
from audit.actors import Actor
from reports.critical import policy
from reports.critical.addendum import document_later
from reports.critical.links import digest_of, new_nonce, token_of_nonce
from reports.critical.steps import add_step
from reports.models import CriticalResult

BY_LINK: Final = "link"
BY_TELEPHONE: Final = "telephone"
IN_PROGRAM: Final = "program"


class CriticalError(ValueError):
    """What was asked cannot be done with this result; the text is for people."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who must know: a user, or somebody known by name and perhaps by mail address."""

    name: str
    email: str = ""
    user: Any = None


@transaction.atomic
def report_critical(
    study: Study, *, by: Any, actor: Actor, finding: str, urgency: str, recipient: Recipient
) -> CriticalResult:
    """Report a critical result; from now on the clock reminds until somebody acknowledges."""
    nonce, now = new_nonce(), timezone.now()
    result = CriticalResult.objects.create(
        study=study,
        finding=finding,
        urgency=urgency,
        recipient_name=recipient.name,
        recipient_email=recipient.email,
        recipient=recipient.user,
        token_nonce=nonce,
        token_digest=digest_of(token_of_nonce(nonce)),
        token_expires_at=now + policy.LINK_LASTS[urgency],
        found_at=now,
        reported_by=by,
        next_step_at=now + policy.STEPS[urgency][0].after,
    )
    add_step(result, policy.REPORTED, actor=actor, to=recipient.name, by=by)
    return result


@transaction.atomic
def acknowledge(
    key: int, *, name: str, how: str, read_back: bool, actor: Actor, by: Any = None
) -> bool:
    """Write down that somebody has taken a critical result over; False when it was done before.

    Raises
    ------
    CriticalError
        Without a name or a read-back, or when the result was cancelled.
    """
    name = " ".join(name.split())
    if not name or not read_back:
        raise CriticalError("A name and the read-back are needed.")
    result = _locked(key)
    if result.state == CriticalResult.State.CANCELLED:
        raise CriticalError("This result was cancelled.")
    if result.state == CriticalResult.State.ACKNOWLEDGED:
        return False
    result.state = CriticalResult.State.ACKNOWLEDGED
    result.acknowledged_at = timezone.now()
    result.acknowledged_name, result.acknowledged_how = name[:200], how
    result.read_back, result.next_step_at = True, None
    result.save()
    add_step(result, policy.ACKNOWLEDGED, actor=actor, to=name[:200], by=by, how=how)
    document_later(result)
    return True


@transaction.atomic
def cancel(key: int, *, by: Any, actor: Actor, reason: str) -> None:
    """Take a critical result back: it was reported by mistake.

    Raises
    ------
    CriticalError
        Without a reason, or when it is not open.
    """
    reason = " ".join(reason.split())
    result = _locked(key)
    if not reason:
        raise CriticalError("Say why it is cancelled.")
    if result.state != CriticalResult.State.OPEN:
        raise CriticalError("Only what is open can be cancelled.")
    result.state, result.next_step_at = CriticalResult.State.CANCELLED, None
    result.save(update_fields=["state", "next_step_at"])
    add_step(result, policy.CANCELLED, actor=actor, note=reason[:300], by=by)


def _locked(key: int) -> CriticalResult:
    locked = CriticalResult.objects.select_for_update(of=("self",))
    return locked.select_related("study").get(pk=key)
