"""What people may do to the archive: delete, release, discard. Callers check the permission."""

import logging
from collections.abc import Iterable
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from archive import storage
from archive.candidate import Candidate, read_candidate
from archive.errors import ArchiveError, ObjectMissingError
from archive.models import Instance, QuarantinedObject, Study, Tombstone
from archive.outcome import Door, Origin
from archive.quarantine import REPLACED
from archive.removal import bury, settle
from archive.spool import SpooledFile
from archive.upsert import PATIENT_MISMATCH, announce, file_instance, lock_study
from audit.actors import Actor
from audit.services import record_deleted, record_quarantine_resolved
from notifications.outbox import publish

logger = logging.getLogger(__name__)

RELEASED = "released"
DISCARDED = "discarded"


class ResolvedError(ArchiveError):
    """Somebody else has decided about this object already."""


def delete_study(study: Study, *, actor: Actor, reason: str) -> int:
    """Delete a study: tombstones, COMMIT, then the files. Return how many instances went.

    Raises
    ------
    StudyKeptError
        When something that must be kept belongs to it, e.g. a signed report.
    """
    return delete_instances(Instance.objects.filter(study=study), actor=actor, reason=reason)


def delete_instances(instances: QuerySet[Instance], *, actor: Actor, reason: str) -> int:
    """Delete instances, of one study or of several; return how many went.

    A file is unlinked only after its tombstone is committed. When that fails or the process
    dies, `archive.reconcile` finishes it.

    Raises
    ------
    StudyKeptError
        When a study would become empty that must be kept; those before it are deleted.
    """
    count = 0
    for study_id in list(instances.values_list("study_id", flat=True).distinct().order_by()):
        tombstones = _delete_in_study(study_id, instances, actor, reason)
        count += len(tombstones)
        unlink_buried(tombstones)
    return count


def _delete_in_study(
    study_id: int, instances: QuerySet[Instance], actor: Actor, reason: str
) -> list[Tombstone]:
    with transaction.atomic(durable=True):
        study = Study.objects.select_for_update().filter(pk=study_id).first()
        if study is None:
            return []
        doomed = list(instances.filter(study=study).defer("frame_index"))
        for instance in doomed:
            instance.study = study
        tombstones = bury(doomed, reason)
        for part in _parts([instance.pk for instance in doomed]):
            Instance.objects.filter(pk__in=part).delete()
        key, uid, patient_id = study.pk, study.study_instance_uid, study.dicom_patient_id
        is_left = settle(study)
        record_deleted(
            actor=actor,
            facility_id=study.facility_id,
            study_instance_uid=uid,
            patient_id=patient_id,
            count=len(doomed),
            reason=reason,
        )
        publish(
            "study.updated" if is_left else "study.deleted",
            facility_id=study.facility_id,
            payload={"study": uid, "study_id": key},
        )
    return tombstones


def _parts(keys: list[int], size: int = 500) -> Iterable[list[int]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def unlink_buried(tombstones: Iterable[Tombstone]) -> int:
    """Remove the files of committed tombstones; return how many of them are done.

    A file that a row still points at stays, whatever a tombstone says.
    """
    done = []
    for tombstone in tombstones:
        key = tombstone.storage_key
        try:
            if not is_in_use(key):
                storage.unlink(key)
                storage.fsync_directories([key])
        except FileNotFoundError:
            pass  # its directory went as well
        except OSError:
            logger.exception("archive: the file of a deleted instance could not be removed")
            continue
        done.append(tombstone.pk)
    for part in _parts(done):
        Tombstone.objects.filter(pk__in=part).update(unlinked_at=timezone.now())
    return len(done)


def is_in_use(storage_key: str) -> bool:
    """Say whether an instance, or an object in quarantine, lies under this key."""
    return (
        Instance.objects.filter(storage_key=storage_key).exists()
        or QuarantinedObject.objects.filter(
            storage_key=storage_key, resolved_at__isnull=True
        ).exists()
    )


def discard_quarantined(quarantined: QuarantinedObject, *, actor: Actor) -> None:
    """Give up a quarantined object: tombstone, COMMIT, then its file.

    Raises
    ------
    ResolvedError
        When it was released or discarded already.
    """
    with transaction.atomic(durable=True):
        row = _lock_open(quarantined)
        tombstone = Tombstone.objects.create(
            facility_id=row.facility_id,
            sop_instance_uid=row.sop_instance_uid,
            study_instance_uid=row.study_instance_uid,
            storage_key=row.storage_key,
            sha256=row.sha256,
            reason=f"discarded from quarantine ({row.reason})",
        )
        _resolve(row, DISCARDED, actor)
    unlink_buried([tombstone])


def release_quarantined(quarantined: QuarantinedObject, *, actor: Actor) -> Instance:
    """Store a quarantined object in spite of the reason for which it was kept aside.

    Where another object with its UID is stored, that one goes into quarantine in its stead:
    nothing is lost by the decision, and it can be taken back.

    Raises
    ------
    ResolvedError
        When it was released or discarded already.
    ObjectMissingError
        When its file cannot be read.
    """
    with transaction.atomic(durable=True):
        row = _lock_open(quarantined)
        with _open_quarantined(row) as stream:
            candidate = _candidate_of(row, stream)
        study = lock_study(candidate)
        replaced = _set_aside_stored(candidate, row)
        instance = file_instance(candidate, study, row.storage_key)
        if row.reason == PATIENT_MISMATCH:
            Study.objects.filter(pk=instance.study_id).update(alert=PATIENT_MISMATCH)
        if replaced is not None:
            settle(Study.objects.select_for_update().get(pk=replaced.study_id))
        _resolve(row, RELEASED, actor)
        announce(instance.study, "study.updated" if study else "study.received")
    return instance


def _lock_open(quarantined: QuarantinedObject) -> QuarantinedObject:
    row = QuarantinedObject.objects.select_for_update().get(pk=quarantined.pk)
    if row.resolved_at is not None:
        raise ResolvedError(f"this object was {row.resolution} already")
    return row


def _open_quarantined(row: QuarantinedObject) -> BinaryIO:
    try:
        return storage.path_of(row.storage_key).open("rb")
    except OSError as error:
        raise ObjectMissingError("the file of the quarantined object cannot be read") from error


def _candidate_of(row: QuarantinedObject, stream: BinaryIO) -> Candidate:
    spooled = SpooledFile(storage.path_of(row.storage_key), row.size_bytes, bytes(row.sha256))
    return read_candidate(stream, spooled, Origin(Door.SYSTEM, row.facility_id))


def _set_aside_stored(candidate: Candidate, row: QuarantinedObject) -> Instance | None:
    """Put the stored instance of the same UID into quarantine; return it if there was one."""
    stored = (
        Instance.objects.select_for_update(of=("self",))
        .select_related("study")
        .filter(
            facility_id=candidate.origin.facility_id, sop_instance_uid=candidate.sop_instance_uid
        )
        .first()
    )
    if stored is None:
        return None
    QuarantinedObject.objects.update_or_create(
        facility_id=stored.facility_id,
        sop_instance_uid=stored.sop_instance_uid,
        sha256=stored.sha256,
        defaults={
            "study_instance_uid": stored.study.study_instance_uid,
            "reason": REPLACED,
            "detail": f"Another object was released in its place (quarantine {row.pk}).",
            "storage_key": stored.storage_key,
            "size_bytes": stored.size_bytes,
            "door": Door.SYSTEM.value,
            "received_at": stored.received_at,
            "resolved_at": None,
            "resolution": "",
        },
    )
    Instance.objects.filter(pk=stored.pk).delete()
    return stored


def _resolve(row: QuarantinedObject, resolution: str, actor: Actor) -> None:
    row.resolution = resolution
    row.resolved_at = timezone.now()
    row.save(update_fields=["resolution", "resolved_at"])
    record_quarantine_resolved(
        actor=actor,
        facility_id=row.facility_id,
        study_instance_uid=row.study_instance_uid,
        sop_instance_uid=row.sop_instance_uid,
        resolution=resolution,
    )
