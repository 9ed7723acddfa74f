"""Rejecting instances: what a rejection note says is done in the transaction that stores it.

Whoever rejects makes a note and brings it in by `archive.ingest`, as another system would send
it: the note and what it does exist together or not at all.

References: IHE RAD TF, Imaging Object Change Management (IOCM).
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from archive.candidate import Candidate
from archive.models import Instance, Rejection, Study
from archive.outcome import Door, actor_of
from archive.totals import recount
from audit.actors import Actor
from audit.quality_events import record_rejected, record_rejection_undone
from dicomkit.rejection_note import RejectionNote
from notifications.outbox import publish

_PART = 500


class RejectionUndoneError(ValueError):
    """The rejection was taken back already."""


def honour(note: RejectionNote, candidate: Candidate, study: Study) -> Rejection:
    """Reject what a note that was just filed in a locked study names of that same study."""
    origin = candidate.origin
    rejection = Rejection.objects.create(
        study=study,
        note_uid=candidate.sop_instance_uid,
        title=note.title,
        reason=note.reason,
        comment=note.comment,
        is_external=origin.door is not Door.SYSTEM,
        rejected_by_id=origin.actor_id,
        rejected_name=(origin.actor_name or origin.calling_ae)[:150],
    )
    uids = {candidate.study_instance_uid, study.study_instance_uid}
    named = {uid for study_uid in uids for uid in note.instances.get(study_uid, ())}
    rejection.instance_count = _hide(rejection, named - {candidate.sop_instance_uid})
    rejection.save(update_fields=["instance_count"])
    was_hidden = study.is_hidden
    recount(study)
    record_rejected(
        actor=actor_of(origin),
        facility_id=study.facility_id,
        study_instance_uid=study.study_instance_uid,
        patient_id=study.dicom_patient_id,
        note_uid=rejection.note_uid,
        title=note.title,
        reason=note.reason,
        count=rejection.instance_count,
        is_external=rejection.is_external,
    )
    if study.is_hidden and not was_hidden:
        reason = note.reason or note.title
        _tell(study, "study.rejected", reason=reason, by_id=origin.actor_id)
    return rejection


def _hide(rejection: Rejection, uids: Iterable[str]) -> int:
    notes = Rejection.objects.filter(study=rejection.study).values_list("note_uid", flat=True)
    wanted = sorted(set(uids) - set(notes))
    count = 0
    for start in range(0, len(wanted), _PART):
        count += Instance.objects.filter(
            study=rejection.study,
            rejection=None,
            sop_instance_uid__in=wanted[start : start + _PART],
        ).update(is_hidden=True, rejection=rejection)
    return count


def undo_rejection(rejection: Rejection, *, actor: Actor) -> Study:
    """Take a rejection back: exactly what it took from view comes back.

    Raises
    ------
    RejectionUndoneError
        When that was done already.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=rejection.study_id)
        row = Rejection.objects.select_for_update().get(pk=rejection.pk)
        if row.undone_at is not None:
            raise RejectionUndoneError("This rejection was taken back already.")
        row.undone_at, row.undone_by_id = timezone.now(), actor.user_id
        row.save(update_fields=["undone_at", "undone_by"])
        rejected = Instance.objects.filter(study=study, rejection=row)
        count = rejected.update(is_hidden=False, rejection=None)
        recount(study)
        record_rejection_undone(
            actor=actor,
            facility_id=study.facility_id,
            study_instance_uid=study.study_instance_uid,
            patient_id=study.dicom_patient_id,
            note_uid=row.note_uid,
            count=count,
        )
        _tell(study, "study.updated")
    return study


def _tell(study: Study, topic: str, **more: str | int | None) -> None:
    publish(
        topic,
        facility_id=study.facility_id,
        payload={"study": study.study_instance_uid, "study_id": study.pk, **more},
    )
