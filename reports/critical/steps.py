"""Adding a step to a critical result, with its audit row and its event."""

from typing import Any, Final

from django.db.models import Max

from audit.actors import Actor
from audit.critical_events import record_critical_step
from notifications.outbox import publish
from reports.critical import policy
from reports.models import CriticalResult, CriticalStep

# Cancelling is told to nobody but the pages that show it.
_TOPICS: Final = {
    policy.REPORTED: "critical.reported",
    policy.REMINDED: "critical.reminded",
    policy.ESCALATED: "critical.escalated",
    policy.ACKNOWLEDGED: "critical.acknowledged",
    policy.CANCELLED: "critical.cancelled",
}


def add_step(
    result: CriticalResult,
    what: str,
    *,
    actor: Actor,
    to: str = "",
    note: str = "",
    how: str = "",
    level: str = "",
    by: Any = None,
) -> CriticalStep:
    """Add the next step, in the caller's transaction, which holds the result's row."""
    last = result.steps.aggregate(last=Max("number"))["last"] or 0
    step = CriticalStep.objects.create(
        result=result, number=last + 1, what=what, to=to[:200], note=note[:300]
    )
    study = result.study
    record_critical_step(
        actor=actor,
        what=what,
        result_id=result.pk,
        number=step.number,
        study_instance_uid=study.study_instance_uid,
        patient_id=study.dicom_patient_id,
        facility_id=study.facility_id,
        how=how,
    )
    payload: dict[str, Any] = {
        "study": study.study_instance_uid,
        "study_id": study.pk,
        "critical_id": result.pk,
        "step": step.number,
        "level": level,
    }
    if by is not None:
        payload["by_id"] = by.pk
    publish(_TOPICS[what], facility_id=study.facility_id, payload=payload)
    return step
