"""Audit rows of reading: assignments, leases, drafts, signatures (PS3.15 A.5.3.11, 110110)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit import codes
from audit.actors import Actor
from audit.writing import add


@dataclass(frozen=True, slots=True)
class Subject:
    """The study that an event of the reading room is about.

    Parameters
    ----------
    facility_id : int
        The facility whose study it is.
    study_instance_uid : str
        The study.
    patient_id : str
        Patient ID as the study states it.
    """

    facility_id: int
    study_instance_uid: str
    patient_id: str = ""

    @classmethod
    def of_study(cls, study: Any) -> "Subject":
        """Return the subject for a row of the archive's Study."""
        return cls(study.facility_id, study.study_instance_uid, study.dicom_patient_id)


def _record(
    actor: Actor,
    subject: Subject,
    action: str,
    event: str,
    outcome: int = codes.SUCCESS,
    **detail: Any,
) -> None:
    add(
        codes.PATIENT_RECORD,
        action,
        actor,
        outcome=outcome,
        study_instance_uid=subject.study_instance_uid,
        patient_id=subject.patient_id,
        facility_id=subject.facility_id,
        detail={"event": event, **detail},
    )


def record_report_read(*, actor: Actor, subject: Subject, version: int | None = None) -> None:
    """Record that somebody opened a report, or one version of it."""
    _record(actor, subject, codes.READ, "report read", version=version)


def record_lease_taken(*, actor: Actor, subject: Subject, taken_from: str = "") -> None:
    """Record that a reader opened a report for writing; `taken_from` names whom it was taken."""
    _record(actor, subject, codes.EXECUTE, "report opened", taken_from=taken_from)


def record_draft_started(*, actor: Actor, subject: Subject, kind: str, template: str) -> None:
    """Record that somebody began to write."""
    _record(actor, subject, codes.CREATE, "draft started", kind=kind, template=template)


def record_draft_discarded(*, actor: Actor, subject: Subject, kind: str, number: int) -> None:
    """Record that a draft was given up; its saved states remain."""
    _record(actor, subject, codes.DELETE, "draft discarded", kind=kind, save=number)


def record_save_set_aside(*, actor: Actor, subject: Subject, save_id: int, reason: str) -> None:
    """Record that a text came too late and was kept beside the draft."""
    _record(
        actor,
        subject,
        codes.CREATE,
        "draft kept beside",
        outcome=codes.MINOR_FAILURE,
        save_id=save_id,
        reason=reason,
    )


def record_report_signed(
    *,
    actor: Actor,
    subject: Subject,
    version: int,
    kind: str,
    version_hash: str,
    overruled: Sequence[str] = (),
) -> None:
    """Record a signature: which version, of what kind, and which warnings were overruled."""
    _record(
        actor,
        subject,
        codes.CREATE,
        "report signed",
        version=version,
        kind=kind,
        version_hash=version_hash,
        overruled=list(overruled),
    )


def record_report_withdrawn(*, actor: Actor, subject: Subject, version: int, reason: str) -> None:
    """Record that a report was withdrawn."""
    _record(actor, subject, codes.DELETE, "report withdrawn", version=version, reason=reason)


def record_signature_refused(*, actor: Actor, subject: Subject, reason: str) -> None:
    """Record that a signature was refused for the password that came with it."""
    _record(
        actor,
        subject,
        codes.EXECUTE,
        "signature refused",
        outcome=codes.SERIOUS_FAILURE,
        reason=reason,
    )


def record_reading_assigned(
    *, actor: Actor, subject: Subject, reader: str, because: str, rule: str = ""
) -> None:
    """Record to whom a study was given (blank: taken back), and why."""
    _record(
        actor, subject, codes.UPDATE, "study assigned", reader=reader, because=because, rule=rule
    )


def record_reading_changed(
    *, actor: Actor, subject: Subject, fields: Sequence[str], priority: str, reason: str
) -> None:
    """Record a change of priority, history or indication, by the names of what changed."""
    _record(
        actor,
        subject,
        codes.UPDATE,
        "reading changed",
        fields=list(fields),
        priority=priority,
        reason=reason,
    )
