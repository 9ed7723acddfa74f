"""Which attributes can be corrected, where they stand in the index, and what they may be.

References: PS3.5 6.2 (value representations), PS3.3 C.2.2, C.2.3, C.7.2.1, C.7.3.1.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from archive.columns import clean, valid_date, valid_time
from archive.models import Patient, Series, Study
from dicomkit.names import PersonName, search_key


class CorrectionError(ValueError):
    """What was asked for cannot be done; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Correctable:
    """One attribute: its column, and how long it may be in each group of a name or in all."""

    column: str
    limit: int
    kind: str = "text"


PATIENT: Final[dict[str, Correctable]] = {
    "PatientName": Correctable("patient_name", 64, "name"),
    "PatientID": Correctable("dicom_patient_id", 64),
    "IssuerOfPatientID": Correctable("issuer_of_patient_id", 64),
    "PatientBirthDate": Correctable("patient_birth_date", 8, "date"),
    "PatientSex": Correctable("patient_sex", 16, "sex"),
}
STUDY: Final[dict[str, Correctable]] = {
    "StudyDate": Correctable("study_date", 8, "date"),
    "StudyTime": Correctable("study_time", 16, "time"),
    "StudyID": Correctable("study_id", 16),
    "AccessionNumber": Correctable("accession_number", 16),
    "StudyDescription": Correctable("description", 64),
    "ReferringPhysicianName": Correctable("referring_physician", 64, "name"),
}
SERIES: Final[dict[str, Correctable]] = {
    "SeriesDescription": Correctable("description", 64),
    "BodyPartExamined": Correctable("body_part", 16, "code"),
    "Laterality": Correctable("laterality", 1, "side"),
}
# What a Patient row says, by the keyword.
OF_PATIENT: Final = {
    "PatientName": "name",
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
}

_CODE: Final = re.compile(r"[A-Z0-9 _]*", re.ASCII)
_KEYED: Final = ("description", "referring_physician")


def _date(value: str) -> bool:
    return valid_date(value) == value


def _time(value: str) -> bool:
    return valid_time(value) == value


_CHECKS: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "date": (_date, "is no date."),
    "time": (_time, "is no time."),
    "sex": (lambda value: value in {"F", "M", "O"}, "is F, M, O or blank."),
    "side": (lambda value: value in {"L", "R"}, "is L, R or blank."),
    "code": (_CODE.fullmatch, "has capitals, digits, spaces and underscores only."),
    "name": (lambda value: value.count("=") <= 2, "has at most three groups."),
    "text": (lambda value: True, ""),
}


def checked(known: Mapping[str, Correctable], values: Mapping[str, str]) -> dict[str, str]:
    """Return values by keyword, trimmed.

    Raises
    ------
    CorrectionError
        An attribute cannot be corrected here, or not to that value.
    """
    return {keyword: _checked(keyword, known.get(keyword), v) for keyword, v in values.items()}


def _checked(keyword: str, attribute: Correctable | None, value: str) -> str:
    if attribute is None:
        raise CorrectionError(f"{keyword} cannot be corrected here.")
    value = value.strip()
    if attribute.kind == "name":
        value = str(PersonName.parse(value)) if value.count("=") <= 2 else value
    groups = value.split("=") if attribute.kind == "name" else [value]
    if any(len(group) > attribute.limit for group in groups):
        raise CorrectionError(f"{keyword} is longer than {attribute.limit} characters.")
    if "\\" in value or clean(value, len(value)) != value:
        raise CorrectionError(f"{keyword} has characters that it cannot have.")
    fits, words = _CHECKS[attribute.kind]
    if value and not fits(value):
        raise CorrectionError(f"{keyword} {words}")
    return value


def said_by(row: Study | Series, known: Mapping[str, Correctable]) -> dict[str, Any]:
    """Return what a row says of these attributes."""
    return {keyword: getattr(row, known[keyword].column) for keyword in known}


def said_by_patient(patient: Patient) -> dict[str, Any]:
    """Return what a patient's row says."""
    return {keyword: getattr(patient, column) for keyword, column in OF_PATIENT.items()}


def set_study(study: Study, values: Mapping[str, Any]) -> None:
    """Set the columns of a study, without saving it; keys it does not know are left out."""
    for keyword, value in values.items():
        if keyword == "patient":
            study.patient_id = value
        elif attribute := (PATIENT | STUDY).get(keyword):
            setattr(study, attribute.column, value)
            if attribute.column in _KEYED:
                limit = 324 if attribute.kind == "name" else 256
                setattr(study, f"{attribute.column}_key", search_key(value)[:limit])
    keys = PersonName.parse(study.patient_name).search_keys()
    study.patient_name_key = keys[0][:324]
    study.patient_name_ideographic_key = keys[1][:128]
    study.patient_name_phonetic_key = keys[2][:128]


def set_series(series: Series, values: Mapping[str, Any]) -> None:
    """Set the columns of a series, without saving it; keys it does not know are left out."""
    for keyword, value in values.items():
        if keyword == "study":
            series.study_id = value
        elif attribute := SERIES.get(keyword):
            setattr(series, attribute.column, value)
    series.description_key = search_key(series.description)[:256]


def set_patient(patient: Patient, values: Mapping[str, Any]) -> None:
    """Set the columns of a patient, the identity left out, without saving it."""
    for keyword, value in values.items():
        setattr(patient, OF_PATIENT[keyword], value)
    keys = PersonName.parse(patient.name).search_keys()
    patient.name_key = keys[0][:324]
    patient.name_ideographic_key = keys[1][:128]
    patient.name_phonetic_key = keys[2][:128]
