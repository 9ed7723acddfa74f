"""Audit rows of critical results: reported, told, reminded, escalated, acknowledged, cancelled.

References: PS3.15 A.5.3.11 (Patient Record), IHE ITI-20.
"""

from typing import Final

from audit import codes
from audit.actors import Actor
from audit.writing import add

_PATIENT_RECORD: Final = "110110"
_ACTIONS: Final = {"reported": codes.CREATE, "seen": codes.READ}


def record_critical_step(
    *,
    actor: Actor,
    what: str,
    result_id: int,
    number: int | None,
    study_instance_uid: str,
    patient_id: str,
    facility_id: int,
    how: str = "",
) -> None:
    """Record what was done about a critical result.

    Parameters
    ----------
    actor : Actor
        Who did it; the system for what the clock does, without a user for a link in a mail.
    what : str
        The step: ``reported``, ``reminded``, ``escalated``, ``acknowledged``, ``cancelled``, or
        ``seen`` when somebody opened it.
    result_id : int
        Key of the critical result.
    number : int or None
        Which of its steps; None when it is none.
    study_instance_uid, patient_id, facility_id
        The study.
    how : str, optional
        The means: ``link``, ``telephone``, ``program``.
    """
    add(
        _PATIENT_RECORD,
        _ACTIONS.get(what, codes.UPDATE),
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={
            "event": f"critical result {what}",
            "result": result_id,
            "step": number,
            "how": how,
        },
    )
