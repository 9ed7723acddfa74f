"""Taking instances out of the index, with exact totals above them; inside a transaction."""

from collections.abc import Iterable

from django.utils import timezone

from archive.closing import study_closing
from archive.models import Attachment, Instance, Patient, Series, Study, Tombstone
from archive.totals import recount


def bury(instances: Iterable[Instance], reason: str) -> list[Tombstone]:
    """Write a tombstone for each instance; its row and its file still exist."""
    return Tombstone.objects.bulk_create(
        [
            Tombstone(
                facility_id=instance.facility_id,
                sop_instance_uid=instance.sop_instance_uid,
                study_instance_uid=instance.study.study_instance_uid,
                storage_key=instance.storage_key,
                sha256=instance.sha256,
                reason=reason[:200],
            )
            for instance in instances
        ],
        batch_size=500,
    )


def bury_attachments(study: Study) -> int:
    """Make tombstones of the files beside a study; `archive.reconcile` removes them.

    Returns
    -------
    int
        How many there were.
    """
    left = Attachment.objects.filter(study=study, deleted_at__isnull=True)
    return left.update(
        deleted_at=timezone.now(),
        deleted_because="the study was deleted",
        scan_due_at=None,
        thumbnail=None,
    )


def settle(study: Study) -> bool:
    """Derive a locked study's totals from what is left beneath it.

    Empty series go, and an empty study with its patient if that was the last one; False then.

    Raises
    ------
    StudyKeptError
        When the study would go, but something that must be kept belongs to it.
    """
    Series.objects.filter(study=study).exclude(
        pk__in=Instance.objects.filter(study=study).values("series_id")
    ).delete()
    if not Instance.objects.filter(study=study).exists():
        patient_id = study.patient_id
        study_closing(study)
        bury_attachments(study)
        study.delete()
        Patient.objects.filter(pk=patient_id, studies__isnull=True).delete()
        return False
    recount(study)
    return True
