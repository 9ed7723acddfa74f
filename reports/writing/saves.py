"""Saved states of drafts: every one for an hour, then one for each ten minutes."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from archive.models import Study
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_save_set_aside
from reports.content import Content
from reports.models import DraftSave, Report

KEPT_WHOLE: Final = timedelta(hours=1)
BUCKET_S: Final = 600
_PRUNE_EVERY: Final = 10


def saves_of(study: Study) -> QuerySet[DraftSave]:
    """Return the saved states of a study's report, newest first."""
    saves = DraftSave.objects.filter(report__study=study)
    return saves.select_related("saved_by").order_by("-pk")


def side_drafts_of(report: Report) -> QuerySet[DraftSave]:
    """Return the texts that came too late since the last signature, newest first."""
    saves = report.saves.filter(is_side=True).select_related("saved_by").order_by("-pk")
    last = report.versions.order_by("-number").first()
    return saves if last is None else saves.filter(saved_at__gt=last.signed_at)


def keep(report: Report, content: Content, user: Any) -> DraftSave:
    """Note the draft's new state; older ones are thinned out now and then."""
    save = DraftSave.objects.create(
        report=report, number=report.draft_version, content=content, saved_by=user
    )
    if report.draft_version % _PRUNE_EVERY == 0:
        prune(report, timezone.now())
    return save


def set_aside(
    report: Report, study: Study, content: Content, user: Any, reason: str, actor: Actor
) -> DraftSave:
    """Keep a text beside the draft; one that was kept already is not kept twice."""
    last = report.saves.filter(is_side=True, saved_by=user).order_by("-pk").first()
    if last is not None and last.content == content:
        return last
    save = DraftSave.objects.create(
        report=report,
        number=report.draft_version,
        content=content,
        saved_by=user,
        is_side=True,
        reason=reason,
    )
    subject = Subject.of_study(study)
    record_save_set_aside(actor=actor, subject=subject, save_id=save.pk, reason=reason)
    return save


def prune(report: Report, now: datetime) -> int:
    """Thin out old states; return how many went.

    Of each ten minutes the last state of each reader stays. What was kept beside always stays.
    """
    old = report.saves.filter(is_side=False, saved_at__lt=now - KEPT_WHOLE).order_by("-pk")
    kept: set[tuple[int, int]] = set()
    doomed = []
    for key, saved_at, reader_id in old.values_list("pk", "saved_at", "saved_by_id"):
        bucket = (int(saved_at.timestamp()) // BUCKET_S, reader_id)
        if bucket in kept:
            doomed.append(key)
        kept.add(bucket)
    for start in range(0, len(doomed), 500):
        DraftSave.objects.filter(pk__in=doomed[start : start + 500]).delete()
    return len(doomed)
