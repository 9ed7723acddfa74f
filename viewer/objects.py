"""What every object that the viewer makes has: patient, study, series, equipment and times.

References: PS3.3 C.7.1.1 (Patient), C.7.2.1 (General Study), C.7.5.1 (General Equipment), C.12.1
(SOP Common), C.17.2 (SR Document General), C.17.2.1 (Hierarchical SOP Instance Reference).
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from archive.ingest import ingest
from archive.models import Instance, Study
from archive.outcome import Door, Origin
from archive.spool import Spool
from audit.actors import Actor
from viewer.errors import NotArchivedError

# As dimse.implementation says it, which this room does not import; a test holds them together.
IMPLEMENTATION_VERSION: Final = "NOCTIS_0_1"
IMPLEMENTATION_CLASS_UID: Final = "2.25.312296276365346902952372661979567315867"
_NOT_IN_NAMES: Final = re.compile(r"[\\^=\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its SOP class, modality, and the series that it lies in."""

    sop_class_uid: str
    modality: str
    series_number: int
    series_description: str


COMPREHENSIVE_SR: Final = Kind("1.2.840.10008.5.1.4.1.1.88.33", "SR", 9911, "Measurements")
KEY_OBJECTS: Final = Kind("1.2.840.10008.5.1.4.1.1.88.59", "KO", 9912, "Key images")


def new_object(study: Study, kind: Kind, evidence: Iterable[Instance]) -> Dataset:
    """Return an object of `study` with everything that is not particular to its kind.

    It repeats what the index says of patient and study: one that said otherwise would be kept
    aside.

    Parameters
    ----------
    evidence : iterable of Instance
        What the object speaks of, the series fetched with them.
    """
    moment = timezone.localtime()
    new = Dataset()
    new.SpecificCharacterSet = "ISO_IR 192"
    new.SOPClassUID, new.SOPInstanceUID = kind.sop_class_uid, generate_uid(prefix=None)
    for keyword, value in _study_attributes(study).items():
        setattr(new, keyword, value)
    new.Modality = kind.modality
    new.SeriesInstanceUID = generate_uid(prefix=None)
    new.SeriesNumber, new.SeriesDescription = kind.series_number, kind.series_description
    new.InstanceNumber = 1
    new.Manufacturer, new.ManufacturerModelName = "NOCTIS", "NOCTIS"
    new.ContentDate = new.SeriesDate = new.InstanceCreationDate = f"{moment:%Y%m%d}"
    new.ContentTime = new.SeriesTime = new.InstanceCreationTime = f"{moment:%H%M%S.%f}"
    new.TimezoneOffsetFromUTC = f"{moment:%z}"[:5]
    new.ReferencedPerformedProcedureStepSequence = []
    new.CurrentRequestedProcedureEvidenceSequence = _hierarchy(study, evidence)
    return new


def _study_attributes(study: Study) -> dict[str, Any]:
    issuer, description = study.issuer_of_patient_id, study.description
    return {
        "PatientName": study.patient_name,
        "PatientID": study.dicom_patient_id,
        **({"IssuerOfPatientID": issuer} if issuer else {}),
        "PatientBirthDate": study.patient_birth_date,
        "PatientSex": study.patient_sex,
        "StudyInstanceUID": study.study_instance_uid,
        "StudyDate": study.study_date,
        "StudyTime": study.study_time,
        "StudyID": study.study_id,
        "AccessionNumber": study.accession_number,
        "ReferringPhysicianName": study.referring_physician,
        **({"StudyDescription": description} if description else {}),
    }


def _hierarchy(study: Study, evidence: Iterable[Instance]) -> Sequence:
    by_series: dict[str, list[Dataset]] = {}
    for one in evidence:
        reference = sop_reference(one.sop_class_uid, one.sop_instance_uid)
        by_series.setdefault(one.series.series_instance_uid, []).append(reference)
    of_study = Dataset()
    of_study.StudyInstanceUID = study.study_instance_uid
    of_study.ReferencedSeriesSequence = [_series(uid, ones) for uid, ones in by_series.items()]
    return Sequence([of_study])


def _series(uid: str, references: list[Dataset]) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID, item.ReferencedSOPSequence = uid, references
    return item


def sop_reference(sop_class_uid: str, sop_instance_uid: str, frame: int = 0) -> Dataset:
    """Return a reference to an instance, or to one of its frames (from 1)."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    if frame:
        item.ReferencedFrameNumber = frame
    return item


def person_name(user: Any, fallback: str = "") -> str:
    """Return how a user is called, as a PN value (PS3.5 6.2.1).

    `fallback` is the name as it was written down; where it is no longer the account's, it stays
    in one piece, with the caret that says that this is meant.
    """
    shown = fallback or user.get_full_name() or user.get_username()
    if user.last_name and user.get_full_name() == shown:
        return f"{_component(user.last_name)}^{_component(user.first_name)}"
    return f"{_component(shown) or 'unknown'}^"


def _component(text: str) -> str:
    return " ".join(_NOT_IN_NAMES.sub(" ", text).split())[:60]


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


def bring_in(study: Study, new: Dataset, actor: Actor) -> str:
    """Hand an object to the archive, by the door by which every object comes; return its UID.

    Raises
    ------
    NotArchivedError
        When it was refused or kept aside.
    ArchiveError
        When nothing was stored; trying again later is sensible.
    """
    origin = Origin(
        Door.SYSTEM,
        study.facility_id,
        actor_id=actor.user_id,
        actor_name=actor.user_name,
        address=actor.address,
    )
    with Spool.create() as writer:
        writer.write(part10(new))
        outcome = ingest(writer.finish(), origin)
    if not outcome.is_success:
        raise NotArchivedError(f"The archive kept it aside: {outcome.kind.value}.")
    return str(new.SOPInstanceUID)
