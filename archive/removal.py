"""Taking instances out of the index, with exact totals above them; inside a transaction."""

from collections.abc import Iterable

from django.db.models import Count, Sum
from django.utils import timezone

from archive.columns import joined
from archive.models import Attachment, Instance, Patient, Series, Study, Tombstone


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
    """
    _settle_series(study)
    instances = Instance.objects.filter(study=study)
    totals = instances.aggregate(count=Count("id"), size=Sum("size_bytes"))
    if not totals["count"]:
        patient_id = study.patient_id
        bury_attachments(study)
        study.delete()
        Patient.objects.filter(pk=patient_id, studies__isnull=True).delete()
        return False
    series = list(Series.objects.filter(study=study))
    study.series_count = len(series)
    study.modalities = joined((one.modality for one in series), 200)
    study.body_parts = joined((one.body_part for one in series), 200)
    study.sop_classes = joined(instances.values_list("sop_class_uid", flat=True).distinct(), 10_000)
    study.instance_count = totals["count"]
    study.size_bytes = totals["size"] or 0
    study.touch()
    study.save()
    return True


def _settle_series(study: Study) -> None:
    for series in Series.objects.filter(study=study).annotate(left=Count("instances")):
        if not series.left:
            series.delete()
        elif series.left != series.instance_count:
            series.instance_count = series.left
            series.revision += 1
            series.save(update_fields=["instance_count", "revision"])
