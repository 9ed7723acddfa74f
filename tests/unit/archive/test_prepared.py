"""Queries composed once: filled in anew each time, and never for the wrong eyes."""

from types import SimpleNamespace

import pytest

from archive.models import Patient, Study
from archive.prepared import Prepared, PreparedForPrincipal
from archive.selectors import studies_visible_to

pytestmark = pytest.mark.django_db


def _principal(facility_id, *permissions, is_active=True):
    return SimpleNamespace(
        facility_id=facility_id, is_active=is_active, has_perm=lambda perm: perm in permissions
    )


def _study(facility, uid):
    patient = Patient.objects.create(facility=facility, identity=uid)
    return Study.objects.create(facility=facility, patient=patient, study_instance_uid=uid)


@pytest.fixture
def by_uid():
    return PreparedForPrincipal(
        studies_visible_to, lambda rows, uid: rows.filter(study_instance_uid=uid), "uid"
    )


def test_values_are_filled_in_each_time(facility, by_uid):
    one, two = _study(facility, "1.2.1"), _study(facility, "1.2.2")
    reader = _principal(facility.pk, "archive.view_study")
    assert by_uid.first(reader, uid="1.2.1") == one
    assert by_uid.first(reader, uid="1.2.2") == two
    assert by_uid.first(reader, uid="1.2.3") is None


def test_one_scope_never_serves_another(facility, other_facility, by_uid):
    study = _study(facility, "1.2.1")
    view = "archive.view_study"
    assert by_uid.first(_principal(facility.pk, view), uid="1.2.1") == study
    assert by_uid.first(_principal(other_facility.pk, view), uid="1.2.1") is None
    everywhere = _principal(None, view, "archive.view_all_facilities")
    assert by_uid.first(everywhere, uid="1.2.1") == study
    assert by_uid.first(_principal(None, view), uid="1.2.1") is None
    assert by_uid.first(_principal(facility.pk), uid="1.2.1") is None
    assert by_uid.first(_principal(facility.pk, view, is_active=False), uid="1.2.1") is None


def test_numbers_are_filled_in_too(facility):
    study = _study(facility, "1.2.1")
    by_key = Prepared(lambda pk: Study.objects.filter(pk=pk), numbers=("pk",))
    assert by_key.first(pk=study.pk) == study
    assert by_key.first(pk=study.pk + 1) is None


def test_a_value_that_the_statement_does_not_take_is_an_error(facility):
    forgetful = Prepared(lambda uid: Study.objects.all(), "uid")
    with pytest.raises(ValueError, match="not a parameter"):
        forgetful.first(uid="1.2.1")
