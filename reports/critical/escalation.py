"""The clock of critical results: reminders and escalation, each step once.

A step, the time of the next, the audit row and the event are one transaction under the result's
row lock: a worker that is killed has done all of it or nothing, and two workers do it once.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actors import SYSTEM
from notifications.mail_settings import mail_is_configured
from reports.critical import policy
from reports.critical.steps import add_step
from reports.models import CriticalResult

logger = logging.getLogger("reports")
State = CriticalResult.State


def take_due_steps(now: datetime | None = None) -> int:
    """Take one step for every open result that is due; return how many were taken."""
    now = now or timezone.now()
    due = CriticalResult.objects.filter(state=State.OPEN, next_step_at__lte=now)
    taken = 0
    for key in list(due.order_by("next_step_at").values_list("pk", flat=True)):
        try:
            taken += take_step(key, now)
        except Exception:
            logger.exception("the next step of critical result %s could not be taken", key)
    return taken


@transaction.atomic
def take_step(key: int, now: datetime) -> int:
    """Take the next step of one result; 0 when it is not due any more, or somebody else does."""
    due = CriticalResult.objects.filter(state=State.OPEN, next_step_at__lte=now)
    locked = due.select_for_update(skip_locked=True, of=("self",))
    result = locked.select_related("study__facility").filter(pk=key).first()
    if result is None:
        return 0
    number = result.next_step
    step = policy.step_of(result.urgency, number)
    pause = policy.pause_before(result.urgency, number + 1)
    # From now on, and not from the report: after an outage the steps do not come all at once.
    result.next_step_at = now + pause if pause is not None else None
    result.next_step = number + 1
    result.save(update_fields=["next_step", "next_step_at"])
    if step is None:
        return 0
    to, note = _told(result, step.level)
    add_step(result, step.what, actor=SYSTEM, to=to, note=note, level=step.level)
    return 1


def _told(result: CriticalResult, level: str) -> tuple[str, str]:
    """Return to whom a step goes, in words, and what stands in its way."""
    facility = result.study.facility
    if level == policy.ADMINISTRATORS:
        return _("administrators"), ""
    if level == policy.FACILITY:
        has_way = bool(facility.email) and mail_is_configured()
        return str(facility), "" if has_way else _("No mail to the facility's contact is possible.")
    has_way = result.recipient_id is not None or (
        bool(result.recipient_email) and mail_is_configured()
    )
    note = "" if has_way else _("The recipient can only be reached by telephone.")
    return result.recipient_name, note
