"""Filing an object in the index, inside the caller's transaction: the careful way.

Objects of a series that is known and unchanged take the short way of `archive.fast_path`.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from archive.candidate import Candidate, patient_columns, series_columns, study_columns
from archive.coercing import follow_merge
from archive.columns import with_member
from archive.identity import same_name
from archive.models import Instance, Patient, Series, Study
from archive.opening import study_opened
from archive.rejections import honour
from archive.rows import insert_row
from archive.totals import recount
from notifications.outbox import publish

# After an event a study's row may change for this long without another one: who shows it should
# look once more then.
SETTLE_S = 2

OTHER_NAME = "other-name"
SERIES_ELSEWHERE = "series-in-other-study"
PATIENT_MISMATCH = "patient-mismatch"

_STUDY_EXISTS = "SELECT 1 FROM archive_study WHERE facility_id = %s AND study_instance_uid = %s"
_CORRECTED_SERIES = "SELECT id FROM archive_series WHERE series_instance_uid = %s AND coercion <> 0"
_PATIENT_EXISTS = "SELECT 1 FROM archive_patient WHERE facility_id = %s AND identity = %s"
# Not narrowed to the facility, or SQLite would begin with all of the facility's studies.
SERIES_FACILITIES = (
    "SELECT archive_study.facility_id FROM archive_series JOIN archive_study"
    " ON archive_study.id = archive_series.study_id"
    " WHERE archive_series.series_instance_uid = %s"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the objects of a series go, and what the index says of their surroundings."""

    study_id: int
    series_id: int
    patient_id: int
    patient_key: str
    patient_name: str
    modality: str
    sop_classes: str

    def fits(self, candidate: Candidate) -> bool:
        """Say whether filing `candidate` changes nothing but counts."""
        return (
            candidate.note is None
            and candidate.patient.key == self.patient_key
            and candidate.patient.name == self.patient_name
            and candidate.modality == self.modality
            and f"\\{candidate.sop_class_uid}\\" in self.sop_classes
        )


def lock_study(candidate: Candidate) -> Study | None:
    """Return the study the object names, locked against other writers; None when it is new."""
    facility_id, uid = candidate.origin.facility_id, candidate.study_instance_uid
    if not _exists(_STUDY_EXISTS, (facility_id, uid)):
        return None
    studies = Study.objects.select_for_update(of=("self",)).select_related("patient")
    if goal := _moved_to(candidate):
        return studies.filter(pk=goal).first()
    return studies.filter(facility_id=facility_id, study_instance_uid=uid).first()


def _moved_to(candidate: Candidate) -> int | None:
    """Return the study to which the object's series was moved by a correction, if it was."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED_SERIES, (candidate.series_instance_uid,))
        keys = [row[0] for row in cursor.fetchall()]
    for series in Series.objects.filter(pk__in=keys) if keys else ():
        received = series.as_received.get("study")
        named = Study.objects.filter(
            pk=received,
            facility_id=candidate.origin.facility_id,
            study_instance_uid=candidate.study_instance_uid,
        )
        if received and named.exists():
            return series.study_id
    return None


def is_other_patient(study: Study, candidate: Candidate) -> bool:
    """Say whether the study is filed under a patient whom the object contradicts."""
    if study.patient.identity == candidate.patient.key:
        return False
    if candidate.patient.agrees_with(study.dicom_patient_id, study.issuer_of_patient_id):
        return False
    if not study.coercion:
        return True
    return not any(candidate.patient.agrees_with(*one) for one in _received(study, candidate))


def _received(study: Study, candidate: Candidate) -> list[tuple[str, str]]:
    """Return Patient ID and issuer that objects of a corrected study, or series, came with."""
    moved = Series.objects.filter(
        study=study, series_instance_uid=candidate.series_instance_uid, as_received__has_key="study"
    )
    keys = [one.as_received["study"] for one in moved]
    studies = [study, *Study.objects.filter(pk__in=keys)]
    return [
        (
            one.as_received.get("PatientID", one.dicom_patient_id),
            one.as_received.get("IssuerOfPatientID", one.issuer_of_patient_id),
        )
        for one in studies
    ]


def file_instance(candidate: Candidate, study: Study | None, storage_key: str) -> Instance:
    """Insert the instance, with what is missing of patient, study and series above it.

    `study` is the one that `lock_study` returned.

    Raises
    ------
    IntegrityError
        When another process files the same object at this moment.
    """
    if study is None:
        study, series = _open_study(candidate)
        is_out_of_view, is_merged = False, study.patient.merged_into_id is not None
    else:
        series = _extend_study(study, candidate)
        is_out_of_view, is_merged = study.is_hidden or series.is_hidden, False
    instance = Instance(
        facility_id=candidate.origin.facility_id,
        study=study,
        series=series,
        sop_class_uid=candidate.sop_class_uid,
        sop_instance_uid=candidate.sop_instance_uid,
        storage_key=storage_key,
        coercion=series.coercion,
        **candidate.instance,
    )
    insert_row(instance)
    if candidate.note is not None:
        honour(candidate.note, candidate, study)
    elif is_merged:
        follow_merge(study)
    elif is_out_of_view:
        recount(study)  # what is new was not rejected: it brings study and series back
    return instance


def announce(study: Study, topic: str) -> None:
    """Publish that a study came in or changed."""
    publish(
        topic,
        facility_id=study.facility_id,
        payload={"study": study.study_instance_uid, "study_id": study.pk, "settle_s": SETTLE_S},
    )


def _open_study(candidate: Candidate) -> tuple[Study, Series]:
    """Insert a new study with its first series, both counting the object already."""
    patient = _patient_of(candidate)
    study = Study(
        facility_id=candidate.origin.facility_id,
        patient=patient,
        study_instance_uid=candidate.study_instance_uid,
        alert="" if same_name(patient.name, candidate.patient.name) else OTHER_NAME,
        **study_columns(candidate),
    )
    series = _new_series(candidate)
    _count_series(study, series)
    _count_instance(study, candidate)
    insert_row(study)
    study_opened(study)
    series.study = study
    insert_row(series)
    return study, series


def _extend_study(study: Study, candidate: Candidate) -> Series:
    """Count the object in a known study, which is locked, and in its series, new or known."""
    series = Series.objects.filter(
        study=study, series_instance_uid=candidate.series_instance_uid
    ).first()
    if series is None:
        series = _new_series(candidate)
        series.study = study
        series.coercion = study.coercion if study.coerced else 0
        _count_series(study, series)
        insert_row(series)
        _fill_blanks(study, candidate)
    else:
        Series.objects.filter(pk=series.pk).update(
            instance_count=F("instance_count") + 1, revision=F("revision") + 1
        )
    if not (study.coercion or same_name(study.patient_name, candidate.patient.name)):
        study.alert = study.alert or OTHER_NAME
    _count_instance(study, candidate)
    study.save()
    return series


def _patient_of(candidate: Candidate) -> Patient:
    columns = patient_columns(candidate)
    facility_id, identity = candidate.origin.facility_id, columns["identity"]
    if _exists(_PATIENT_EXISTS, (facility_id, identity)):
        return Patient.objects.get(facility_id=facility_id, identity=identity)
    patient = Patient(facility_id=facility_id, **columns)
    insert_row(patient)
    return patient


def _new_series(candidate: Candidate) -> Series:
    return Series(
        series_instance_uid=candidate.series_instance_uid,
        instance_count=1,
        revision=1,
        **series_columns(candidate),
    )


def _count_series(study: Study, series: Series) -> None:
    """Bring the study's totals up to date for a series that is about to be inserted."""
    if _is_elsewhere(series.series_instance_uid, study.facility_id):
        study.alert = study.alert or SERIES_ELSEWHERE
    study.series_count += 1
    study.modalities = with_member(study.modalities, series.modality, 200)
    study.body_parts = with_member(study.body_parts, series.body_part, 200)


def _is_elsewhere(series_instance_uid: str, facility_id: int) -> bool:
    """Say whether another study of the facility has a series of this UID."""
    with connection.cursor() as cursor:
        cursor.execute(SERIES_FACILITIES, (series_instance_uid,))
        return (facility_id,) in cursor.fetchall()


def _count_instance(study: Study, candidate: Candidate) -> None:
    """Bring the study's totals up to date; it is new or locked, so plain arithmetic is exact."""
    study.sop_classes = with_member(study.sop_classes, candidate.sop_class_uid, 10_000)
    study.instance_count += 1
    study.size_bytes += candidate.spooled.size
    study.touch()


def _exists(statement: str, values: tuple[int, str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() is not None


def _fill_blanks(study: Study, candidate: Candidate) -> None:
    """Take from the object what the study's earlier ones left blank."""
    if study.coerced:
        return  # blank may be what somebody put there
    for column, value in study_columns(candidate).items():
        if value and not getattr(study, column):
            setattr(study, column, value)


def place_of_instance(instance: Instance) -> Place:
    """Return where more objects of the series of an instance just filed go."""
    study, series = instance.study, instance.series
    return Place(
        study_id=study.pk,
        series_id=series.pk,
        patient_id=study.patient.pk,
        patient_key=study.patient.identity,
        patient_name=study.patient_name,
        modality=series.modality,
        sop_classes=study.sop_classes,
    )
