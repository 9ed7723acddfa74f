"""A study as a person reads it: names, ages, dates and alerts from their DICOM forms."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext_lazy as _

from archive.models import Study
from dicomkit.modalities import made_with
from dicomkit.names import PersonName
from reports.lifecycle import RELEASED, ReportStatus
from reports.models import Priority, Quality, Reading
from worklist.clock import Clock, clock_of
from worklist.criteria import OPEN
from worklist.criteria import RELEASED as RELEASED_HALF
from worklist.selectors import ORDERS, order_value
from worklist.sight import Sight, half_of

HALVES: dict[str, Any] = {OPEN: _("In progress"), RELEASED_HALF: _("Final")}
_SEXES = {"M": _("M"), "F": _("F"), "O": _("O")}
_AGE_UNITS = {"D": _("d"), "W": _("w"), "M": _("mo"), "Y": _("y")}
_ALERT_TEXTS: dict[str, Any] = {
    "other-name": (_("Name"), _("Another name came under this Patient ID.")),
    "series-in-other-study": (_("Series"), _("One of its series is in another study too.")),
}


@dataclass(slots=True)
class StudyRow:
    """What one row of the worklist shows: everything is text already, for there are many."""

    id: str
    study_instance_uid: str
    name: str
    name_local: str
    patient_id: str
    sex: str
    age: str
    birth_date: str
    date: str
    time: str
    sort_key: str
    accession: str
    description: str
    modalities: list[str]
    series_count: str
    instance_count: str
    facility: str
    facility_id: str
    referring: str
    alert: str
    alert_detail: str
    received_date: str
    received_time: str
    revision: str
    body_parts: list[str]
    status: str
    status_key: str
    quality: str
    quality_key: str
    priority: str
    priority_key: str
    priority_reason: str
    assigned: str
    assigned_because: str
    clock: Clock
    is_released: bool
    attachments: int


def study_row(study: Study, sight: Sight, sort: str = "date", *, attachments: int = 0) -> StudyRow:
    """Return the row of `study`, as far as `sight` allows, with its number of `attachments`.

    Its facility, its reading and the reader must have been fetched with it.
    """
    reading = study.reading
    language = get_language() or ""
    received = timezone.localtime(study.received_at)
    alert, alert_detail = alert_texts(study.alert)
    name, name_local = person_names(study.patient_name)
    born, taken = dicom_date(study.patient_birth_date), dicom_date(study.study_date)
    return StudyRow(
        id=str(study.pk),
        study_instance_uid=study.study_instance_uid,
        name=name,
        name_local=name_local,
        patient_id=study.dicom_patient_id,
        sex=str(_SEXES.get(study.patient_sex, "")),
        age=age_text(study.patient_age, born, taken),
        birth_date=localised_date(study.patient_birth_date),
        date=localised_date(study.study_date),
        time=time_text(study.study_time),
        sort_key=sort_key(study, sort),
        accession=study.accession_number,
        description=study.description,
        modalities=made_with(study.modalities),
        series_count=_series_text(study.series_count),
        instance_count=f"{study.instance_count:,}",
        facility=study.facility.name,
        facility_id=str(study.facility_id),
        referring=PersonName.parse(study.referring_physician).display(),
        alert=alert,
        alert_detail=alert_detail,
        received_date=date_text(received.date(), "j M", language),
        received_time=f"{received:%H:%M}",
        revision=f"{study.revision}.{reading.revision}.{attachments}",
        body_parts=[part for part in study.body_parts.split("\\") if part],
        clock=clock_of(reading),
        is_released=reading.status in RELEASED,
        attachments=attachments,
        priority=str(Priority(reading.priority).label),
        priority_key=Priority(reading.priority).name.lower(),
        priority_reason=reading.priority_reason,
        **_report_texts(reading, sight),
        **_people_texts(reading, sight),
    )


def _report_texts(reading: Reading, sight: Sight) -> dict[str, str]:
    key, label = status_text(reading.status, sight)
    quality = Quality(reading.quality)
    return {
        "status": label,
        "status_key": key,
        "quality": str(quality.label) if sight.quality else "",
        "quality_key": str(quality) if sight.quality else "",
    }


def _people_texts(reading: Reading, sight: Sight) -> dict[str, str]:
    reader = reading.assigned_to if sight.assignment else None
    return {
        "assigned": person_text(reader) if reader else "",
        "assigned_because": reading.assigned_because if reader else "",
    }


def status_text(status: str, sight: Sight) -> tuple[str, str]:
    """Return a status, as a key for styles and in words, as far as `sight` allows."""
    if sight.reports:
        return status, str(ReportStatus(status).label)
    half = half_of(status)
    return half, str(HALVES[half])


def person_text(user: Any) -> str:
    """Return how a user is named."""
    return str(user.get_full_name() or user.get_username())


def sort_key(study: Study, sort: str) -> str:
    """Return text by which rows of this order can be compared, for those that come in live."""
    values = (order_value(study, field) for field in ORDERS[sort])
    return "\x1f".join(_comparable(value) for value in values)


def _comparable(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y%m%d%H%M%S.%f}"
    return f"{value:020d}" if isinstance(value, int) else str(value)


def person_names(text: str) -> tuple[str, str]:
    """Return a PN value as 'Family, Given' and, beside it, as it is written in its own script."""
    name = PersonName.parse(text)
    local = name.ideographic.family + name.ideographic.given and name.ideographic
    written = f"{local.family} {local.given}".strip() if local else ""
    shown = name.alphabetic.display_sorted()
    if not shown:
        return written or name.phonetic.display_sorted(), ""
    return shown, written


def dicom_date(text: str) -> date | None:
    """Return a DA value (PS3.5 6.2: YYYYMMDD) as a date; None when it is none."""
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def localised_date(text: str) -> str:
    """Return a DA value in the reader's form; one that is no date as it stands."""
    parsed = dicom_date(text)
    return date_text(parsed, "j M Y", get_language() or "") if parsed else text


@lru_cache(maxsize=8192)
def date_text(day: date, form: str, language: str) -> str:
    """Return `day` in Django's date format `form`; kept, for the days of a list are few."""
    with override(language):
        return date_format(day, form)


def _series_text(count: int) -> str:
    return ngettext("%(count)s series", "%(count)s series", count) % {"count": count}


def time_text(text: str) -> str:
    """Return a TM value (PS3.5 6.2: HHMMSS.FFFFFF) to the minute; blank when it is none."""
    if len(text) < 4 or not (text[:4].isascii() and text[:4].isdecimal()):
        return ""
    hour, minute = int(text[:2]), int(text[2:4])
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def age_text(stated: str, born: date | None, taken: date | None) -> str:
    """Return the age at the study: as stated (AS, e.g. ``045Y``), else from the two dates."""
    number, unit = stated[:3], stated[3:]
    if number.isdecimal() and number.isascii() and unit in _AGE_UNITS:
        return f"{int(number)} {_AGE_UNITS[unit]}"
    if born is None or taken is None or taken < born:
        return ""
    years = taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day))
    if years >= 2:
        return f"{years} {_AGE_UNITS['Y']}"
    days = (taken - born).days
    return f"{days // 30} {_AGE_UNITS['M']}" if days >= 60 else f"{days} {_AGE_UNITS['D']}"


def alert_texts(code: str) -> tuple[str, str]:
    """Return why a study wants attention, in a word and a sentence; blank when it does not."""
    if not code:
        return "", ""
    word, sentence = _ALERT_TEXTS.get(code, (_("Check"), _("This study needs attention.")))
    return str(word), str(sentence)


def count_text(count: int) -> str:
    """Return 'n studies' in the reader's language."""
    return ngettext("%(count)s study", "%(count)s studies", count) % {"count": f"{count:,}"}
