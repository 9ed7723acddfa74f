"""Rejection notes: Key Object Selection documents by which objects are rejected (IHE RAD TF IOCM).

References: PS3.3 A.35.4 (Key Object Selection Document IOD), PS3.16 TID 2010, CID 7010, CID 7011.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite

from dicomkit import tags
from dicomkit.dataset import DataSet, Header
from dicomkit.errors import DicomkitError
from dicomkit.source import Source
from dicomkit.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN

KEY_OBJECT_SELECTION: Final = "1.2.840.10008.5.1.4.1.1.88.59"

QUALITY: Final = "113001"
PATIENT_SAFETY: Final = "113037"
INCORRECT_WORKLIST_ENTRY: Final = "113038"
RETENTION_EXPIRED: Final = "113039"
TITLES: Final = {
    QUALITY: "Rejected for Quality Reasons",
    PATIENT_SAFETY: "Rejected for Patient Safety Reasons",
    INCORRECT_WORKLIST_ENTRY: "Incorrect Modality Worklist Entry",
    RETENTION_EXPIRED: "Data Retention Policy Expired",
}

_DOCUMENT_TITLE_MODIFIER: Final = "113011"
_KEY_OBJECT_DESCRIPTION: Final = "113012"
_MAX_COMMENT: Final = 2000
_MAX_REFERENCES: Final = 200_000

_CODE_VALUE: Final = 0x00080100
_CODING_SCHEME: Final = 0x00080102
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_TEXT_VALUE: Final = 0x0040A160
_CONCEPT_CODE_SEQUENCE: Final = 0x0040A168
_EVIDENCE_SEQUENCES: Final = (0x0040A375, 0x0040A385)


@dataclass(frozen=True, slots=True)
class Reference:
    """One instance that a note names."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    has_pixels: bool = True


@dataclass(frozen=True, slots=True)
class RejectionNote:
    """What a rejection note says.

    `instances` are SOP Instance UIDs by Study Instance UID.
    """

    title: str
    reason: str = ""
    comment: str = ""
    instances: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_note(header: Header, source: Source) -> RejectionNote | None:
    """Return what a Key Object Selection rejects; None when it is no rejection, or unreadable."""
    try:
        title = _code(header, tags.CONCEPT_NAME_CODE_SEQUENCE, source)
        if title not in TITLES:
            return None
        reason, comment = _why(header.sequence(tags.CONTENT_SEQUENCE, source))
        return RejectionNote(title, reason, comment, _evidence(header, source))
    except DicomkitError:
        return None


def _code(data_set: DataSet, tag: int, source: Source | None = None) -> str:
    """Return the value of a DICOM code (scheme DCM) in a code sequence; empty for others."""
    for item in data_set.sequence(tag, source):
        if (item.get_text(_CODING_SCHEME) or "") == "DCM":
            return (item.get_text(_CODE_VALUE) or "")[:16]
    return ""


def _why(items: Sequence[DataSet]) -> tuple[str, str]:
    reason = comment = ""
    for item in items:
        name = _code(item, tags.CONCEPT_NAME_CODE_SEQUENCE)
        if name == _DOCUMENT_TITLE_MODIFIER and not reason:
            reason = _code(item, _CONCEPT_CODE_SEQUENCE)
        elif name == _KEY_OBJECT_DESCRIPTION and not comment:
            comment = (item.get_text(_TEXT_VALUE) or "")[:_MAX_COMMENT]
    return reason, comment


def _evidence(header: Header, source: Source) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for count, (study, instance) in enumerate(_references(header, source)):
        if count >= _MAX_REFERENCES:
            break
        found.setdefault(study, set()).add(instance)
    return {study: frozenset(uids) for study, uids in found.items()}


def _references(header: Header, source: Source) -> Iterator[tuple[str, str]]:
    for tag in _EVIDENCE_SEQUENCES:
        for study in header.sequence(tag, source):
            uid = study.get_text(tags.STUDY_INSTANCE_UID) or ""
            for series in study.sequence(tags.REFERENCED_SERIES_SEQUENCE, source):
                for one in series.sequence(_REFERENCED_SOP_SEQUENCE, source):
                    yield uid, one.get_text(tags.REFERENCED_SOP_INSTANCE_UID) or ""


def write_note(
    study: Mapping[str, Any],
    references: Sequence[Reference],
    *,
    title: str,
    reason: tuple[str, str] | None,
    comment: str,
    uids: tuple[str, str],
    made_at: datetime,
) -> bytes:
    """Return a rejection note as a Part 10 file, in Explicit VR Little Endian and UTF-8.

    Parameters
    ----------
    study : mapping
        The attributes of patient and study by DICOM keyword.
    references : sequence of Reference
        The instances rejected, at least one, all of that study.
    title : str
        A key of `TITLES`.
    reason : tuple of str, optional
        Code and meaning from CID 7011.
    comment : str
        In free words; may be empty.
    uids : tuple of str
        Series and SOP Instance UID of the note.
    made_at : datetime
        When, in local time.
    """
    data_set = Dataset()
    data_set.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in study.items():
        setattr(data_set, keyword, value)
    _describe(data_set, uids, made_at)
    data_set.ContentSequence = [
        *([_reason_item(*reason)] if reason else []),
        *([_comment_item(comment)] if comment else []),
        *(_reference_item(one) for one in references),
    ]
    data_set.ConceptNameCodeSequence = [_coded(title, TITLES[title])]
    evidence = _evidence_item(data_set.StudyInstanceUID, references)
    data_set.CurrentRequestedProcedureEvidenceSequence = [evidence]
    return _file(data_set)


def _describe(data_set: Dataset, uids: tuple[str, str], made_at: datetime) -> None:
    data_set.SOPClassUID = KEY_OBJECT_SELECTION
    data_set.SeriesInstanceUID, data_set.SOPInstanceUID = uids
    data_set.Modality = "KO"
    data_set.SeriesNumber = "9999"
    data_set.InstanceNumber = "1"
    data_set.SeriesDescription = "Rejection note"
    data_set.Manufacturer = "NOCTIS"
    data_set.ReferencedPerformedProcedureStepSequence = []
    data_set.ContentDate = data_set.SeriesDate = f"{made_at:%Y%m%d}"
    data_set.ContentTime = data_set.SeriesTime = f"{made_at:%H%M%S}"
    data_set.TimezoneOffsetFromUTC = f"{made_at:%z}"[:5] or "+0000"
    data_set.ValueType = "CONTAINER"
    data_set.ContinuityOfContent = "SEPARATE"
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    data_set.ContentTemplateSequence = [template]


def _coded(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _item(relationship: str, value_type: str, name: Dataset) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    item.ConceptNameCodeSequence = [name]
    return item


def _reason_item(code: str, meaning: str) -> Dataset:
    name = _coded(_DOCUMENT_TITLE_MODIFIER, "Document Title Modifier")
    item = _item("HAS CONCEPT MOD", "CODE", name)
    item.ConceptCodeSequence = [_coded(code, meaning)]
    return item


def _comment_item(comment: str) -> Dataset:
    item = _item("CONTAINS", "TEXT", _coded(_KEY_OBJECT_DESCRIPTION, "Key Object Description"))
    item.TextValue = comment[:_MAX_COMMENT]
    return item


def _reference_item(reference: Reference) -> Dataset:
    name = _coded("260753009", "Source", "SCT")
    item = _item("CONTAINS", "IMAGE" if reference.has_pixels else "COMPOSITE", name)
    item.ReferencedSOPSequence = [_sop(reference)]
    return item


def _sop(reference: Reference) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = reference.sop_class_uid
    item.ReferencedSOPInstanceUID = reference.sop_instance_uid
    return item


def _evidence_item(study_instance_uid: str, references: Sequence[Reference]) -> Dataset:
    by_series: dict[str, list[Dataset]] = {}
    for reference in references:
        by_series.setdefault(reference.series_instance_uid, []).append(_sop(reference))
    evidence = Dataset()
    evidence.StudyInstanceUID = study_instance_uid
    evidence.ReferencedSeriesSequence = []
    for uid, objects in by_series.items():
        series = Dataset()
        series.SeriesInstanceUID, series.ReferencedSOPSequence = uid, objects
        evidence.ReferencedSeriesSequence.append(series)
    return evidence


def _file(data_set: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = data_set.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    meta.TransferSyntaxUID = EXPLICIT_VR_LITTLE_ENDIAN
    data_set.file_meta = meta
    out = BytesIO()
    dcmwrite(out, data_set, enforce_file_format=True)
    return out.getvalue()
