"""A study as a person reads it: names, ages, dates and alerts from their DICOM forms."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext_lazy as _

from archive.models import Study
from dicomkit.names import PersonName

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
    referring: str
    alert: str
    alert_detail: str
    received_date: str
    received_time: str
    revision: str


def study_row(study: Study) -> StudyRow:
    """Return the row of `study`; its facility must have been fetched with it."""
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
        sort_key=f"{study.study_date:8}{study.study_time:16}{study.pk:020d}",
        accession=study.accession_number,
        description=study.description,
        modalities=[code for code in study.modalities.split("\\") if code],
        series_count=_series_text(study.series_count),
        instance_count=f"{study.instance_count:,}",
        facility=study.facility.name,
        referring=PersonName.parse(study.referring_physician).display(),
        alert=alert,
        alert_detail=alert_detail,
        received_date=date_text(received.date(), "j M", language),
        received_time=f"{received:%H:%M}",
        revision=str(study.revision),
    )


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
