"""Recording what happens: one function for each kind of event, keyword arguments only.

Each adds one row in the caller's transaction, so that the row exists exactly if its cause does.

References: PS3.15 A.5 (Audit Trail Message Format Profile), IHE ITI-20.
"""

from collections.abc import Mapping
from typing import Any

from audit import codes
from audit.actors import Actor
from audit.writing import add


def record_instance_stored(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    door: str,
    count: int = 1,
    size_bytes: int = 0,
) -> None:
    """Record that `count` instances of one study came in and were stored."""
    add(
        codes.IMPORT if door == "import" else codes.INSTANCES_TRANSFERRED,
        codes.CREATE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"door": door, "instances": count, "bytes": size_bytes},
    )


def record_quarantined(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    sop_instance_uid: str,
    patient_id: str,
    door: str,
    reason: str,
) -> None:
    """Record that an object was kept aside instead of stored."""
    add(
        codes.INSTANCES_TRANSFERRED,
        codes.CREATE,
        actor,
        outcome=codes.MINOR_FAILURE,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"door": door, "quarantined": reason, "sop_instance_uid": sop_instance_uid},
    )


def record_quarantine_resolved(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    sop_instance_uid: str,
    resolution: str,
) -> None:
    """Record that somebody released or discarded a quarantined object."""
    add(
        codes.STUDY_DELETED if resolution == "discarded" else codes.INSTANCES_ACCESSED,
        codes.DELETE if resolution == "discarded" else codes.UPDATE,
        actor,
        study_instance_uid=study_instance_uid,
        facility_id=facility_id,
        detail={"quarantine": resolution, "sop_instance_uid": sop_instance_uid},
    )


def record_study_accessed(
    *,
    actor: Actor,
    study_instance_uid: str,
    facility_id: int | None = None,
    patient_id: str = "",
    means: str,
) -> None:
    """Record that a study was opened or read, by `means` (``viewer``, ``wado``, ...)."""
    add(
        codes.INSTANCES_ACCESSED,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"means": means},
    )


def record_instances_sent(
    *,
    actor: Actor,
    study_instance_uid: str,
    destination: str,
    count: int,
    failed: int = 0,
    facility_id: int | None = None,
    patient_id: str = "",
) -> None:
    """Record that instances of one study were sent to another node (C-MOVE, C-GET, routing)."""
    add(
        codes.INSTANCES_TRANSFERRED,
        codes.READ,
        actor,
        outcome=codes.MINOR_FAILURE if failed else codes.SUCCESS,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"destination": destination, "instances": count, "failed": failed},
    )


def record_query(
    *, actor: Actor, means: str, level: str, filters: Mapping[str, str], matches: int | None = None
) -> None:
    """Record a query by `means` (``c-find``, ``qido``, ``worklist``) and what it asked for."""
    detail: dict[str, Any] = {"means": means, "level": level, "filters": dict(filters)}
    if matches is not None:
        detail["matches"] = matches
    add(codes.QUERY, codes.EXECUTE, actor, detail=detail)


def record_export(
    *,
    actor: Actor,
    study_instance_uid: str,
    facility_id: int | None = None,
    patient_id: str = "",
    form: str,
    count: int,
) -> None:
    """Record that data left as files (``form``: ``zip``, ``dicomdir``, ``pdf``, ...)."""
    add(
        codes.EXPORT,
        codes.READ,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"form": form, "instances": count},
    )


def record_deleted(
    *,
    actor: Actor,
    facility_id: int,
    study_instance_uid: str,
    patient_id: str,
    count: int,
    reason: str,
) -> None:
    """Record that `count` instances of a study were deleted."""
    add(
        codes.STUDY_DELETED,
        codes.DELETE,
        actor,
        study_instance_uid=study_instance_uid,
        patient_id=patient_id,
        facility_id=facility_id,
        detail={"instances": count, "reason": reason},
    )


def record_sign_in(*, actor: Actor, means: str = "password") -> None:
    """Record a successful sign-in."""
    add(
        codes.USER_AUTHENTICATION,
        codes.EXECUTE,
        actor,
        type_code=codes.LOGIN,
        detail={"means": means},
    )


def record_sign_in_failed(*, actor: Actor, reason: str = "credentials") -> None:
    """Record a refused sign-in; `actor` carries the name that was tried."""
    add(
        codes.USER_AUTHENTICATION,
        codes.EXECUTE,
        actor,
        type_code=codes.LOGIN,
        outcome=codes.SERIOUS_FAILURE,
        detail={"reason": reason},
    )


def record_sign_out(*, actor: Actor) -> None:
    """Record a sign-out."""
    add(codes.USER_AUTHENTICATION, codes.EXECUTE, actor, type_code=codes.LOGOUT)


def record_password_changed(*, actor: Actor, subject: str = "") -> None:
    """Record that a password was changed; `subject` names the user when it isn't the actor."""
    add(
        codes.SECURITY_ALERT,
        codes.UPDATE,
        actor,
        type_code=codes.USER_SECURITY_CHANGED,
        detail={"changed": "password", "subject": subject or actor.user_name},
    )


def record_refused_association(*, actor: Actor, called_ae: str, reason: str) -> None:
    """Record that a DICOM association was refused; `actor` carries the calling AE and address."""
    add(
        codes.SECURITY_ALERT,
        codes.EXECUTE,
        actor,
        type_code=codes.NODE_AUTHENTICATION,
        outcome=codes.SERIOUS_FAILURE,
        detail={"called_ae": called_ae, "reason": reason},
    )


def record_refused_access(*, actor: Actor, what: str) -> None:
    """Record that somebody asked for what they may not have."""
    add(
        codes.SECURITY_ALERT,
        codes.READ,
        actor,
        type_code=codes.OBJECT_SECURITY_CHANGED,
        outcome=codes.SERIOUS_FAILURE,
        detail={"what": what},
    )


_TYPE_OF_SUBJECT = {
    "user": codes.USER_SECURITY_CHANGED,
    "role": codes.SECURITY_ROLES_CHANGED,
    "token": codes.USER_SECURITY_CHANGED,
    "peer": codes.NETWORK_CONFIGURATION,
}
_ACTION_OF_CHANGE = {"created": codes.CREATE, "deleted": codes.DELETE}


def record_administration(
    *,
    actor: Actor,
    subject_kind: str,
    subject: str,
    change: str,
    fields: list[str] | None = None,
    facility_id: int | None = None,
) -> None:
    """Record a change of users, roles, facilities, peers or settings.

    Parameters
    ----------
    actor : Actor
        Who changed it.
    subject_kind : str
        ``user``, ``role``, ``token``, ``peer``, ``facility``, ...
    subject : str
        What was changed, as people call it.
    change : str
        ``created``, ``changed`` or ``deleted``.
    fields : list of str, optional
        Names of what changed; never values, for these may be secrets.
    facility_id : int, optional
        The facility concerned.
    """
    add(
        codes.SECURITY_ALERT,
        _ACTION_OF_CHANGE.get(change, codes.UPDATE),
        actor,
        type_code=_TYPE_OF_SUBJECT.get(subject_kind, codes.SECURITY_CONFIGURATION),
        facility_id=facility_id,
        detail={"kind": subject_kind, "subject": subject, "fields": fields or []},
    )


def record_application_started(*, actor: Actor, service: str) -> None:
    """Record that a service of the product started."""
    _record_application(actor, service, codes.APPLICATION_START)


def record_application_stopped(*, actor: Actor, service: str) -> None:
    """Record that a service of the product stopped."""
    _record_application(actor, service, codes.APPLICATION_STOP)


def _record_application(actor: Actor, service: str, type_code: str) -> None:
    add(
        codes.APPLICATION_ACTIVITY,
        codes.EXECUTE,
        actor,
        type_code=type_code,
        detail={"service": service},
    )
