"""Recording what happens to reports on paper and as DICOM objects; see `audit.services`."""

from audit import codes
from audit.actors import SYSTEM, Actor
from audit.writing import add


def record_report_read(
    *, actor: Actor, study_instance_uid: str, facility_id: int, patient_id: str, version: int
) -> None:
    """Record that somebody opened a signed report."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"means": "report", "version": version},
    )


def record_report_printed(
    *,
    actor: Actor,
    study_instance_uid: str,
    facility_id: int,
    patient_id: str,
    version: int,
    print_number: str,
) -> None:
    """Record that a signed report was made into a PDF for somebody."""
    add(
        codes.EXPORT,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"form": "pdf", "version": version, "print": print_number},
    )


def record_report_archived(
    *,
    study_instance_uid: str,
    facility_id: int,
    patient_id: str,
    version: int,
    form: str,
    sop_instance_uid: str,
) -> None:
    """Record that a signed report was put into its study as a DICOM object."""
    add(
        codes.EXPORT,
        codes.CREATE,
        SYSTEM,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"form": form, "version": version, "sop_instance_uid": sop_instance_uid},
    )


def record_letterhead_changed(
    *, actor: Actor, facility_id: int, facility: str, fields: list[str]
) -> None:
    """Record that a facility's letterhead was changed; `fields` names what, never the values."""
    add(
        codes.SECURITY_ALERT,
        codes.UPDATE,
        actor,
        type_code=codes.SECURITY_CONFIGURATION,
        facility_id=facility_id,
        detail={"kind": "letterhead", "subject": facility, "fields": fields},
    )
