"""Correcting what studies say: demographics, merged patients, moved studies and series.

The stored objects stay as they were received; what is wrong is coerced in the index and on every
way out. Callers check the permission, and that the actor may see what is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from django.db import transaction
from pydicom.uid import generate_uid

from archive.access import open_outgoing
from archive.coercing import Act, coerce, lift, lock_studies, stamp
from archive.correctable import (
    PATIENT,
    SERIES,
    STUDY,
    CorrectionError,
    checked,
    said_by,
    said_by_patient,
    set_patient,
)
from archive.errors import ObjectMissingError
from archive.identity import identity_key
from archive.models import Coercion, Instance, Patient, Series, Study
from archive.opening import study_opened
from archive.rows import insert_row
from archive.totals import recount
from audit.actors import Actor
from audit.quality_events import record_corrected
from notifications.outbox import publish

__all__ = [
    "CorrectionError",
    "correct_series",
    "correct_study",
    "merge_patients",
    "move_series",
    "move_study",
    "revert",
]

_COPIED = ("study_date", "study_time", "study_id", "accession_number", "description")
_COPIED_MORE = ("description_key", "referring_physician", "referring_physician_key")
_COPIED_PATIENT = tuple(one.column for one in PATIENT.values())
_COPIED_KEYS = (
    "patient_name_key",
    "patient_name_ideographic_key",
    "patient_name_phonetic_key",
    "patient_age",
    "institution",
    "timezone_offset",
)


def correct_study(
    study: Study,
    values: Mapping[str, str],
    *,
    actor: Actor,
    reason: str = "",
    whole_patient: bool = False,
) -> Act | None:
    """Correct attributes of a study and of its patient; None when it says all of that already.

    Parameters
    ----------
    values : mapping
        Keyword to value; see `archive.correctable`.
    whole_patient : bool
        Correct the patient's attributes in all studies of the patient.

    Raises
    ------
    CorrectionError
        A value is not possible, or the Patient ID is that of somebody else.
    """
    values = checked(PATIENT | STUDY, values)
    act = Act(uuid4(), "correct", actor, reason)
    with transaction.atomic():
        others = Study.objects.filter(patient_id=study.patient_id) if whole_patient else []
        locked = lock_studies([study.pk, *(one.pk for one in others)])
        of_patient = {key: value for key, value in values.items() if key in PATIENT}
        moved = _patient_after(locked[study.pk], of_patient)
        for one in locked.values():
            own = values if one.pk == study.pk else of_patient
            coerce(one, {**own, **moved}, act)
        if not moved:
            _follow_patient(locked[study.pk].patient, of_patient, act)
        return _finish(act, locked.values())


def _patient_after(study: Study, values: Mapping[str, str]) -> dict[str, int]:
    """Return the patient to whom a study with these values belongs, when that is another one."""
    said = said_by(study, PATIENT) | dict(values)
    uid = study.study_instance_uid
    identity = identity_key(said["PatientID"], said["IssuerOfPatientID"], uid)
    changes = {"PatientID", "IssuerOfPatientID"} & values.keys()
    if not changes or identity == study.patient.identity:
        return {}
    known = Patient.objects.filter(facility_id=study.facility_id, identity=identity).first()
    if known is not None and known.studies.exists():
        raise CorrectionError("Another patient has this Patient ID. Move the study there instead.")
    patient = known or Patient(facility_id=study.facility_id, identity=identity)
    set_patient(patient, said)
    patient.save()
    return {"patient": patient.pk}


def _follow_patient(patient: Patient, values: Mapping[str, str], act: Act) -> None:
    """Have the patient's row say what all of the patient's studies now say."""
    if not values:
        return
    row = Patient.objects.select_for_update().get(pk=patient.pk)
    shared = {
        key: value
        for key, value in values.items()
        if not Study.objects.filter(patient=row).exclude(**{PATIENT[key].column: value}).exists()
    }
    if shared:
        coerce(row, shared, act)


def correct_series(
    series: Series, values: Mapping[str, str], *, actor: Actor, reason: str = ""
) -> Act | None:
    """Correct attributes of a series; None when it says all of that already.

    Raises
    ------
    CorrectionError
        A value is not possible.
    """
    values = checked(SERIES, values)
    act = Act(uuid4(), "correct", actor, reason)
    with transaction.atomic():
        locked = lock_studies([series.study_id])
        row = Series.objects.select_related("study").get(pk=series.pk)
        coerce(row, values, act)
        return _finish(act, locked.values())


def move_study(study: Study, patient: Patient, *, actor: Actor, reason: str = "") -> Act | None:
    """File a study under another patient of its facility, whose attributes it then states.

    Raises
    ------
    CorrectionError
        The patient is of another facility.
    """
    act = Act(uuid4(), "move-study", actor, reason)
    with transaction.atomic():
        return _refile([study.pk], patient, act)


def merge_patients(
    patient: Patient, into: Patient, *, actor: Actor, reason: str = ""
) -> Act | None:
    """File all studies of a patient under another one of the facility, who survives.

    Raises
    ------
    CorrectionError
        They are the same, or of different facilities.
    """
    if patient.pk == into.pk:
        raise CorrectionError("A patient cannot be merged with itself.")
    if patient.facility_id != into.facility_id:
        raise CorrectionError("Only patients of one facility can be merged.")
    act = Act(uuid4(), "merge", actor, reason)
    with transaction.atomic():
        if Patient.objects.select_for_update().get(pk=into.pk).merged_into_id is not None:
            raise CorrectionError("The other patient was merged into somebody else.")
        keys = Study.objects.filter(patient=patient).values_list("pk", flat=True)
        Patient.objects.filter(pk=patient.pk).update(merged_into=into)
        return _refile(list(keys), into, act)


def _refile(keys: Sequence[int], patient: Patient, act: Act) -> Act | None:
    locked = lock_studies(keys)
    values = said_by_patient(patient) | {"patient": patient.pk}
    for study in locked.values():
        if study.facility_id != patient.facility_id:
            raise CorrectionError("The patient is of another facility.")
        coerce(study, values, act)
    return _finish(act, locked.values())


def move_series(
    series: Sequence[Series], target: Study | None, *, actor: Actor, reason: str = ""
) -> Act | None:
    """Move series of one study to another one of the facility, or to a new one (None).

    Raises
    ------
    CorrectionError
        The target is of another facility, has such series already, or something of the series
        is rejected.
    """
    act = Act(uuid4(), "move-series", actor, reason)
    sources = {one.study_id for one in series}
    if len(sources) != 1:
        raise CorrectionError("Choose series of one study.")
    with transaction.atomic():
        locked = lock_studies([*sources, *([target.pk] if target else [])])
        source = locked[sources.pop()]
        goal = locked[target.pk] if target else _split_off(source)
        rows = list(
            Series.objects.filter(pk__in=[one.pk for one in series], study=source).order_by("pk")
        )
        _check_move(rows, source, goal)
        values = said_by(goal, PATIENT | STUDY)
        values |= {"study": goal.pk, "StudyInstanceUID": goal.study_instance_uid}
        for row in rows:
            row.study = source
            coerce(row, values, act)
        return _finish(act, [source, goal])


def _check_move(rows: Sequence[Series], source: Study, goal: Study) -> None:
    if source.facility_id != goal.facility_id:
        raise CorrectionError("The other study is of another facility.")
    if source.pk == goal.pk or not rows:
        raise CorrectionError("The series are in that study already.")
    uids = [one.series_instance_uid for one in rows]
    if Series.objects.filter(study=goal, series_instance_uid__in=uids).exists():
        raise CorrectionError("The other study has a series of the same UID.")
    if Instance.objects.filter(series__in=rows, is_hidden=True).exists():
        raise CorrectionError("Take back the rejections in these series first.")


def _split_off(source: Study) -> Study:
    """Insert an empty study that says what `source` says."""
    copied = (*_COPIED, *_COPIED_MORE, *_COPIED_PATIENT, *_COPIED_KEYS)
    study = Study(
        facility_id=source.facility_id,
        patient=source.patient,
        study_instance_uid=str(generate_uid(prefix=None)),
        **{column: getattr(source, column) for column in copied},
    )
    insert_row(study)
    study_opened(study)
    return study


def revert(coercion: Coercion, *, actor: Actor) -> None:
    """Take back an act: the one that `coercion` is part of.

    Raises
    ------
    CorrectionError
        It was taken back already, or cannot be.
    """
    with transaction.atomic():
        rows = list(Coercion.objects.filter(act=coercion.act, reverted_at=None).order_by("-pk"))
        if not rows:
            raise CorrectionError("This correction was taken back already.")
        act = Act(coercion.act, coercion.kind, actor)
        locked = lock_studies(_studies_of(rows))
        for row in rows:
            lift(row, _target_of(row, locked), actor)
        if coercion.kind == "merge":
            parted = {row.before["patient"] for row in rows if "patient" in row.before}
            Patient.objects.filter(pk__in=parted).update(merged_into=None)
        _finish(act, locked.values(), reverted=True)


def _studies_of(rows: Iterable[Coercion]) -> set[int]:
    keys: set[int] = set()
    for row in rows:
        if row.study_id:
            keys.add(row.study_id)
        if row.series:
            received = row.series.as_received.get("study", row.series.study_id)
            keys |= {row.series.study_id, received}
            keys |= {said["study"] for said in (row.before, row.after) if "study" in said}
    return keys


def _target_of(row: Coercion, locked: Mapping[int, Study]) -> Patient | Study | Series:
    if row.patient_id:
        return Patient.objects.select_for_update().get(pk=row.patient_id)
    if row.study_id:
        return locked[row.study_id]
    series = Series.objects.select_related("study").get(coercions=row)
    hidden = Instance.objects.filter(series=series, is_hidden=True)
    if "study" in row.after and hidden.exists():
        raise CorrectionError("Take back the rejections in these series first.")
    return series


def _finish(act: Act, studies: Iterable[Study], *, reverted: bool = False) -> Act | None:
    """Bring totals and marks up to date, and tell; None when nothing was changed."""
    rows = list(Coercion.objects.filter(act=act.key))
    if not rows:
        return None
    for study in studies:
        study.refresh_from_db()
        recount(study)
        stamp(study)
        if not reverted:
            _check_way_out(study)
        record_corrected(
            actor=act.actor,
            facility_id=study.facility_id,
            study_instance_uid=study.study_instance_uid,
            patient_id=study.dicom_patient_id,
            kind=act.kind,
            keywords=sorted({key for row in rows for key in row.after}),
            act=str(act.key),
            reverted=reverted,
        )
        publish(
            "study.updated",
            facility_id=study.facility_id,
            payload={"study": study.study_instance_uid, "study_id": study.pk},
        )
    return act


def _check_way_out(study: Study) -> None:
    """Refuse a correction that an object of each series cannot take."""
    for series in Series.objects.filter(study=study, coercion__gt=0)[:50]:
        instance = Instance.objects.filter(series=series).order_by("pk").first()
        if instance is None:
            continue
        try:
            open_outgoing(instance).close()
        except ObjectMissingError as error:
            raise CorrectionError(f"The objects cannot say this: {error}") from error
