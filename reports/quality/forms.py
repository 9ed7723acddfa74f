"""What the quality page sends, read into what the services take."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from archive.correctable import PATIENT, SERIES, STUDY
from archive.models import Series, Study
from reports.quality.selectors import display_date, display_name

LABELS = {
    "PatientName": _("Name"),
    "PatientID": _("Patient ID"),
    "IssuerOfPatientID": _("Issuer of patient ID"),
    "PatientBirthDate": _("Date of birth"),
    "PatientSex": _("Sex"),
    "StudyDate": _("Study date"),
    "StudyTime": _("Study time"),
    "StudyID": _("Study ID"),
    "AccessionNumber": _("Accession number"),
    "StudyDescription": _("Description"),
    "ReferringPhysicianName": _("Referring physician"),
    "SeriesDescription": _("Description"),
    "BodyPartExamined": _("Body part"),
    "Laterality": _("Laterality"),
    "StudyInstanceUID": _("Study"),
}
_GROUPS = ("PatientName", "PatientName-ideographic", "PatientName-phonetic")


def name_groups(value: str) -> list[str]:
    """Return the three groups of a person's name."""
    return [*value.split("="), "", "", ""][:3]


def study_fields(study: Study) -> dict[str, Any]:
    """Return the values of the form, by keyword."""
    known = PATIENT | STUDY
    values = {keyword: getattr(study, one.column) for keyword, one in known.items()}
    for keyword in ("PatientBirthDate", "StudyDate"):
        values[keyword] = display_date(values[keyword])
    values["groups"] = name_groups(values["PatientName"])
    return values


def study_values(sent: QueryDict, study: Study) -> dict[str, str]:
    """Return the attributes that were sent and differ from what the study says."""
    values = {keyword: str(sent[keyword]).strip() for keyword in PATIENT | STUDY if keyword in sent}
    if "PatientName" in values:
        values["PatientName"] = "=".join(sent.get(name, "").strip() for name in _GROUPS).rstrip("=")
    for keyword in ("PatientBirthDate", "StudyDate"):
        if keyword in values:
            values[keyword] = _dicom_date(values[keyword])
    now = {keyword: getattr(study, one.column) for keyword, one in (PATIENT | STUDY).items()}
    return {keyword: value for keyword, value in values.items() if value != now[keyword]}


def series_values(sent: QueryDict, series: Series) -> dict[str, str]:
    """Return the attributes that were sent and differ from what the series says."""
    values = {keyword: str(sent[keyword]).strip() for keyword in SERIES if keyword in sent}
    return {
        keyword: value
        for keyword, value in values.items()
        if value != getattr(series, SERIES[keyword].column)
    }


def _dicom_date(value: str) -> str:
    """Return a date of a form as DICOM writes it; other text as it is, to be refused."""
    try:
        return date.fromisoformat(value).strftime("%Y%m%d")
    except ValueError:
        return value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what changes, for people: label, old and new value."""
    return [
        {
            "label": str(LABELS.get(keyword, keyword)),
            "before": _shown(keyword, before.get(keyword, "")),
            "after": _shown(keyword, value),
        }
        for keyword, value in after.items()
        if keyword[0].isupper() and before.get(keyword) != value
    ]


def _shown(keyword: str, value: Any) -> str:
    text = str(value or "")
    if keyword.endswith("Name"):
        groups = [group for group in text.split("=")[1:] if group]
        words = [display_name(text), *(group.replace("^", " ") for group in groups)]
        return " · ".join(words) if text else "—"
    if keyword.endswith("Date"):
        return display_date(text) or "—"
    return text or "—"
