"""Names, dates and ages as a person reads them, from their DICOM forms."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import Study
from dicomkit.names import PersonName
from reports.paper.scripts import han_language

_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_SEXES: Final = {
    "M": gettext_lazy("male"),
    "F": gettext_lazy("female"),
    "O": gettext_lazy("other"),
}
_AGE_UNITS: Final = {
    "D": gettext_lazy("days"),
    "W": gettext_lazy("weeks"),
    "M": gettext_lazy("months"),
    "Y": gettext_lazy("years"),
}


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A person's name: `shown` in the main script, `local` beside it, its language if it is Han."""

    shown: str
    local: str = ""
    language: str = ""


def written_name(text: str) -> WrittenName:
    """Return a PN value (PS3.5 6.2.1) as it is written, and as in its own script."""
    name = PersonName.parse(text)
    local = name.ideographic
    own = f"{local.family} {local.given}".strip()
    # The phonetic group tells Japanese from Chinese where the name itself does not.
    language = han_language(f"{name.phonetic} {own}") or han_language(str(name))
    shown = name.alphabetic.display_sorted()
    if not shown:
        return WrittenName(own or name.phonetic.display_sorted(), "", language)
    if _ARABIC.search(shown):
        shown = shown.replace(", ", "\u060c ")  # the comma of that script
    return WrittenName(shown, own, language)


def spoken_name(text: str) -> str:
    """Return a PN value as one writes it in a sentence: ``Dr. Rita Referring``."""
    return PersonName.parse(text).display()


def dicom_date(text: str) -> date | None:
    """Return a DA value (PS3.5 6.2: YYYYMMDD) as a date; None when it is none."""
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def date_text(text: str) -> str:
    """Return a DA value for people; one that is no date as it stands."""
    parsed = dicom_date(text)
    return date_format(parsed, "j F Y") if parsed else text


def moment_text(moment: datetime) -> str:
    """Return a time with its zone, for people."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


def sex_text(study: Study) -> str:
    """Return the patient's sex in a word."""
    return str(_SEXES.get(study.patient_sex, ""))


def age_text(study: Study) -> str:
    """Return the age at the study: as stated (AS, e.g. ``045Y``), else from the two dates."""
    number, unit = study.patient_age[:3], study.patient_age[3:]
    if number.isdecimal() and number.isascii() and unit in _AGE_UNITS:
        return f"{int(number)} {_AGE_UNITS[unit]}"
    born, taken = dicom_date(study.patient_birth_date), dicom_date(study.study_date)
    if born is None or taken is None or taken < born:
        return ""
    years = taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day))
    return _("%(years)s years") % {"years": years}
