"""What every object made of a report has: patient, study, series, equipment and times.

The same row gives the same bytes: all times are the signature's.
"""

import io
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from django.utils import timezone as clock
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from archive.models import Study
from reports.models import Report, ReportVersion

# As dimse.implementation says it, which this room does not import; a test holds them together.
IMPLEMENTATION_VERSION: Final = "NOCTIS_0_1"
IMPLEMENTATION_CLASS_UID: Final = "2.25.312296276365346902952372661979567315867"
_NAMESPACE: Final = uuid.UUID("5c2b7b52-3d8e-4b0e-9a6c-0d5f6b7c1a11")
_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its SOP class, modality, and the series that it lies in."""

    name: str
    sop_class_uid: str
    modality: str
    series_number: int
    series_description: str


PDF: Final = Kind("pdf", "1.2.840.10008.5.1.4.1.1.104.1", "DOC", 9901, "Reports")
SR: Final = Kind("sr", "1.2.840.10008.5.1.4.1.1.88.22", "SR", 9902, "Reports")
KOS: Final = Kind("kos", "1.2.840.10008.5.1.4.1.1.88.59", "KO", 9903, "Withdrawn reports")


def series_uid(report: Report, study: Study, kind: Kind) -> str:
    """Return the UID of the series in which the report's objects of a kind lie: always the same."""
    name = f"{study.study_instance_uid}/{report.pk}/{report.created_at.isoformat()}/{kind.name}"
    return f"2.25.{uuid.uuid5(_NAMESPACE, name).int}"


def new_object(study: Study, version: ReportVersion, kind: Kind, sop_instance_uid: str) -> Dataset:
    """Return a data set with everything that is not particular to `kind`.

    References: PS3.3 C.7.1.1 (Patient), C.7.2.1 (General Study), C.7.5.1 (General Equipment),
    C.12.1 (SOP Common).
    """
    moment = local_time(study, version.signed_at)
    new = Dataset()
    new.SpecificCharacterSet = "ISO_IR 192"
    new.SOPClassUID, new.SOPInstanceUID = kind.sop_class_uid, sop_instance_uid
    new.InstanceCreationDate, new.InstanceCreationTime = _da(moment), _tm(moment)
    if _OFFSET.fullmatch(study.timezone_offset):
        new.TimezoneOffsetFromUTC = study.timezone_offset
    _state_patient_and_study(new, study)
    new.Modality = kind.modality
    new.SeriesInstanceUID = series_uid(version.report, study, kind)
    new.SeriesNumber, new.SeriesDescription = kind.series_number, kind.series_description
    new.SeriesDate, new.SeriesTime = "", ""
    new.InstanceNumber = version.number
    new.ContentDate, new.ContentTime = _da(moment), _tm(moment)
    new.Manufacturer, new.ManufacturerModelName = "NOCTIS", "NOCTIS"
    return new


def _state_patient_and_study(new: Dataset, study: Study) -> None:
    """Repeat what the index has: an object that said otherwise would be kept aside."""
    new.PatientName = study.patient_name
    new.PatientID = study.dicom_patient_id
    if study.issuer_of_patient_id:
        new.IssuerOfPatientID = study.issuer_of_patient_id
    new.PatientBirthDate, new.PatientSex = study.patient_birth_date, study.patient_sex
    new.StudyInstanceUID = study.study_instance_uid
    new.StudyDate, new.StudyTime, new.StudyID = study.study_date, study.study_time, study.study_id
    new.AccessionNumber = study.accession_number
    new.ReferringPhysicianName = study.referring_physician
    if study.description:
        new.StudyDescription = study.description


def local_time(study: Study, moment: datetime) -> datetime:
    """Return `moment` in the study's own time zone where it states one, else in the server's."""
    match = _OFFSET.fullmatch(study.timezone_offset)
    if match is None:
        return clock.localtime(moment)
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if shift >= timedelta(hours=24):
        return clock.localtime(moment)
    return moment.astimezone(timezone(-shift if match[1] == "-" else shift))


def _da(moment: datetime) -> str:
    return f"{moment:%Y%m%d}"


def _tm(moment: datetime) -> str:
    return f"{moment:%H%M%S.%f}"


def dt_value(study: Study, moment: datetime) -> str:
    """Return a DT with its offset (PS3.5 6.2)."""
    return f"{local_time(study, moment):%Y%m%d%H%M%S%z}"


def part10(new: Dataset) -> bytes:
    """Return an object as a Part 10 file, Explicit VR Little Endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = new.SOPClassUID
    meta.MediaStorageSOPInstanceUID = new.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    new.file_meta = meta
    target = io.BytesIO()
    new.save_as(target, enforce_file_format=True)
    return target.getvalue()
