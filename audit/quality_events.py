"""Recording what technicians decide about studies: quality, and corrections."""

from audit import codes
from audit.actors import Actor
from audit.writing import add


def record_rejected(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    note_uid: str,
    title: str,
    reason: str,
    count: int,
    is_external: bool,
) -> None:
    """Record that `count` instances of a study were rejected by a note."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "quality": "rejected",
            "title": title,
            "reason": reason,
            "instances": count,
            "note": note_uid,
            "external": is_external,
        },
    )


def record_rejection_undone(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    note_uid: str,
    count: int,
) -> None:
    """Record that a rejection was taken back, and `count` instances are in view again."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"quality": "undone", "instances": count, "note": note_uid},
    )


def record_accepted(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    level: str,
    uids: list[str],
) -> None:
    """Record that a study, or series or instances of it, were accepted."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"quality": "accepted", "level": level, "uids": uids[:100]},
    )


def record_corrected(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    kind: str,
    keywords: list[str],
    act: str,
    reverted: bool = False,
) -> None:
    """Record that what a study says was corrected: which attributes, never their values."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "correction": "reverted" if reverted else kind,
            "attributes": keywords,
            "act": act,
        },
    )


def record_request_changed(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    fields: list[str],
) -> None:
    """Record that priority, history or indication of a study were changed."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"request": fields},
    )
