"""An object on its way in: what its header says, in the columns of the index."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from archive.columns import bounded, clean, valid_date, valid_time
from archive.identity import PatientIdentity, patient_identity
from archive.outcome import Door, Origin, Outcome, OutcomeKind
from archive.spool import SpooledFile
from dicomkit import tags
from dicomkit.dataset import Header
from dicomkit.errors import DicomkitError, Part10Error
from dicomkit.frames import index_frames
from dicomkit.names import PersonName, search_key
from dicomkit.part10 import check_identity, is_valid_uid, open_source, read_header
from dicomkit.rejection_note import KEY_OBJECT_SELECTION, RejectionNote, read_note

_MAX_INT = 2**31 - 1
_MAX_SMALL_INT = 2**15 - 1
_MAX_BIG_INT = 2**63 - 1
_MAX_REQUESTS = 32


class IdentityError(Part10Error):
    """An object that does not say which one it is; ``uids`` are those that it does state.

    SOP Class, SOP Instance, Study Instance and Series Instance UID, empty where missing or
    invalid: a sender is told which object was refused.
    """

    def __init__(self, error: Part10Error, header: Header) -> None:
        super().__init__(error.reason, str(error))
        self.uids = (
            _valid_uid(header, tags.SOP_CLASS_UID),
            _valid_uid(header, tags.SOP_INSTANCE_UID),
            _valid_uid(header, tags.STUDY_INSTANCE_UID),
            _valid_uid(header, tags.SERIES_INSTANCE_UID),
        )


def _valid_uid(header: Header, tag: int) -> str:
    uid = header.get_text(tag) or ""
    return uid if is_valid_uid(uid) else ""


@dataclass(slots=True)
class Candidate:
    """An object that was read and whose identity is sound.

    ``instance`` holds the columns of `Instance` that come from the object itself. ``quarantine``
    is the reason for which it must be kept aside, if there is one; ``note`` is what it rejects.
    """

    origin: Origin
    spooled: SpooledFile
    header: Header
    patient: PatientIdentity
    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    modality: str
    instance: dict[str, Any]
    quarantine: str = ""
    note: RejectionNote | None = None

    def outcome(
        self,
        kind: OutcomeKind,
        reason: str = "",
        message: str = "",
        instance_id: int | None = None,
    ) -> Outcome:
        """Return the archive's answer for this object."""
        return Outcome(
            kind,
            reason,
            message,
            self.sop_class_uid,
            self.sop_instance_uid,
            self.study_instance_uid,
            self.series_instance_uid,
            instance_id,
        )


def read_candidate(stream: BinaryIO, spooled: SpooledFile, origin: Origin) -> Candidate:
    """Read the header up to Pixel Data, check identity, and find the frames.

    Raises
    ------
    Part10Error
        When the bytes are no DICOM object; IdentityError when they don't say which one.
    """
    header = read_header(stream)
    # By C-STORE, file meta repeats the command's UIDs. In a file from elsewhere the data set
    # counts: programs that remove identities forget the meta.
    try:
        check_identity(header, meta_must_agree=origin.door is Door.DIMSE)
    except Part10Error as error:
        raise IdentityError(error, header) from error
    study_instance_uid = header.get_text(tags.STUDY_INSTANCE_UID) or ""
    sop_class_uid = header.get_text(tags.SOP_CLASS_UID) or ""
    is_selection = sop_class_uid == KEY_OBJECT_SELECTION
    return Candidate(
        origin=origin,
        spooled=spooled,
        header=header,
        patient=patient_identity(header, study_instance_uid),
        sop_class_uid=sop_class_uid,
        sop_instance_uid=header.get_text(tags.SOP_INSTANCE_UID) or "",
        study_instance_uid=study_instance_uid,
        series_instance_uid=header.get_text(tags.SERIES_INSTANCE_UID) or "",
        modality=clean(header.get_text(tags.MODALITY), 16),
        instance=_instance_columns(stream, spooled, header),
        quarantine="" if header.pixel_data_complete else "truncated",
        note=read_note(header, open_source(stream, header)) if is_selection else None,
    )


def _instance_columns(stream: BinaryIO, spooled: SpooledFile, header: Header) -> dict[str, Any]:
    pixels = header.pixel_data
    number = header.get_int(tags.INSTANCE_NUMBER)
    return {
        "transfer_syntax_uid": clean(header.transfer_syntax_uid, 64),
        "instance_number": number if number is not None and abs(number) <= _MAX_BIG_INT else None,
        "content_date": valid_date(header.get_text(tags.CONTENT_DATE)),
        "content_time": valid_time(header.get_text(tags.CONTENT_TIME)),
        "rows": bounded(header.get_int(tags.ROWS), _MAX_INT),
        "columns": bounded(header.get_int(tags.COLUMNS), _MAX_INT),
        "bits_allocated": bounded(header.get_int(tags.BITS_ALLOCATED), _MAX_SMALL_INT),
        "number_of_frames": bounded(header.get_int(tags.NUMBER_OF_FRAMES), _MAX_INT),
        "has_pixels": pixels is not None,
        "size_bytes": spooled.size,
        "sha256": spooled.sha256,
        "header_bytes": spooled.size if pixels is None or header.deflated else pixels.offset,
        "frame_index": _packed_frames(stream, header),
    }


def _packed_frames(stream: BinaryIO, header: Header) -> bytes:
    """Return the packed frame index; empty without frames, or when they cannot be told apart."""
    if header.pixel_data is None:
        return b""
    try:
        index = index_frames(stream, header)
    except DicomkitError:
        return b""
    return index.pack() if index.count else b""


def patient_columns(candidate: Candidate) -> dict[str, Any]:
    """Return the columns of `Patient`, except the facility."""
    header = candidate.header
    name = candidate.patient.name
    keys = PersonName.parse(name).search_keys()
    return {
        "identity": candidate.patient.key,
        "patient_id": candidate.patient.patient_id,
        "issuer": candidate.patient.issuer,
        "name": name,
        "name_key": keys[0][:324],
        "name_ideographic_key": keys[1][:128],
        "name_phonetic_key": keys[2][:128],
        "birth_date": valid_date(header.get_text(tags.PATIENT_BIRTH_DATE)),
        "sex": clean(header.get_text(tags.PATIENT_SEX), 16),
    }


def study_columns(candidate: Candidate) -> dict[str, Any]:
    """Return the columns of `Study` that an object states, keys and counts left out."""
    header = candidate.header
    patient = patient_columns(candidate)
    description = clean(header.get_text(tags.STUDY_DESCRIPTION), 256)
    referring = clean(header.get_text(tags.REFERRING_PHYSICIAN_NAME), 324)
    return {
        "study_date": valid_date(header.get_text(tags.STUDY_DATE)),
        "study_time": valid_time(header.get_text(tags.STUDY_TIME)),
        "study_id": clean(header.get_text(tags.STUDY_ID), 16),
        "accession_number": clean(header.get_text(tags.ACCESSION_NUMBER), 64),
        "description": description,
        "description_key": search_key(description)[:256],
        "referring_physician": referring,
        "referring_physician_key": search_key(referring)[:324],
        "institution": clean(header.get_text(tags.INSTITUTION_NAME), 256),
        "timezone_offset": clean(header.get_text(tags.TIMEZONE_OFFSET_FROM_UTC), 16),
        "patient_name": patient["name"],
        "patient_name_key": patient["name_key"],
        "patient_name_ideographic_key": patient["name_ideographic_key"],
        "patient_name_phonetic_key": patient["name_phonetic_key"],
        "dicom_patient_id": patient["patient_id"],
        "issuer_of_patient_id": patient["issuer"],
        "patient_birth_date": patient["birth_date"],
        "patient_sex": patient["sex"],
        "patient_age": clean(header.get_text(tags.PATIENT_AGE), 4),
    }


def series_columns(candidate: Candidate) -> dict[str, Any]:
    """Return the columns of `Series` that an object states, keys and counts left out."""
    header = candidate.header
    number = header.get_int(tags.SERIES_NUMBER)
    description = clean(header.get_text(tags.SERIES_DESCRIPTION), 256)
    return {
        "modality": candidate.modality,
        "series_number": number if number is not None and abs(number) <= _MAX_BIG_INT else None,
        "description": description,
        "description_key": search_key(description)[:256],
        "body_part": clean(header.get_text(tags.BODY_PART_EXAMINED), 64),
        "laterality": clean(header.get_text(tags.LATERALITY), 16),
        "protocol_name": clean(header.get_text(tags.PROTOCOL_NAME), 256),
        "series_date": valid_date(header.get_text(tags.SERIES_DATE)),
        "series_time": valid_time(header.get_text(tags.SERIES_TIME)),
        "performed_date": valid_date(header.get_text(tags.PERFORMED_PROCEDURE_STEP_START_DATE)),
        "performed_time": valid_time(header.get_text(tags.PERFORMED_PROCEDURE_STEP_START_TIME)),
        "performing_physician": clean(header.get_text(tags.PERFORMING_PHYSICIAN_NAME), 324),
        "operators": clean(header.get_text(tags.OPERATORS_NAME), 324),
        "manufacturer": clean(header.get_text(tags.MANUFACTURER), 64),
        "model_name": clean(header.get_text(tags.MANUFACTURER_MODEL_NAME), 64),
        "station_name": clean(header.get_text(tags.STATION_NAME), 64),
        "institution": clean(header.get_text(tags.INSTITUTION_NAME), 256),
        "frame_of_reference_uid": clean(header.get_text(tags.FRAME_OF_REFERENCE_UID), 64),
        "request_attributes": _request_attributes(header),
        "sending_ae_title": clean(candidate.origin.calling_ae, 16),
    }


_REQUEST_TAGS = {
    "AccessionNumber": tags.ACCESSION_NUMBER,
    "RequestedProcedureID": tags.REQUESTED_PROCEDURE_ID,
    "RequestedProcedureDescription": tags.REQUESTED_PROCEDURE_DESCRIPTION,
    "ScheduledProcedureStepID": 0x00400009,
    "ScheduledProcedureStepDescription": 0x00400007,
}


def _request_attributes(header: Header) -> list[dict[str, str]]:
    """Return the items of Request Attributes Sequence, by keyword."""
    try:
        items = header.sequence(tags.REQUEST_ATTRIBUTES_SEQUENCE)
    except DicomkitError:
        return []
    found = [
        {
            keyword: value
            for keyword, tag in _REQUEST_TAGS.items()
            if (value := clean(item.get_text(tag), 64))
        }
        for item in items[:_MAX_REQUESTS]
    ]
    return [item for item in found if item]
