"""Keeping objects aside that must not be stored as they are.

A quarantined object lies in the store like any other; what keeps it apart is that its row is a
`QuarantinedObject`. Releasing it is therefore one transaction, and moves no file.
"""

from django.utils import timezone

from archive.candidate import Candidate
from archive.models import QuarantinedObject
from archive.outcome import actor_of
from archive.upsert import PATIENT_MISMATCH
from audit.services import record_quarantined
from notifications.outbox import publish

UID_CONFLICT = "uid-conflict"
TRUNCATED = "truncated"
REPLACED = "replaced"

MESSAGES = {
    UID_CONFLICT: "Another object with this SOP Instance UID is stored; both are kept.",
    PATIENT_MISMATCH: "The study is filed under another patient.",
    TRUNCATED: "The file ends inside its pixel data.",
}


def keep_aside(candidate: Candidate, reason: str, storage_key: str) -> bool:
    """Record a quarantined object; False when the same bytes are in quarantine already.

    Runs in the caller's transaction. An object that was discarded and comes again is opened anew.
    """
    facility_id = candidate.origin.facility_id
    earlier = (
        QuarantinedObject.objects.select_for_update()
        .filter(
            facility_id=facility_id,
            sop_instance_uid=candidate.sop_instance_uid,
            sha256=candidate.spooled.sha256,
        )
        .first()
    )
    if earlier is not None and earlier.resolved_at is None:
        return False
    row = earlier or QuarantinedObject(
        facility_id=facility_id,
        sop_instance_uid=candidate.sop_instance_uid,
        sha256=candidate.spooled.sha256,
    )
    _describe(row, candidate, reason, storage_key)
    row.save()
    _tell(candidate, reason, row.pk)
    return True


def _describe(row: QuarantinedObject, candidate: Candidate, reason: str, storage_key: str) -> None:
    origin = candidate.origin
    row.study_instance_uid = candidate.study_instance_uid
    row.reason = reason
    row.detail = MESSAGES[reason]
    row.storage_key = storage_key
    row.size_bytes = candidate.spooled.size
    row.door = origin.door.value
    row.sender = " ".join(
        part for part in (origin.calling_ae, origin.actor_name, origin.address) if part
    )[:200]
    row.received_at = timezone.now()
    row.resolved_at = None
    row.resolution = ""


def _tell(candidate: Candidate, reason: str, key: int) -> None:
    origin = candidate.origin
    publish(
        "object.quarantined",
        facility_id=origin.facility_id,
        payload={
            "study": candidate.study_instance_uid,
            "instance": candidate.sop_instance_uid,
            "quarantine_id": key,
            "reason": reason,
        },
    )
    record_quarantined(
        actor=actor_of(origin),
        facility_id=origin.facility_id,
        study_instance_uid=candidate.study_instance_uid,
        sop_instance_uid=candidate.sop_instance_uid,
        patient_id=candidate.patient.patient_id,
        door=origin.door.value,
        reason=reason,
    )
