"""What the page of a study shows, as far as its reader may know it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Study
from archive.selectors import series_visible_to, studies_visible_to
from reports.lifecycle import RELEASED
from reports.models import Assignment, Reading
from worklist.clock import duration_text, moment_text
from worklist.models import CustomUser
from worklist.presentation import StudyRow, person_text, study_row
from worklist.selectors import with_reading
from worklist.sight import Sight

MAX_TIMELINE: Final = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A step on the way to the report: when it was, and how long after the one before."""

    label: Any
    when: str
    after: str
    is_reached: bool


def study_page_context(user: CustomUser, study: Study) -> dict[str, Any]:
    """Return what the template needs."""
    sight = Sight.of(user)
    return {
        "study": study,
        "reading": study.reading,
        "row": study_row(study, sight),
        "sight": sight,
        "moments": moments(study.reading, sight),
        "timeline": timeline(user, study, sight),
        "series": series_of(user, study),
        "assignments": assignments_of(study) if sight.assignment else [],
        "places": places(user, study),
    }


def moments(reading: Reading, sight: Sight) -> list[Moment]:
    """Return the steps from receipt to the final report, those that may be known."""
    is_released = reading.status in RELEASED
    steps: list[tuple[Any, datetime | None]] = [(_("Received"), reading.received_at)]
    if sight.assignment:
        steps.append((_("Assigned"), reading.assigned_at))
    if sight.reports:
        steps += [(_("Opened"), reading.opened_at), (_("Preliminary"), reading.preliminary_at)]
    steps.append((_("Final"), reading.final_at if is_released else None))
    return _with_gaps(steps)


def _with_gaps(steps: list[tuple[Any, datetime | None]]) -> list[Moment]:
    found, last = [], None
    for label, when in steps:
        gap = f"+ {duration_text((when - last).total_seconds())}" if when and last else ""
        # A step that was taken again later may lie before the one before it.
        gap = "" if when and last and when < last else gap
        found.append(Moment(label, moment_text(when), gap, when is not None))
        last = when or last
    return found


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A study of the same patient."""

    row: StudyRow
    is_this: bool
    is_newer: bool


def timeline(user: CustomUser, study: Study, sight: Sight) -> list[TimelineEntry]:
    """Return the studies of this patient that `user` may see, newest first."""
    same = studies_visible_to(user, by_facility=False)
    same = same.filter(patient_id=study.patient_id, reading__isnull=False)
    newest = with_reading(same).order_by("-study_date", "-study_time", "-id")[:MAX_TIMELINE]
    place = (study.study_date, study.study_time, study.pk)
    return [
        TimelineEntry(
            study_row(one, sight),
            one.pk == study.pk,
            (one.study_date, one.study_time, one.pk) > place,
        )
        for one in newest
    ]


def series_of(user: CustomUser, study: Study) -> list[dict[str, Any]]:
    """Return the series of a study that `user` may see, in their order."""
    found = series_visible_to(user).filter(study=study).order_by("series_number", "id")
    return [
        {
            "number": "" if one.series_number is None else str(one.series_number),
            "modality": one.modality,
            "description": one.description,
            "body_part": one.body_part.lower(),
            "count": f"{one.instance_count:,}",
            "uid": one.series_instance_uid,
        }
        for one in found
    ]


def assignments_of(study: Study) -> list[dict[str, str]]:
    """Return who was given the study, the latest first."""
    rows = Assignment.objects.filter(study=study).select_related("reader", "assigned_by", "rule")
    return [
        {
            "reader": person_text(one.reader) if one.reader else _("Nobody"),
            "by": person_text(one.assigned_by) if one.assigned_by else "",
            "rule": one.rule.name if one.rule else "",
            "reason": one.reason,
            "when": moment_text(one.assigned_at),
            "iso": timezone.localtime(one.assigned_at).isoformat(),
        }
        for one in rows.order_by("-assigned_at", "-pk")[:50]
    ]


# What other rooms show of a study: a title, the address, the right that it needs.
_PLACES: Final = (
    ("report", "/reports/{uid}/?facility={facility}", ("reports.view_final_report",)),
    ("attachments", "/attachments/{uid}/?facility={facility}", ("archive.attach_file",)),
    ("critical", "/critical/?study={uid}", ("reports.report_critical",)),
    (
        "quality",
        "/quality/{uid}/?facility={facility}",
        ("reports.check_quality", "archive.manage_study"),
    ),
)


def places(user: Any, study: Study) -> dict[str, str]:
    """Return the addresses of the parts that other rooms fill, as far as `user` may ask there."""
    uid, facility = study.study_instance_uid, study.facility_id
    return {
        key: address.format(uid=uid, facility=facility)
        for key, address, rights in _PLACES
        if all(user.has_perm(right) for right in rights)
    }
