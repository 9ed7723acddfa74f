"""Making rejection notes of what the index says."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from pydicom.uid import generate_uid

from archive.models import Instance, Study
from dicomkit.rejection_note import Reference, write_note
from reports.quality.reasons import REASONS


def study_attributes(study: Study) -> dict[str, Any]:
    """Return the attributes of patient and study by keyword, as a document of it states them."""
    return {
        "PatientName": study.patient_name,
        "PatientID": study.dicom_patient_id,
        **({"IssuerOfPatientID": issuer} if (issuer := study.issuer_of_patient_id) else {}),
        "PatientBirthDate": study.patient_birth_date,
        "PatientSex": study.patient_sex,
        "StudyInstanceUID": study.study_instance_uid,
        "StudyDate": study.study_date,
        "StudyTime": study.study_time,
        "StudyID": study.study_id,
        "AccessionNumber": study.accession_number,
        "ReferringPhysicianName": study.referring_physician,
        "StudyDescription": study.description,
    }


def note_of(
    study: Study, instances: Iterable[Instance], *, title: str, reason: str, comment: str
) -> tuple[str, bytes]:
    """Return the SOP Instance UID and the file of a new note that rejects `instances`."""
    references = [
        Reference(
            one.sop_class_uid,
            one.sop_instance_uid,
            one.series.series_instance_uid,
            one.has_pixels,
        )
        for one in instances
    ]
    code = REASONS.get(reason)
    series_uid, uid = (str(generate_uid(prefix=None)) for _ in range(2))
    note = write_note(
        study_attributes(study),
        references,
        title=title,
        reason=(code.value, code.meaning) if code else None,
        comment=comment,
        uids=(series_uid, uid),
        made_at=timezone.localtime(),
    )
    return uid, note
