"""Which attributes can be matched and returned, at which level, and in which column they lie.

References: PS3.4 C.6.1.1, C.6.2.1 (Patient and Study Root attributes), PS3.18 10.6.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final


class Level(IntEnum):
    """Query/Retrieve levels, from the top."""

    PATIENT = 0
    STUDY = 1
    SERIES = 2
    IMAGE = 3


class Kind(Enum):
    """How the values of an attribute are compared (PS3.4 C.2.2.2)."""

    UID = "uid"
    CODE = "code"  # compared as it stands: CS, SH, LO of identifiers
    TEXT = "text"  # without case or accents, in a key column
    NAME = "name"  # as TEXT, in any component group
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    MEMBERS = "members"  # one text holds all values, each between backslashes
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the index.

    ``column`` is relative to the model of ``level``; ``keys`` are the columns that are matched
    instead where comparison is loose, the alphabetic group first for names.
    """

    keyword: str
    level: Level
    column: str
    kind: Kind
    keys: tuple[str, ...] = ()


def _table(*rows: Attribute) -> dict[str, Attribute]:
    return {row.keyword: row for row in rows}


_NAME_KEYS = ("name_key", "name_ideographic_key", "name_phonetic_key")
_STUDY_NAME_KEYS = tuple(f"patient_{key}" for key in _NAME_KEYS)

# Patient attributes as a Patient row has them (Patient Root, patient level).
PATIENT: Final = _table(
    Attribute("PatientName", Level.PATIENT, "name", Kind.NAME, _NAME_KEYS),
    Attribute("PatientID", Level.PATIENT, "patient_id", Kind.CODE),
    Attribute("IssuerOfPatientID", Level.PATIENT, "issuer", Kind.CODE),
    Attribute("PatientBirthDate", Level.PATIENT, "birth_date", Kind.DATE),
    Attribute("PatientSex", Level.PATIENT, "sex", Kind.CODE),
)

# Patient attributes as each study states them, and the study's own.
STUDY: Final = _table(
    Attribute("PatientName", Level.STUDY, "patient_name", Kind.NAME, _STUDY_NAME_KEYS),
    Attribute("PatientID", Level.STUDY, "dicom_patient_id", Kind.CODE),
    Attribute("IssuerOfPatientID", Level.STUDY, "issuer_of_patient_id", Kind.CODE),
    Attribute("PatientBirthDate", Level.STUDY, "patient_birth_date", Kind.DATE),
    Attribute("PatientSex", Level.STUDY, "patient_sex", Kind.CODE),
    Attribute("PatientAge", Level.STUDY, "patient_age", Kind.CODE),
    Attribute("StudyInstanceUID", Level.STUDY, "study_instance_uid", Kind.UID),
    Attribute("StudyDate", Level.STUDY, "study_date", Kind.DATE),
    Attribute("StudyTime", Level.STUDY, "study_time", Kind.TIME),
    Attribute("StudyID", Level.STUDY, "study_id", Kind.CODE),
    Attribute("AccessionNumber", Level.STUDY, "accession_number", Kind.CODE),
    Attribute("StudyDescription", Level.STUDY, "description", Kind.TEXT, ("description_key",)),
    Attribute(
        "ReferringPhysicianName",
        Level.STUDY,
        "referring_physician",
        Kind.NAME,
        ("referring_physician_key",),
    ),
    Attribute("ModalitiesInStudy", Level.STUDY, "modalities", Kind.MEMBERS),
    Attribute("SOPClassesInStudy", Level.STUDY, "sop_classes", Kind.MEMBERS),
    Attribute("NumberOfStudyRelatedSeries", Level.STUDY, "series_count", Kind.NUMBER),
    Attribute("NumberOfStudyRelatedInstances", Level.STUDY, "instance_count", Kind.NUMBER),
)

SERIES: Final = _table(
    Attribute("SeriesInstanceUID", Level.SERIES, "series_instance_uid", Kind.UID),
    Attribute("Modality", Level.SERIES, "modality", Kind.CODE),
    Attribute("SeriesNumber", Level.SERIES, "series_number", Kind.NUMBER),
    Attribute("SeriesDescription", Level.SERIES, "description", Kind.TEXT, ("description_key",)),
    Attribute("BodyPartExamined", Level.SERIES, "body_part", Kind.CODE),
    Attribute("Laterality", Level.SERIES, "laterality", Kind.CODE),
    Attribute("ProtocolName", Level.SERIES, "protocol_name", Kind.CODE),
    Attribute("SeriesDate", Level.SERIES, "series_date", Kind.DATE),
    Attribute("SeriesTime", Level.SERIES, "series_time", Kind.TIME),
    Attribute("PerformedProcedureStepStartDate", Level.SERIES, "performed_date", Kind.DATE),
    Attribute("PerformedProcedureStepStartTime", Level.SERIES, "performed_time", Kind.TIME),
    Attribute("Manufacturer", Level.SERIES, "manufacturer", Kind.CODE),
    Attribute("ManufacturerModelName", Level.SERIES, "model_name", Kind.CODE),
    Attribute("StationName", Level.SERIES, "station_name", Kind.CODE),
    Attribute("InstitutionName", Level.SERIES, "institution", Kind.CODE),
    Attribute("FrameOfReferenceUID", Level.SERIES, "frame_of_reference_uid", Kind.UID),
    Attribute("RequestAttributesSequence", Level.SERIES, "request_attributes", Kind.SEQUENCE),
    Attribute("NumberOfSeriesRelatedInstances", Level.SERIES, "instance_count", Kind.NUMBER),
)

IMAGE: Final = _table(
    Attribute("SOPInstanceUID", Level.IMAGE, "sop_instance_uid", Kind.UID),
    Attribute("SOPClassUID", Level.IMAGE, "sop_class_uid", Kind.UID),
    Attribute("InstanceNumber", Level.IMAGE, "instance_number", Kind.NUMBER),
    Attribute("ContentDate", Level.IMAGE, "content_date", Kind.DATE),
    Attribute("ContentTime", Level.IMAGE, "content_time", Kind.TIME),
    Attribute("Rows", Level.IMAGE, "rows", Kind.NUMBER),
    Attribute("Columns", Level.IMAGE, "columns", Kind.NUMBER),
    Attribute("BitsAllocated", Level.IMAGE, "bits_allocated", Kind.NUMBER),
    Attribute("NumberOfFrames", Level.IMAGE, "number_of_frames", Kind.NUMBER),
    Attribute("AvailableTransferSyntaxUID", Level.IMAGE, "transfer_syntax_uid", Kind.UID),
)

# Counts that only a patient-level query answers; they are computed when asked for.
PATIENT_COUNTS: Final = {
    "NumberOfPatientRelatedStudies": "pk",
    "NumberOfPatientRelatedSeries": "series_count",
    "NumberOfPatientRelatedInstances": "instance_count",
}

_PATHS: Final = {
    Level.STUDY: {Level.STUDY: ""},
    Level.SERIES: {Level.STUDY: "study__", Level.SERIES: ""},
    Level.IMAGE: {Level.STUDY: "study__", Level.SERIES: "series__", Level.IMAGE: ""},
}


def attributes_at(level: Level) -> dict[str, Attribute]:
    """Return the attributes a query at `level` knows, its upper levels' included."""
    if level is Level.PATIENT:
        return PATIENT
    tables = (STUDY, SERIES, IMAGE)[: int(level)]
    return {keyword: row for table in tables for keyword, row in table.items()}


def path(level: Level, attribute: Attribute) -> str:
    """Return the prefix from the model of `level` to that of the attribute."""
    return "" if level is Level.PATIENT else _PATHS[level][attribute.level]
