"""Exact totals of a study and its series, derived from what lies beneath; inside a transaction.

What everybody sees is counted in the columns that lists and searches show; what was rejected is
counted beside it.
"""

from collections.abc import Sequence

from django.db.models import Count, Q, Sum

from archive.columns import joined
from archive.models import Instance, Rejection, Series, Study
from archive.visibility import visibility_changed
from dicomkit.rejection_note import QUALITY, RETENTION_EXPIRED

# Of these the note stays in view, for it says why something is missing (IHE IOCM, RAD-66).
_SHOWN_NOTES = (QUALITY, RETENTION_EXPIRED)
_HIDDEN = Q(instances__is_hidden=True)


def recount(study: Study) -> None:
    """Derive the totals of a locked study and of its series, and save what changed."""
    was_hidden = study.is_hidden
    _settle_notes(study)
    rows = list(Series.objects.filter(study=study).annotate(all=Count("instances")).order_by("pk"))
    hidden = dict(
        Series.objects.filter(study=study)
        .annotate(hidden=Count("instances", filter=_HIDDEN))
        .values_list("pk", "hidden")
    )
    for series in rows:
        _recount_series(series, series.all, hidden.get(series.pk, 0))
    _recount_study(study, rows)
    if study.is_hidden != was_hidden:
        visibility_changed(study)


def _recount_series(series: Series, count: int, hidden: int) -> None:
    totals = (count - hidden, hidden, count == hidden)
    if totals == (series.instance_count, series.hidden_count, series.is_hidden):
        return
    series.instance_count, series.hidden_count, series.is_hidden = totals
    series.revision += 1
    series.save(update_fields=["instance_count", "hidden_count", "is_hidden", "revision"])


def _recount_study(study: Study, rows: Sequence[Series]) -> None:
    seen = [series for series in rows if not series.is_hidden]
    # Of a study that nobody else sees, those who do see it are told all.
    described = seen or rows
    instances = Instance.objects.filter(study=study)
    size = instances.aggregate(size=Sum("size_bytes"))["size"]
    classes = instances.filter(is_hidden=False) if seen else instances
    study.series_count = len(seen)
    study.instance_count = sum(series.instance_count for series in rows)
    study.hidden_count = sum(series.hidden_count for series in rows)
    study.is_hidden = not seen
    study.modalities = joined((one.modality for one in described), 200)
    study.body_parts = joined((one.body_part for one in described), 200)
    uids = classes.order_by().values_list("sop_class_uid", flat=True).distinct()
    study.sop_classes = joined(uids, 10_000)
    study.size_bytes = size or 0
    study.touch()
    study.save()


def _settle_notes(study: Study) -> None:
    """Show the notes of rejections in force as long as there is something beside them to see."""
    rejections = list(Rejection.objects.filter(study=study))
    if not rejections:
        return
    uids = [one.note_uid for one in rejections]
    content = Instance.objects.filter(study=study, is_hidden=False)
    has_content = content.exclude(sop_instance_uid__in=uids).exists()
    shown = {
        one.note_uid
        for one in rejections
        if has_content and one.undone_at is None and one.title in _SHOWN_NOTES
    }
    notes = Instance.objects.filter(study=study, sop_instance_uid__in=uids, rejection=None)
    for pk, uid, is_hidden in notes.values_list("pk", "sop_instance_uid", "is_hidden"):
        if is_hidden == (uid in shown):
            Instance.objects.filter(pk=pk).update(is_hidden=uid not in shown)
