"""Taking instances out of the index, with exact totals above them; inside a transaction."""

from collections.abc import Iterable

from django.db.models import Count, Sum

from archive.closing import study_closing
from archive.columns import joined
from archive.models import Instance, Patient, Series, Study, Tombstone


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


def settle(study: Study) -> bool:
    """Derive a locked study's totals from what is left beneath it.

    Empty series go, and an empty study with its patient if that was the last one; False then.

    Raises
    ------
    StudyKeptError
        When the study would go, but something that must be kept belongs to it.
    """
    _settle_series(study)
    instances = Instance.objects.filter(study=study)
    totals = instances.aggregate(count=Count("id"), size=Sum("size_bytes"))
    if not totals["count"]:
        patient_id = study.patient_id
        study_closing(study)
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
