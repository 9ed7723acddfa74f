"""What notices about studies say, and who is involved in a study."""

from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format

from archive.models import Study
from archive.selectors import studies_visible_to
from dicomkit.names import PersonName
from notifications.audiences import find_involved_by
from notifications.models import Notice, OutboxEvent
from notifications.rendering import Words, render_with
from reports.models import Reading

# Where one goes on from a notice; other topics about studies lead to the study's own page.
_PAGES: Final = {
    "reading.assigned": "/report/?StudyInstanceUID={uid}&facility={facility}",
    "draft.taken_over": "/report/?StudyInstanceUID={uid}&facility={facility}",
    "study.rejected": "/quality/{uid}/?facility={facility}",
    "report.final": "/reports/{uid}/?facility={facility}",
    "report.addended": "/reports/{uid}/?facility={facility}",
    "report.corrected": "/reports/{uid}/?facility={facility}",
    "report.withdrawn": "/reports/{uid}/?facility={facility}",
}
_STUDY: Final = "/study/{uid}/?facility={facility}"
TOPICS: Final = (*_PAGES, "reading.stat", "attachment.added")


def register() -> None:
    """Tell the room below."""
    render_with(words, TOPICS)
    find_involved_by("assigned-reader", assigned_reader)


def study_words(study: Study) -> str:
    """Return a study in a line: patient, what was done, when."""
    name = PersonName.parse(study.patient_name).display() or study.dicom_patient_id
    kind = study.description or study.modalities.strip("\\").replace("\\", ", ")
    return " · ".join(part for part in (name, kind, date_words(study.study_date)) if part)


def date_words(text: str) -> str:
    """Return a DA value (PS3.5 6.2) as people write it, in one piece; what is no date as it is."""
    try:
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a DA has no time zone
    except ValueError:
        return text
    return date_format(day, "j M Y").replace(" ", "\N{NO-BREAK SPACE}")


def words(user: Any, notices: list[Notice]) -> dict[int, Words]:
    """Return what notices about studies say to this reader; of what is not theirs, nothing."""
    keys = {one.payload.get("study_id") for one in notices}
    studies = studies_visible_to(user).filter(pk__in=keys).in_bulk()
    return {
        one.pk: _words(studies[one.payload["study_id"]], one.topic)
        for one in notices
        if one.payload.get("study_id") in studies
    }


def _words(study: Study, topic: str) -> Words:
    page = _PAGES.get(topic, _STUDY)
    url = page.format(uid=study.study_instance_uid, facility=study.facility_id)
    return Words(study_words(study), url)


def assigned_reader(event: OutboxEvent) -> list[int]:
    """Return the key of the study's reader, if it has one."""
    readings = Reading.objects.filter(study_id=event.payload.get("study_id"))
    readers = readings.exclude(assigned_to=None).values_list("assigned_to_id", flat=True)
    return [key for key in readers if key is not None]
