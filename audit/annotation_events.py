"""Audit rows of what is drawn on images (PS3.15 A.5.3.11, 110110)."""

from typing import Final

from audit import codes
from audit.actors import Actor
from audit.writing import add

_ACTIONS: Final = {"created": codes.CREATE, "deleted": codes.DELETE}


def record_annotation_changed(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    uid: str,
    tool: str,
    revision: int,
    event: str,
) -> None:
    """Record a change by `event` (``created``, ``changed``, ``deleted``, ``restored``).

    What was written beside the drawing may be a patient's and stays out.
    """
    add(
        codes.PATIENT_RECORD,
        _ACTIONS.get(event, codes.UPDATE),
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "event": f"annotation {event}",
            "annotation": uid,
            "tool": tool,
            "revision": revision,
        },
    )


def record_annotations_read(
    *, actor: Actor, facility_id: int, study_instance_uid: str, patient_id: str, means: str
) -> None:
    """Record that somebody read earlier states of an annotation."""
    add(
        codes.PATIENT_RECORD,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"event": "annotations read", "means": means},
    )


def record_images_described(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    sop_instance_uid: str,
    form: str,
    count: int,
) -> None:
    """Record that annotations or key images were written as an object (`form`: sr, ko)."""
    add(
        codes.PATIENT_RECORD,
        codes.CREATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "event": "images described",
            "form": form,
            "sop_instance_uid": sop_instance_uid,
            "count": count,
        },
    )
