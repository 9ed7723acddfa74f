"""Recording what is done in the list of studies."""

from audit import codes
from audit.actors import Actor
from audit.writing import add


def record_acceptance_undone(
    *, actor: Actor, facility_id: int, study_instance_uid: str, patient_id: str
) -> None:
    """Record that the acceptance of a study was taken back: it is to be checked again."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"quality": "acceptance undone"},
    )
