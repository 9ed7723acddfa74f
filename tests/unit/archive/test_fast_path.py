"""What is remembered of a series is a hint: every change by another process is noticed."""

import pytest

from archive.ingest import OutcomeKind
from archive.models import Instance, Patient, Series, Study
from archive.services import delete_study
from audit.actors import SYSTEM
from tests.factories.dicom import MR_IMAGE, ct_file
from tests.factories.storing import store


@pytest.fixture
def warm(facility):
    """Store two objects of a series, so that the next would take the short way."""
    for instance in (1, 2):
        assert store(facility, ct_file(instance=instance)).kind is OutcomeKind.STORED
    return facility


def store_third(facility):
    outcome = store(facility, ct_file(instance=3))
    assert outcome.kind is OutcomeKind.STORED
    return Instance.objects.get(pk=outcome.instance_id)


def counts():
    study = Study.objects.get()
    return study.series_count, study.instance_count, [s.instance_count for s in study.series.all()]


def test_the_short_way_needs_few_statements(warm, django_assert_max_num_queries):
    # One look for a duplicate, savepoint and release (a transaction outside of tests), study,
    # series, instance, audit row.
    with django_assert_max_num_queries(7):
        store(warm, ct_file(instance=3))
    assert counts() == (1, 3, [3])


def test_a_study_deleted_meanwhile_is_made_anew(warm):
    delete_study(Study.objects.get(), actor=SYSTEM, reason="test")
    instance = store_third(warm)
    assert counts() == (1, 1, [1])
    assert instance.study == Study.objects.get()


def test_a_series_deleted_meanwhile_is_made_anew(warm):
    Series.objects.all().delete()
    Study.objects.update(series_count=0, instance_count=0)
    instance = store_third(warm)
    assert instance.series == Series.objects.get()
    assert counts() == (1, 1, [1])


def test_sop_classes_that_were_forgotten_meanwhile_are_added_again(warm):
    Study.objects.update(sop_classes=f"\\{MR_IMAGE}\\")
    store_third(warm)
    assert "1.2.840.10008.5.1.4.1.1.2" in Study.objects.get().sop_classes


def test_a_study_moved_to_another_patient_meanwhile_takes_no_more_of_the_old_one(warm):
    other = Patient.objects.create(facility=warm, identity="other", patient_id="OTHER")
    Study.objects.update(patient=other, dicom_patient_id="OTHER")
    outcome = store(warm, ct_file(instance=3))
    assert outcome.reason == "patient-mismatch"


def test_totals_changed_by_another_process_are_added_to(warm):
    Study.objects.update(instance_count=100)
    store_third(warm)
    assert Study.objects.get().instance_count == 101


def test_a_reused_key_of_another_study_is_not_mistaken(warm):
    """After a restore from backup a key may stand for another study."""
    Study.objects.update(study_instance_uid="1.2.3.4")
    store_third(warm)
    assert Study.objects.get(study_instance_uid="1.2.3.4").instance_count == 2
    assert Study.objects.exclude(study_instance_uid="1.2.3.4").get().instance_count == 1
