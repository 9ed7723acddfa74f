"""Corrections: the index and every way out follow, the file stays, and reverting is exact."""

import io
import threading

import pydicom
import pytest
from django.db import OperationalError, connection

from archive.access import change_of, open_instance, open_outgoing, outgoing_size
from archive.corrections import (
    CorrectionError,
    correct_series,
    correct_study,
    merge_patients,
    move_series,
    move_study,
    revert,
)
from archive.errors import ArchiveUnavailableError
from archive.models import Coercion, Instance, Patient, QuarantinedObject, Series, Study
from archive.outcome import OutcomeKind
from archive.query import Level, Query, find
from audit.actors import Actor
from tests.factories.dicom import ct_file
from tests.factories.people import make_facility, reader
from tests.factories.storing import store

ACTOR = Actor(user_name="tina")
WITH_COUNT = ("PatientID", "NumberOfPatientRelatedStudies")


@pytest.fixture
def house(facility):
    for patient in (1, 2):
        for series in (1, 2):
            for instance in (1, 2):
                data = ct_file(patient=patient, study=patient, series=series, instance=instance)
                store(facility, data)
    return facility


def study_of(patient):
    return Study.objects.get(study_instance_uid=f"1.2.826.0.1.3680043.10.1999.{patient}.{patient}")


def everything():
    """Return the index but for revisions and times, by key."""
    names = {"revision", "updated_at"}
    return {
        (model.__name__, row.pk): {
            field.attname: getattr(row, field.attname)
            for field in model._meta.concrete_fields
            if field.name not in names
        }
        for model in (Patient, Study, Series, Instance)
        for row in model.objects.all()
    }


def going_out(instance):
    with open_outgoing(instance) as stream:
        data = stream.read()
    assert len(data) == outgoing_size(instance)
    return pydicom.dcmread(io.BytesIO(data))


def bytes_of(instance):
    with open_instance(instance) as stream:
        return stream.read()


def act_of():
    return Coercion.objects.filter(reverted_at=None).last()


def totals(study):
    study.refresh_from_db()
    return study.series_count, study.instance_count


NEW = {
    "PatientName": "Müller^Ann=三浦^遥香=みうら^はるか",
    "PatientBirthDate": "19800101",
    "StudyDescription": "Thorax",
    "AccessionNumber": "B7",
}


def test_demographics_follow_everywhere_and_come_back(house):
    study, before = study_of(1), everything()
    stored = {one.pk: bytes_of(one) for one in study.instances.all()}
    correct_study(study, NEW, actor=ACTOR, reason="typed wrong")
    [found] = find(reader(), Query(Level.STUDY, {"PatientName": "müller*"}))
    assert {key: found[key] for key in NEW} == NEW
    assert Patient.objects.get(patient_id="P00001").name == NEW["PatientName"]
    for instance in study.instances.all():
        said = going_out(instance)
        assert {key: str(said[key].value) for key in NEW} == NEW
        old = said[0x04000561].value[0].ModifiedAttributesSequence[0]
        assert old.PatientName == "Patient1^Paula"
        assert bytes_of(instance) == stored[instance.pk]
    coercion = Coercion.objects.get(level="study")
    assert coercion.before["PatientName"] == "Patient1^Paula"
    assert coercion.reason == "typed wrong"
    revert(coercion, actor=ACTOR)
    assert everything() == before
    with pytest.raises(CorrectionError):
        revert(coercion, actor=ACTOR)


def test_corrections_are_lifted_in_any_order(house):
    study, before = study_of(1), everything()
    correct_study(study, {"StudyDescription": "One", "AccessionNumber": "1"}, actor=ACTOR)
    first = act_of()
    correct_study(study, {"StudyDescription": "Two"}, actor=ACTOR)
    second = act_of()
    revert(first, actor=ACTOR)
    study.refresh_from_db()
    assert (study.description, study.accession_number) == ("Two", "A000001")
    said = going_out(study.instances.first())
    assert (said.StudyDescription, said.AccessionNumber) == ("Two", "A000001")
    revert(second, actor=ACTOR)
    assert everything() == before


def test_what_arrives_later_is_filed_with_the_same_corrections(house):
    study = study_of(1)
    correct_study(study, {"PatientID": "X9", "PatientName": "New^Name"}, actor=ACTOR)
    known = store(house, ct_file(patient=1, study=1, series=1, instance=3))
    fresh = store(house, ct_file(patient=1, study=1, series=3, instance=1))
    corrected = {0x00100020: "X9", 0x00100010: "New^Name"}
    right = store(house, ct_file(patient=1, study=1, series=3, instance=2, changes=corrected))
    for outcome in (known, fresh, right):
        assert outcome.kind is OutcomeKind.STORED
        instance = Instance.objects.get(pk=outcome.instance_id)
        assert instance.study_id == study.pk
        assert going_out(instance).PatientID == "X9"
    study.refresh_from_db()
    assert (study.series_count, study.instance_count, study.alert) == (3, 7, "")
    assert QuarantinedObject.objects.count() == 0
    other = store(
        house, ct_file(patient=3, study=1, changes={0x0020000D: study.study_instance_uid})
    )
    assert other.reason == "patient-mismatch"
    revert(act_of(), actor=ACTOR)
    assert not Instance.objects.exclude(coercion=0).exists()


def test_merging_moves_every_study_and_reverts_exactly(house):
    store(house, ct_file(patient=1, study=5))
    before = everything()
    one, two = (Patient.objects.get(patient_id=f"P0000{number}") for number in (1, 2))
    merge_patients(one, two, actor=ACTOR)
    assert (one.studies.count(), two.studies.count()) == (0, 3)
    [found] = find(reader(), Query(Level.PATIENT, {}, WITH_COUNT))
    assert (found["PatientID"], found["NumberOfPatientRelatedStudies"]) == ("P00002", 3)
    assert going_out(study_of(1).instances.first()).PatientID == "P00002"
    revert(act_of(), actor=ACTOR)
    assert everything() == before


def test_new_studies_of_a_merged_patient_belong_to_who_survives(house):
    one, two = (Patient.objects.get(patient_id=f"P0000{number}") for number in (1, 2))
    merge_patients(one, two, actor=ACTOR)
    for instance in (1, 2):
        outcome = store(house, ct_file(patient=1, study=9, instance=instance))
        assert outcome.kind is OutcomeKind.STORED
    new = Study.objects.latest("pk")
    assert (new.patient, new.patient_name, totals(new)) == (two, "Patient2^Paula", (1, 2))
    assert {going_out(one).PatientID for one in new.instances.all()} == {"P00002"}
    with pytest.raises(CorrectionError):
        merge_patients(two, one, actor=ACTOR)
    revert(Coercion.objects.filter(kind="merge").first(), actor=ACTOR)
    new.refresh_from_db()
    assert (new.patient, new.patient_name, new.coercion) == (one, "Patient1^Paula", 0)
    store(house, ct_file(patient=1, study=10))
    assert one.studies.count() == 3


def test_a_study_goes_to_another_patient_of_its_facility_alone(house):
    stranger = Patient.objects.create(facility=make_facility(), identity="x", patient_id="x")
    with pytest.raises(CorrectionError):
        move_study(study_of(1), stranger, actor=ACTOR)
    with pytest.raises(CorrectionError):
        merge_patients(study_of(1).patient, stranger, actor=ACTOR)
    move_study(study_of(1), Patient.objects.get(patient_id="P00002"), actor=ACTOR)
    assert study_of(1).patient_name == "Patient2^Paula"
    assert not Coercion.objects.exclude(facility=house).exists()


def test_an_id_of_somebody_else_is_no_correction(house):
    with pytest.raises(CorrectionError):
        correct_study(study_of(1), {"PatientID": "P00002"}, actor=ACTOR)
    assert not Coercion.objects.exists()


def test_series_move_to_another_study_and_back(house):
    source, goal = study_of(1), study_of(2)
    before, [moved, _] = everything(), list(source.series.order_by("pk"))
    move_series([moved], goal, actor=ACTOR)
    assert (totals(source), totals(goal)) == ((1, 2), (3, 6))
    said = going_out(moved.instances.first())
    assert said.StudyInstanceUID == goal.study_instance_uid
    assert (said.PatientID, said.AccessionNumber) == ("P00002", "A000002")
    late = store(house, ct_file(patient=1, study=1, series=1, instance=9))
    assert Instance.objects.get(pk=late.instance_id).study_id == goal.pk
    assert (totals(source), totals(goal)) == ((1, 2), (3, 7))
    Instance.objects.filter(pk=late.instance_id).delete()
    revert(act_of(), actor=ACTOR)
    assert everything() == before


def test_all_series_move_to_a_new_study_and_the_empty_one_waits_out_of_view(house):
    source = study_of(1)
    move_series(list(source.series.all()), None, actor=ACTOR)
    source.refresh_from_db()
    assert (source.is_hidden, source.instance_count) == (True, 0)
    new = Study.objects.latest("pk")
    assert (totals(new), new.patient_name, hasattr(new, "reading")) == (
        (2, 4),
        "Patient1^Paula",
        True,
    )
    correct_study(new, {"PatientName": "Later^Fix"}, actor=ACTOR)
    said = going_out(new.instances.first())
    assert (said.StudyInstanceUID, str(said.PatientName)) == (new.study_instance_uid, "Later^Fix")
    revert(act_of(), actor=ACTOR)
    revert(act_of(), actor=ACTOR)
    assert totals(study_of(1)) == (2, 4)
    assert not study_of(1).is_hidden


def test_a_series_is_corrected(house):
    series = study_of(1).series.first()
    correct_series(series, {"Laterality": "L", "SeriesDescription": "Rückansicht"}, actor=ACTOR)
    said = going_out(series.instances.first())
    assert (said.Laterality, said.SeriesDescription) == ("L", "Rückansicht")
    others = Instance.objects.exclude(series=series)
    assert all(change_of(one) is None for one in others)


@pytest.mark.parametrize(
    "values",
    [
        {"PatientBirthDate": "1980"},
        {"PatientSex": "X"},
        {"PatientName": "A" * 65},
        {"PatientName": "a=b=c=d"},
        {"PatientID": "a\\b"},
        {"PatientID": "a\x00b"},
        {"SOPInstanceUID": "1.2"},
    ],
)
def test_impossible_values_are_refused(house, values):
    with pytest.raises(CorrectionError):
        correct_study(study_of(1), values, actor=ACTOR)
    assert not Coercion.objects.exists()


def test_a_correction_that_changes_nothing_is_none(house):
    assert correct_study(study_of(1), {"PatientSex": "F"}, actor=ACTOR) is None


def until_it_is_free(do, *given, **named):
    """Try again as senders do: SQLite in memory, as in tests, tells at once that it is busy."""
    for _ in range(5000):
        try:
            return do(*given, **named)
        except (ArchiveUnavailableError, OperationalError):
            connection.close_if_unusable_or_obsolete()
    raise AssertionError("it was never free")


def test_objects_that_arrive_while_patients_are_merged_are_counted_exactly(house):
    errors = []

    def send(series):
        try:
            for number in range(10, 22):
                data = ct_file(patient=1, study=1, series=series, instance=number)
                outcome = until_it_is_free(store, house, data)
                assert outcome.kind is OutcomeKind.STORED
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(series,)) for series in (1, 2)]
    for thread in threads:
        thread.start()
    one, two = (Patient.objects.get(patient_id=f"P0000{number}") for number in (1, 2))
    for _ in range(3):
        until_it_is_free(merge_patients, one, two, actor=ACTOR)
        until_it_is_free(lambda: revert(act_of(), actor=ACTOR))
    until_it_is_free(merge_patients, one, two, actor=ACTOR)
    for thread in threads:
        thread.join()
    assert not errors
    assert totals(study_of(1)) == (2, 28)
    assert set(study_of(1).instances.values_list("coercion", flat=True)) == {study_of(1).coercion}
    assert list(study_of(1).series.values_list("instance_count", flat=True)) == [14, 14]
    assert QuarantinedObject.objects.count() == 0
