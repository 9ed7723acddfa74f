"""Filing an object in the index, inside the caller's transaction: the careful way.

Objects of a series that is known and unchanged take the short way of `archive.fast_path`.
"""

from dataclasses import dataclass

from django.db.models import F

from archive.candidate import Candidate, patient_columns, series_columns, study_columns
from archive.columns import with_member
from archive.identity import same_name
from archive.models import Instance, Patient, Series, Study
from notifications.outbox import publish

# After an event a study's row may change for this long without another one: who shows it should
# look once more then.
SETTLE_S = 2

OTHER_NAME = "other-name"
SERIES_ELSEWHERE = "series-in-other-study"
PATIENT_MISMATCH = "patient-mismatch"


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
            candidate.patient.key == self.patient_key
            and candidate.patient.name == self.patient_name
            and candidate.modality == self.modality
            and f"\\{candidate.sop_class_uid}\\" in self.sop_classes
        )


def lock_study(candidate: Candidate) -> Study | None:
    """Return the study the object names, locked against other writers; None when it is new."""
    return (
        Study.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(
            facility_id=candidate.origin.facility_id,
            study_instance_uid=candidate.study_instance_uid,
        )
        .first()
    )


def is_other_patient(study: Study, candidate: Candidate) -> bool:
    """Say whether the study is filed under a patient whom the object contradicts."""
    if study.patient.identity == candidate.patient.key:
        return False
    return not candidate.patient.agrees_with(study.dicom_patient_id, study.issuer_of_patient_id)


def file_instance(candidate: Candidate, study: Study | None, storage_key: str) -> Instance:
    """Insert the instance, with what is missing of patient, study and series above it.

    `study` is the one that `lock_study` returned.

    Raises
    ------
    IntegrityError
        When another process files the same object at this moment.
    """
    if study is None:
        study = _create_study(candidate)
    series, is_new_series = _get_or_create_series(candidate, study)
    instance = Instance.objects.create(
        facility_id=candidate.origin.facility_id,
        study=study,
        series=series,
        sop_class_uid=candidate.sop_class_uid,
        sop_instance_uid=candidate.sop_instance_uid,
        storage_key=storage_key,
        **candidate.instance,
    )
    Series.objects.filter(pk=series.pk).update(
        instance_count=F("instance_count") + 1, revision=F("revision") + 1
    )
    _update_study(study, series, candidate, is_new_series=is_new_series)
    return instance


def announce(study: Study, topic: str) -> None:
    """Publish that a study came in or changed."""
    publish(
        topic,
        facility_id=study.facility_id,
        payload={"study": study.study_instance_uid, "study_id": study.pk, "settle_s": SETTLE_S},
    )


def _create_study(candidate: Candidate) -> Study:
    columns = patient_columns(candidate)
    patient, _ = Patient.objects.get_or_create(
        facility_id=candidate.origin.facility_id, identity=columns.pop("identity"), defaults=columns
    )
    alert = "" if same_name(patient.name, candidate.patient.name) else OTHER_NAME
    return Study.objects.create(
        facility_id=candidate.origin.facility_id,
        patient=patient,
        study_instance_uid=candidate.study_instance_uid,
        alert=alert,
        **study_columns(candidate),
    )


def _get_or_create_series(candidate: Candidate, study: Study) -> tuple[Series, bool]:
    found = Series.objects.filter(
        study=study, series_instance_uid=candidate.series_instance_uid
    ).first()
    if found is not None:
        return found, False
    elsewhere = Series.objects.filter(
        study__facility_id=study.facility_id, series_instance_uid=candidate.series_instance_uid
    )
    if elsewhere.exists():
        study.alert = study.alert or SERIES_ELSEWHERE
    created = Series.objects.create(
        study=study,
        series_instance_uid=candidate.series_instance_uid,
        **series_columns(candidate),
    )
    return created, True


def _update_study(
    study: Study, series: Series, candidate: Candidate, *, is_new_series: bool
) -> None:
    """Bring the study's totals up to date; it is locked, so plain arithmetic is exact."""
    if not same_name(study.patient_name, candidate.patient.name):
        study.alert = study.alert or OTHER_NAME
    if is_new_series:
        study.series_count += 1
        study.modalities = with_member(study.modalities, series.modality, 200)
        study.body_parts = with_member(study.body_parts, series.body_part, 200)
        _fill_blanks(study, candidate)
    study.sop_classes = with_member(study.sop_classes, candidate.sop_class_uid, 10_000)
    study.instance_count += 1
    study.size_bytes += candidate.spooled.size
    study.touch()
    study.save()


def _fill_blanks(study: Study, candidate: Candidate) -> None:
    """Take from the object what the study's earlier ones left blank."""
    for column, value in study_columns(candidate).items():
        if value and not getattr(study, column):
            setattr(study, column, value)


def place_of_instance(instance: Instance) -> Place:
    """Return where more objects of this instance's series go."""
    study = Study.objects.select_related("patient").get(pk=instance.study_id)
    series = Series.objects.get(pk=instance.series_id)
    return Place(
        study_id=study.pk,
        series_id=series.pk,
        patient_id=study.patient_id,
        patient_key=study.patient.identity,
        patient_name=study.patient_name,
        modality=series.modality,
        sop_classes=study.sop_classes,
    )
