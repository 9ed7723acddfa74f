"""Critical results, under the rights of whoever asks."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, F, QuerySet, Value, When

from archive.models import Study
from archive.selectors import studies_visible_to
from reports.models import CriticalResult


def critical_visible_to(user: Any) -> QuerySet[CriticalResult]:
    """Return the critical results that `user` may see, of studies that they may see.

    Who reports them sees all; a facility sees those of its own patients, for it is to act on them.
    """
    results = CriticalResult.objects.select_related("study__facility", "reported_by", "recipient")
    if not (user.has_perm("reports.report_critical") or user.has_perm("reports.view_final_report")):
        return results.none()
    return results.filter(study__in=studies_visible_to(user))


def in_order_of_concern(results: QuerySet[CriticalResult]) -> QuerySet[CriticalResult]:
    """Return results with the open ones first, by what happens next, then the newest."""
    is_open = Case(When(state=CriticalResult.State.OPEN, then=Value(0)), default=Value(1))
    return results.order_by(is_open, F("next_step_at").asc(nulls_first=True), "-found_at", "-pk")


def possible_recipients(study: Study) -> list[Any]:
    """Return the users of the study's facility who may read its reports."""
    users = get_user_model()._default_manager.filter(facility_id=study.facility_id, is_active=True)
    return [user for user in users.order_by("last_name", "username") if _may_know(user)]


def _may_know(user: Any) -> bool:
    return bool(user.has_perm("reports.view_final_report"))


def may_acknowledge_in_program(user: Any, result: CriticalResult) -> bool:
    """Say whether this user takes the result over: its recipient, or its facility's people."""
    if user.pk == result.recipient_id:
        return True
    at_home = user.facility_id is not None and user.facility_id == result.study.facility_id
    return at_home and _may_know(user)
