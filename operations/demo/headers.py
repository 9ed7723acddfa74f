"""Headers that all demo objects share: patient, study, series, equipment, plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid


@dataclass(frozen=True)
class Patient:
    """A demo patient; ``charset`` is Specific Character Set (0008,0005)."""

    identifier: str
    name: str
    birth: date
    sex: str
    charset: str | tuple[str, ...] = "ISO_IR 192"
    size_m: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True)
class Site:
    """Where an examination was made."""

    key: str
    institution: str
    department: str
    issuer: str


@dataclass(frozen=True)
class Visit:
    """One study of one patient: what the Study and the Equipment modules need."""

    key: str
    patient: Patient
    site: Site
    modality: str
    description: str
    accession: str
    referring: str
    when: datetime
    body_part: str
    model: str
    station: str
    operator: str = "Technician^Demo"
    history: str = ""

    @property
    def stem(self) -> tuple[str, str]:
        """What all UIDs of the study derive from; the date makes each day's demo its own."""
        return (self.key, self.when.strftime("%Y%m%d"))


def uid(*names: object) -> UID:
    """Return the UID that belongs to these names; always the same one."""
    return generate_uid(entropy_srcs=["noctis demo", *(str(name) for name in names)])


def age_text(birth: date, at: date) -> str:
    """Return the age as a DICOM AS value."""
    years = at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))
    return f"{years:03d}Y"


def time_text(moment: datetime) -> str:
    """Return a moment as a DICOM TM value."""
    return moment.strftime("%H%M%S")


def new_instance(
    visit: Visit, sop_class: str, series: Dataset, number: int, after_s: float = 0.0
) -> Dataset:
    """Return a data set with patient, study, series and instance filled in.

    Parameters
    ----------
    series
        From :func:`new_series`; its elements are copied in.
    number
        Instance number, from 1; the SOP Instance UID derives from it.
    after_s
        Seconds from the start of the study to the acquisition.
    """
    dataset = Dataset()
    charset = visit.patient.charset
    dataset.SpecificCharacterSet = list(charset) if isinstance(charset, tuple) else charset
    _set_patient(dataset, visit)
    _set_study(dataset, visit)
    dataset.update(series)
    dataset.SOPClassUID = UID(sop_class)
    dataset.SOPInstanceUID = uid(*visit.stem, series.SeriesNumber, number)
    dataset.InstanceNumber = number
    moment = visit.when + timedelta(seconds=after_s)
    dataset.ContentDate = dataset.AcquisitionDate = f"{moment:%Y%m%d}"
    dataset.ContentTime = dataset.AcquisitionTime = time_text(moment)
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = (
        f"{moment:%Y%m%d}",
        time_text(moment + timedelta(seconds=20)),
    )
    return dataset


def _set_patient(dataset: Dataset, visit: Visit) -> None:
    patient = visit.patient
    dataset.PatientName = patient.name
    dataset.PatientID = patient.identifier
    dataset.IssuerOfPatientID = visit.site.issuer
    dataset.PatientBirthDate = f"{patient.birth:%Y%m%d}"
    dataset.PatientSex = patient.sex
    dataset.PatientAge = age_text(patient.birth, visit.when.date())
    if patient.size_m is not None:
        dataset.PatientSize = f"{patient.size_m:.2f}"
    if patient.weight_kg is not None:
        dataset.PatientWeight = f"{patient.weight_kg:.1f}"


def _set_study(dataset: Dataset, visit: Visit) -> None:
    dataset.StudyInstanceUID = uid(*visit.stem)
    dataset.StudyDate = f"{visit.when:%Y%m%d}"
    dataset.StudyTime = time_text(visit.when)
    dataset.StudyID = visit.accession[-6:]
    dataset.AccessionNumber = visit.accession
    dataset.ReferringPhysicianName = visit.referring
    dataset.StudyDescription = visit.description
    if visit.history:
        dataset.AdditionalPatientHistory = visit.history
    dataset.Manufacturer = "NOCTIS Demo"
    dataset.ManufacturerModelName = visit.model
    dataset.InstitutionName = visit.site.institution
    dataset.InstitutionalDepartmentName = visit.site.department
    dataset.StationName = visit.station
    dataset.DeviceSerialNumber = f"{int(uid(visit.station)[-8:]):08d}"
    dataset.SoftwareVersions = "phantom 1.0"
    dataset.OperatorsName = visit.operator


def new_series(
    visit: Visit, number: int, modality: str, description: str, **more: object
) -> Dataset:
    """Return the elements that all instances of a series share (PS3.3 C.7.3.1)."""
    series = Dataset()
    series.Modality = modality
    series.SeriesInstanceUID = uid(*visit.stem, "series", number)
    series.SeriesNumber = number
    series.SeriesDescription = description
    series.SeriesDate = f"{visit.when:%Y%m%d}"
    series.SeriesTime = time_text(visit.when)
    series.BodyPartExamined = visit.body_part
    for keyword, value in more.items():
        setattr(series, keyword, value)
    return series


def set_plane(
    dataset: Dataset,
    frame_of_reference: UID,
    origin_mm: Sequence[float],
    spacing_mm: float,
    thickness_mm: float,
) -> None:
    """Fill Frame of Reference and Image Plane of an axial image (PS3.3 C.7.6.2).

    ``origin_mm`` is the centre of the first pixel, LPS.
    """
    dataset.FrameOfReferenceUID = frame_of_reference
    dataset.PositionReferenceIndicator = ""
    dataset.ImagePositionPatient = [f"{value:.4f}" for value in origin_mm]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [f"{spacing_mm:.6f}"] * 2
    dataset.SliceThickness = f"{thickness_mm:g}"
    dataset.SliceLocation = f"{origin_mm[2]:.4f}"


def set_code(dataset: Dataset, keyword: str, value: str, scheme: str, meaning: str) -> None:
    """Add a coded concept as a sequence of one item (PS3.3 table 8.8-1)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    setattr(dataset, keyword, [item])
