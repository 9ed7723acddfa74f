"""Laying corrections over patients, studies and series, and lifting them again.

A row keeps what it said as received (`as_received`) for as long as a correction covers it, so
that lifting the last one restores it exactly, in whatever order they are lifted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from archive.correctable import (
    PATIENT,
    SERIES,
    STUDY,
    said_by,
    said_by_patient,
    set_patient,
    set_series,
    set_study,
)
from archive.models import Coercion, Instance, Patient, Series, Study
from audit.actors import SYSTEM, Actor

Row = Patient | Study | Series
_MAX_MERGES = 16
_LEVELS = {
    Patient: Coercion.Level.PATIENT,
    Study: Coercion.Level.STUDY,
    Series: Coercion.Level.SERIES,
}


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does at once: all its corrections are reverted together."""

    key: UUID
    kind: str
    actor: Actor
    reason: str = ""


def said(row: Row) -> dict[str, Any]:
    """Return what a row says now, by keyword, with the index's own keys."""
    if isinstance(row, Patient):
        return said_by_patient(row)
    if isinstance(row, Study):
        return said_by(row, PATIENT | STUDY) | {"patient": row.patient_id}
    of_study = said_by(row.study, PATIENT | STUDY)
    own = {"study": row.study_id, "StudyInstanceUID": row.study.study_instance_uid}
    return of_study | said_by(row, SERIES) | own


def coerce(row: Row, values: Mapping[str, Any], act: Act) -> Coercion | None:
    """Lay `values` over a locked row, and save it; None when it says so already."""
    now = said(row)
    after = {key: value for key, value in values.items() if now[key] != value}
    if not after:
        return None
    before = {key: now[key] for key in after}
    level = _LEVELS[type(row)]
    coercion = Coercion.objects.create(
        facility_id=_facility_of(row),
        act=act.key,
        kind=act.kind,
        level=level,
        before=before,
        after=after,
        reason=act.reason[:300],
        made_by_id=act.actor.user_id,
        made_name=act.actor.user_name[:150],
        **{level.value: row},
    )
    if not isinstance(row, Patient):
        row.as_received = before | row.as_received
        row.coerced = row.coerced | after
    _set(row, after)
    return coercion


def lift(coercion: Coercion, row: Row, actor: Actor) -> None:
    """Take one correction from a locked row, and save it: what is beneath shows again."""
    coercion.reverted_at, coercion.reverted_by_id = timezone.now(), actor.user_id
    coercion.save(update_fields=["reverted_at", "reverted_by"])
    same = Coercion.objects.filter(**{coercion.level: row})
    standing = list(same.filter(reverted_at=None).order_by("pk"))
    _set(row, {key: _beneath(key, row, standing, same) for key in coercion.after})


def _beneath(key: str, row: Row, standing: list[Coercion], same: Any) -> Any:
    for one in reversed(standing):
        if key in one.after:
            if not isinstance(row, Patient):
                row.coerced = row.coerced | {key: one.after[key]}
            return one.after[key]
    if isinstance(row, Patient):
        first = next(one for one in same.order_by("pk") if key in one.before)
        return first.before[key]
    row.coerced = {name: value for name, value in row.coerced.items() if name != key}
    return row.as_received.pop(key)


def _facility_of(row: Row) -> int:
    return row.study.facility_id if isinstance(row, Series) else row.facility_id


def _set(row: Row, values: Mapping[str, Any]) -> None:
    if isinstance(row, Patient):
        set_patient(row, values)
        row.save()
        return
    row.coerced = _dated(row.coerced)
    if isinstance(row, Study):
        set_study(row, values)
    else:
        set_series(row, values)
        if "study" in values:
            Instance.objects.filter(series=row).update(study_id=values["study"])
    row.save()


def _dated(coerced: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is corrected with the time at which it became so; nothing when nothing is."""
    values = {key: value for key, value in coerced.items() if key != "at"}
    now = timezone.localtime()
    return values | {"at": f"{now:%Y%m%d%H%M%S%z}"} if values else {}


def stamp(study: Study) -> None:
    """Mark a locked study, and everything beneath, as corrected or not, under a new revision.

    Caches and entity tags carry revisions: what goes out differently has another name.
    """
    study.touch()
    is_any = bool(study.coerced)
    for series in Series.objects.filter(study=study):
        mark = study.revision if study.coerced or series.coerced else 0
        is_any = is_any or bool(mark)
        Series.objects.filter(pk=series.pk).update(coercion=mark, revision=F("revision") + 1)
        Instance.objects.filter(series=series).update(coercion=mark)
    study.coercion = study.revision if is_any else 0
    study.save()


def follow_merge(study: Study) -> None:
    """File a new study of a patient who was merged under who survives, as part of that merge.

    Merges may follow one another; each keeps its part, so that each can be reverted.
    """
    for _ in range(_MAX_MERGES):
        patient = study.patient
        survivor = patient.merged_into
        if survivor is None:
            break
        merge = Coercion.objects.filter(
            kind="merge",
            facility_id=study.facility_id,
            reverted_at=None,
            before__patient=patient.pk,
            after__patient=survivor.pk,
        ).last()
        if merge is None:
            break
        values = said_by_patient(survivor) | {"patient": survivor.pk}
        coerce(study, values, Act(merge.act, "merge", SYSTEM, merge.reason))
        study.refresh_from_db()
    stamp(study)


def lock_studies(keys: Iterable[int]) -> dict[int, Study]:
    """Return studies by key, locked in one order everywhere."""
    rows = Study.objects.select_for_update(of=("self",)).select_related("patient")
    return {row.pk: row for row in rows.filter(pk__in=set(keys)).order_by("pk")}
