"""Recording what happens to files beside a study; as `audit.services`, for that part alone."""

from typing import Any

from audit import codes
from audit.actors import Actor
from audit.writing import add


def record_attachment_added(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    attachment_id: int,
    kind: str,
    sha256: str,
    size_bytes: int,
    visible_to: list[str],
) -> None:
    """Record that a file was put beside a study; its name may be a patient's and stays out."""
    add(
        codes.IMPORT,
        codes.CREATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "attachment_id": attachment_id,
            "kind": kind,
            "sha256": sha256,
            "bytes": size_bytes,
            "visible_to": visible_to,
        },
    )


def record_attachment_read(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    attachment_id: int,
    means: str,
) -> None:
    """Record that somebody got a file, by `means` (``download``, ``preview``)."""
    add(
        codes.EXPORT if means == "download" else codes.INSTANCES_ACCESSED,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"attachment_id": attachment_id, "means": means},
    )


def record_attachment_deleted(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    attachment_id: int,
    sha256: str,
    reason: str,
) -> None:
    """Record that a file beside a study was deleted."""
    add(
        codes.STUDY_DELETED,
        codes.DELETE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"attachment_id": attachment_id, "sha256": sha256, "reason": reason},
    )


def record_attachment_scanned(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    attachment_id: int,
    state: str,
    note: str,
) -> None:
    """Record what the scanner said of a file; one with malware is a security alert."""
    is_infected = state == "infected"
    detail: dict[str, Any] = {"attachment_id": attachment_id, "scan": state, "note": note}
    add(
        codes.SECURITY_ALERT,
        codes.EXECUTE,
        actor,
        type_code=codes.OBJECT_SECURITY_CHANGED,
        outcome=codes.SERIOUS_FAILURE if is_infected else codes.SUCCESS,
        study_instance_uid=study_instance_uid,
        facility_id=facility_id,
        detail=detail,
    )
