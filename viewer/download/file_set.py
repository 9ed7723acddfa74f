"""A study as a file-set: what is in it, how the files are called, and the DICOMDIR.

References: PS3.10 8.2 (File IDs), PS3.3 F (Basic Directory IOD), PS3.12 A.1 and V (file names).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archive.access import checked_size, open_outgoing
from archive.models import Instance, Series, Study
from dicomkit import tags
from dicomkit.errors import DicomkitError
from dicomkit.media_directory import DirectoryFile, FileReference, Record, Values, directory_file
from dicomkit.part10 import open_source, read_header
from dicomkit.preamble import PREAMBLE_BYTES, safe_head
from dicomkit.record_keys import NO_DATE, NO_TIME, empty_keys, leaf_keys, reads_header
from dicomkit.record_types import PRIVATE, prefix_of, record_type_of
from viewer.download.zipping import Entry
from viewer.objects import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION

FILE_SET_ID: Final = "NOCTIS"
# What a PRIVATE record of ours means: an object that the standard has no record for.
PRIVATE_RECORD_UID: Final = "2.25.219374650918273645546372819100293847561"
_ROOT: Final = "DICOM"
_STUDY: Final = "ST000000"
_CHUNK_BYTES: Final = 256 * 1024
# A name has eight characters: two letters and a number (PS3.10 8.2).
_MAX_NAMES: Final = 1_000_000
_FACTS: Final = (
    "facility_id",
    "study_id",
    "series_id",
    "sop_instance_uid",
    "sop_class_uid",
    "transfer_syntax_uid",
    "instance_number",
    "has_pixels",
    "storage_key",
    "size_bytes",
    "coercion",
)


@dataclass(frozen=True, slots=True)
class Member:
    """An instance of the file-set: the type of its record and the components of its File ID."""

    instance: Instance
    record_type: str
    file_id: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return the path of the file, from the place of the DICOMDIR."""
        return "/".join(self.file_id)


@dataclass(frozen=True, slots=True)
class SeriesMembers:
    """A series of the file-set and its instances, in order."""

    series: Series
    members: tuple[Member, ...]


def members_of(study: Study, instances: Iterable[Instance]) -> list[SeriesMembers]:
    """Return the instances of a study by series, each with its place in the file-set.

    Series go by their number, instances by theirs; what has none comes last.
    """
    by_series: dict[int, list[Instance]] = {}
    for one in sorted(instances, key=lambda one: (*_numbered(one.instance_number), one.pk)):
        by_series.setdefault(one.series_id, []).append(one)
    rows = Series.objects.filter(study=study, pk__in=by_series)
    ordered = sorted(rows, key=lambda one: (*_numbered(one.series_number), one.pk))
    return [
        SeriesMembers(series, tuple(_members(by_series[series.pk], place)))
        for place, series in enumerate(ordered)
    ]


def facts_of(study: Study) -> Iterable[Instance]:
    """Return the instances of a study that may be taken along: all but what was rejected."""
    return Instance.objects.filter(study=study, is_hidden=False).only(*_FACTS)


def _numbered(number: int | None) -> tuple[bool, int]:
    return number is None, number or 0


def _members(instances: Sequence[Instance], place: int) -> Iterator[Member]:
    for number, one in enumerate(instances):
        kind = record_type_of(one.sop_class_uid, has_pixels=one.has_pixels)
        yield Member(one, kind, file_id(place, number, prefix_of(kind)))


def file_id(series: int, number: int, prefix: str) -> tuple[str, ...]:
    """Return the components of a File ID, from the places of series and file (from 0).

    Raises
    ------
    ValueError
        There are more than eight characters can tell apart.
    """
    if max(series, number) >= _MAX_NAMES:
        raise ValueError("a file-set cannot name so many files")
    return _ROOT, _STUDY, f"SE{series:06}", f"{prefix}{number:06}"


def entry_of(member: Member) -> Entry:
    """Return a member's file as it leaves the archive.

    Raises
    ------
    ObjectMissingError
        It is not there, or not whole.
    """

    def chunks() -> Iterator[bytes]:
        with open_outgoing(member.instance) as stream:
            yield safe_head(stream.read(PREAMBLE_BYTES + 4))
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk

    return Entry(member.path, checked_size(member.instance), chunks)


def dicomdir(study: Study, content: Sequence[SeriesMembers], uid: str) -> bytes:
    """Return the DICOMDIR of a study's file-set.

    Raises
    ------
    ObjectMissingError
        An object whose header it needs cannot be read.
    """
    about = DirectoryFile(uid, FILE_SET_ID, IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION)
    series = [_series_record(one, place) for place, one in enumerate(content, 1)]
    of_study = Record("STUDY", _study_keys(study, content), below=series)
    return directory_file(about, [Record("PATIENT", _patient_keys(study), below=[of_study])])


def _patient_keys(study: Study) -> Values:
    """Return the patient's keys; without a Patient ID the study's UID stands for it.

    A made-up one would be the same for several patients.
    """
    return {
        tags.PATIENT_NAME: study.patient_name,
        tags.PATIENT_ID: study.dicom_patient_id or study.study_instance_uid,
        tags.PATIENT_BIRTH_DATE: study.patient_birth_date,
        tags.PATIENT_SEX: study.patient_sex,
    }


def _study_keys(study: Study, content: Sequence[SeriesMembers]) -> Values:
    dates = (one.series.series_date for one in content)
    return {
        tags.STUDY_DATE: next(filter(None, (study.study_date, *dates)), NO_DATE),
        tags.STUDY_TIME: study.study_time or NO_TIME,
        tags.ACCESSION_NUMBER: study.accession_number,
        tags.STUDY_DESCRIPTION: study.description,
        tags.STUDY_INSTANCE_UID: study.study_instance_uid,
        tags.STUDY_ID: study.study_id or "0",
    }


def _series_record(one: SeriesMembers, place: int) -> Record:
    series = one.series
    number = place if series.series_number is None else series.series_number
    keys: Values = {
        tags.MODALITY: series.modality or "OT",
        tags.SERIES_DESCRIPTION: series.description,
        tags.SERIES_INSTANCE_UID: series.series_instance_uid,
        tags.SERIES_NUMBER: str(number),
    }
    return Record("SERIES", keys, below=_leaves(one.members))


def _leaves(members: Sequence[Member]) -> list[Record]:
    """Return the records of a series' instances; what has no number gets one that is free."""
    known = [one.instance.instance_number for one in members]
    free = itertools.count(max((number for number in known if number is not None), default=0) + 1)
    return [
        _leaf(one, next(free) if number is None else number)
        for one, number in zip(members, known, strict=True)
    ]


def _leaf(member: Member, number: int) -> Record:
    instance = member.instance
    reference = FileReference(
        member.file_id,
        instance.sop_class_uid,
        instance.sop_instance_uid,
        instance.transfer_syntax_uid,
    )
    keys = {**_own_keys(member), tags.INSTANCE_NUMBER: str(number)}
    private = PRIVATE_RECORD_UID if member.record_type == PRIVATE else ""
    return Record(member.record_type, keys, reference, private_uid=private)


def _own_keys(member: Member) -> Values:
    """Return what the object itself says; of images the index knows all that is needed."""
    if not reads_header(member.record_type):
        return {}
    with open_outgoing(member.instance) as stream:
        try:
            header = read_header(stream)
            return leaf_keys(member.record_type, header, open_source(stream, header))
        except DicomkitError:
            return empty_keys(member.record_type)
