"""Accepting and rejecting studies, series and instances. Callers check the permission.

A rejection is a note that goes into the archive by its one door; what it names leaves the view of
everybody without ``archive.view_rejected`` in the transaction that stores it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from archive.ingest import Door, Origin, ingest
from archive.models import Instance, Rejection, Study
from archive.rejections import RejectionUndoneError, undo_rejection
from archive.spool import Spool
from audit.actors import Actor
from audit.quality_events import record_accepted
from dicomkit.rejection_note import QUALITY
from notifications.outbox import publish
from reports.models import Acceptance, Quality, Reading
from reports.quality.following import quality_of, set_quality
from reports.quality.notes import note_of
from reports.quality.reasons import REASONS, TITLES

__all__ = ["QualityError", "RejectionUndoneError", "accept", "reject", "undo"]


class QualityError(ValueError):
    """What was asked for cannot be done; the message says why, for people."""


def reject(
    study: Study,
    *,
    actor: Actor,
    title: str,
    reason: str = "",
    comment: str = "",
    series: Sequence[str] = (),
    instances: Sequence[str] = (),
) -> Rejection:
    """Reject a study, or the series and instances of it that are named; return the rejection.

    Call it outside of any transaction: it stores an object.

    Parameters
    ----------
    study : Study
        One that the actor may see.
    actor : Actor
        Who rejects.
    title : str
        A key of `reports.quality.reasons.TITLES`.
    reason : str
        A key of `reports.quality.reasons.REASONS`; needed when the title is quality.
    comment : str
        In free words.
    series, instances : sequence of str
        Series and SOP Instance UIDs; both empty for the whole study.

    Raises
    ------
    QualityError
        Unknown title or reason, or nothing is left to reject.
    ArchiveError
        The note could not be stored; nothing was rejected.
    """
    _check(title, reason)
    targets = list(_targets(study, series, instances).select_related("series"))
    if not targets:
        raise QualityError("Everything of this is rejected already.")
    uid, note = note_of(study, targets, title=title, reason=reason, comment=comment.strip())
    origin = Origin(
        Door.SYSTEM, study.facility_id, actor.user_id, actor.user_name, address=actor.address
    )
    with Spool.create() as writer:
        writer.write(note)
        spooled = writer.finish()
    outcome = ingest(spooled, origin)
    if not outcome.is_success:
        raise QualityError("The rejection could not be stored.")
    with transaction.atomic():
        # What is left in view may all have been accepted before.
        _follow(Study.objects.select_for_update().get(pk=study.pk))
    return Rejection.objects.get(study=study, note_uid=uid)


def _check(title: str, reason: str) -> None:
    if title not in TITLES:
        raise QualityError("Say why it is rejected.")
    if reason and reason not in REASONS:
        raise QualityError("This reason is not known.")
    if title == QUALITY and not reason:
        raise QualityError("Say what is wrong with the quality.")


def _targets(study: Study, series: Sequence[str], instances: Sequence[str]) -> QuerySet[Instance]:
    """Return what of the study is named and neither rejected yet nor a rejection's note."""
    notes = Rejection.objects.filter(study=study).values("note_uid")
    rows = Instance.objects.filter(study=study, rejection=None)
    rows = rows.exclude(sop_instance_uid__in=notes).order_by("series_id", "instance_number", "id")
    if not series and not instances:
        return rows
    return rows.filter(
        Q(series__series_instance_uid__in=list(series)) | Q(sop_instance_uid__in=list(instances))
    )


def undo(rejection: Rejection, *, actor: Actor) -> Study:
    """Take a rejection back; see `archive.rejections.undo_rejection`.

    Raises
    ------
    RejectionUndoneError
        When that was done already.
    """
    with transaction.atomic():
        study = undo_rejection(rejection, actor=actor)
        _follow(study)
    return study


def accept(
    study: Study,
    *,
    actor: Actor,
    series: Sequence[str] = (),
    instances: Sequence[str] = (),
) -> None:
    """Accept a study, or the series and instances of it that are named.

    Rejections that stand against it are taken back when all that they name is accepted. A study
    is accepted as a whole when it is so itself, or every series in view is.
    """
    with transaction.atomic():
        locked = Study.objects.select_for_update().get(pk=study.pk)
        for rejection in _overruled(locked, series, instances):
            undo_rejection(rejection, actor=actor)
        locked.refresh_from_db()
        Acceptance.objects.create(
            study=locked,
            series_uids=list(series),
            instance_uids=list(instances),
            accepted_by_id=actor.user_id,
            accepted_name=actor.user_name[:150],
        )
        _record(locked, actor, series, instances)
        _follow(locked)


def _overruled(
    study: Study, series: Sequence[str], instances: Sequence[str]
) -> Iterable[Rejection]:
    """Return the rejections in force of which nothing would stay rejected."""
    standing = Rejection.objects.filter(study=study, undone_at=None)
    if not series and not instances:
        return list(standing)
    named = Q(series__series_instance_uid__in=list(series)) | Q(
        sop_instance_uid__in=list(instances)
    )
    hidden = Instance.objects.filter(study=study, rejection__in=standing)
    touched = set(hidden.filter(named).values_list("rejection_id", flat=True))
    kept = set(hidden.exclude(named).values_list("rejection_id", flat=True))
    return list(standing.filter(pk__in=touched - kept))


def _record(study: Study, actor: Actor, series: Sequence[str], instances: Sequence[str]) -> None:
    level = "instances" if instances else "series" if series else "study"
    record_accepted(
        actor=actor,
        facility_id=study.facility_id,
        study_instance_uid=study.study_instance_uid,
        patient_id=study.dicom_patient_id,
        level=level,
        uids=[*series, *instances],
    )


def _follow(study: Study) -> None:
    reading = Reading.objects.select_for_update().filter(study=study).first()
    if reading is None or study.is_hidden:
        return
    quality = quality_of(study)
    if quality == reading.quality:
        return
    set_quality(reading, quality)
    if quality == Quality.ACCEPTED:
        payload: dict[str, Any] = {"study": study.study_instance_uid, "study_id": study.pk}
        publish("study.accepted", facility_id=study.facility_id, payload=payload)
