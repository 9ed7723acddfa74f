"""What the quality page shows: a study's series with what was decided, and what is next."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from archive.models import Coercion, Instance, Patient, Rejection, Series, Study
from archive.selectors import (
    Principal,
    instances_visible_to,
    patients_visible_to,
    series_visible_to,
    studies_visible_to,
)
from dicomkit.names import PersonName
from reports.models import Acceptance, Quality
from reports.quality.reasons import label_of

_MOST = 20
_RECENT = 50


@dataclass(frozen=True, slots=True)
class Tile:
    """A series or an instance as the page shows it."""

    uid: str
    path: str
    title: str
    detail: str
    modality: str
    is_rejected: bool
    is_partly_rejected: bool
    is_accepted: bool
    why: str
    row: Any = None


def series_tiles(principal: Principal, study: Study) -> list[Tile]:
    """Return the study's series in order; notes of rejections are left out."""
    notes = Rejection.objects.filter(study=study).values("note_uid")
    only_notes = Series.objects.filter(study=study, modality="KO").exclude(
        instances__in=Instance.objects.filter(study=study).exclude(sop_instance_uid__in=notes)
    )
    rows = series_visible_to(principal).filter(study=study).exclude(pk__in=only_notes)
    whys = _whys(study)
    is_all, uids = _accepted(study, "series_uids")
    return [
        _series_tile(study, row, whys.get(row.pk, []), is_all or row.series_instance_uid in uids)
        for row in rows.order_by("series_number", "pk")
    ]


def _whys(study: Study) -> dict[int, list[str]]:
    """Return by series why something of it is rejected."""
    found: dict[int, list[str]] = {}
    rejected = Instance.objects.filter(study=study).exclude(rejection=None).order_by("pk")
    for pk, title, reason in rejected.values_list(
        "series_id", "rejection__title", "rejection__reason"
    ):
        words = found.setdefault(pk, [])
        if (label := label_of(title, reason)) not in words:
            words.append(label)
    return found


def _accepted(study: Study, column: str) -> tuple[bool, set[str]]:
    """Return whether the study was accepted at once, and the UIDs that were by themselves."""
    rows = list(Acceptance.objects.filter(study=study))
    uids = {uid for row in rows for uid in getattr(row, column)}
    return any(row.is_of_study for row in rows), uids


def _series_tile(study: Study, row: Series, whys: list[str], is_accepted: bool) -> Tile:
    count = row.instance_count + row.hidden_count
    return Tile(
        uid=row.series_instance_uid,
        path=f"{study.study_instance_uid}/series/{row.series_instance_uid}",
        title=row.description or row.protocol_name,
        detail=str(count),
        modality=row.modality,
        is_rejected=row.is_hidden,
        is_partly_rejected=bool(whys) and not row.is_hidden,
        is_accepted=is_accepted and not row.is_hidden,
        why=", ".join(whys),
        row=row,
    )


def instance_tiles(principal: Principal, study: Study, series_uid: str) -> list[Tile]:
    """Return the instances of a series in order."""
    rows = instances_visible_to(principal).filter(
        study=study, series__series_instance_uid=series_uid
    )
    _, uids = _accepted(study, "instance_uids")
    base = f"{study.study_instance_uid}/series/{series_uid}/instances"
    return [
        Tile(
            uid=row.sop_instance_uid,
            path=f"{base}/{row.sop_instance_uid}",
            title=str(row.instance_number if row.instance_number is not None else "—"),
            detail=str(row.number_of_frames or ""),
            modality="",
            is_rejected=row.rejection is not None,
            is_partly_rejected=False,
            is_accepted=row.sop_instance_uid in uids,
            why=label_of(row.rejection.title, row.rejection.reason) if row.rejection else "",
        )
        for row in rows.select_related("rejection").order_by("instance_number", "pk")[:2000]
    ]


def rejections_of(study: Study) -> QuerySet[Rejection]:
    """Return the study's rejections, the newest first."""
    return Rejection.objects.filter(study=study).order_by("-pk")


def corrections_of(study: Study) -> list[Coercion]:
    """Return one row of each act that corrected the study or its series, the newest first."""
    ours = Q(study=study) | Q(series__study=study) | Q(series__as_received__study=study.pk)
    rows = Coercion.objects.filter(ours, facility_id=study.facility_id)
    found: dict[Any, Coercion] = {}
    for row in rows.select_related("series").order_by("-pk"):
        found.setdefault(row.act, row)
    return list(found.values())


def correction_of(study: Study, pk: int) -> Coercion | None:
    """Return a correction of the study, or of a series of it."""
    return next((row for row in corrections_of(study) if row.pk == pk), None)


def recent_reasons(user_id: int | None) -> list[str]:
    """Return the reasons that somebody gave lately, the latest first, each once."""
    rows = Rejection.objects.filter(rejected_by_id=user_id).exclude(reason="").order_by("-pk")
    return list(dict.fromkeys(rows.values_list("reason", flat=True)[:_RECENT]))


def next_to_check(principal: Principal, after: Study | None = None) -> Study | None:
    """Return the study that waits longest for a technician, after the one just seen."""
    waiting = studies_visible_to(principal).filter(
        reading__quality=Quality.UNCHECKED, is_hidden=False
    )
    waiting = waiting.order_by("reading__priority", "received_at", "pk")
    if after is not None:
        waiting = waiting.exclude(pk=after.pk)
    return waiting.first()


def count_to_check(principal: Principal) -> int:
    """Return how many studies wait for a technician."""
    waiting = studies_visible_to(principal).filter(reading__quality=Quality.UNCHECKED)
    return waiting.filter(is_hidden=False).count()


def patients_matching(principal: Principal, study: Study, text: str) -> list[Patient]:
    """Return other patients of the study's facility whose name or ID begins so."""
    rows = patients_visible_to(principal).filter(facility_id=study.facility_id)
    rows = rows.exclude(pk=study.patient_id)
    for word in _words(text):
        rows = rows.filter(Q(name_key__contains=word) | Q(patient_id__istartswith=word))
    return list(rows.order_by("name_key", "pk")[:_MOST])


def studies_matching(principal: Principal, study: Study, text: str) -> list[Study]:
    """Return other studies of the facility; without a text those of the same patient."""
    rows = studies_visible_to(principal).filter(facility_id=study.facility_id)
    rows = rows.exclude(pk=study.pk)
    if not text.strip():
        rows = rows.filter(patient_id=study.patient_id)
    for word in _words(text):
        rows = rows.filter(
            Q(patient_name_key__contains=word)
            | Q(dicom_patient_id__istartswith=word)
            | Q(accession_number__istartswith=word)
        )
    return list(rows.order_by("-study_date", "-study_time", "-pk")[:_MOST])


def _words(text: str) -> Iterable[str]:
    return text.lower().split()[:4]


def display_name(name: str) -> str:
    """Return a person's name as a list shows it."""
    parsed = PersonName.parse(name)
    return parsed.alphabetic.display_sorted() or parsed.display() or "—"


def display_date(value: str) -> str:
    """Return a DICOM date as people of all countries read it: 2026-11-25."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 else value
