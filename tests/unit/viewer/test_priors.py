import pytest

from archive.models import Patient, Study
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from viewer.priors import priors_of

pytestmark = pytest.mark.django_db


def _study(patient: Patient, date: str, modality: str, part: str, **columns: str) -> Study:
    study = make_study(
        patient.facility,
        study_date=date,
        modalities=f"\\{modality}\\",
        body_parts=f"\\{part}\\",
        **columns,
    )
    Study.objects.filter(pk=study.pk).update(patient=patient)
    study.refresh_from_db()
    return study


def _uids(study: Study, user: object) -> list[str]:
    return [one["studyInstanceUID"] for one in priors_of(study, user)]  # type: ignore[arg-type]


def test_what_is_most_alike_comes_first_then_what_is_newer():
    now = make_study(make_facility(), modalities="\\CT\\", body_parts="\\CHEST\\")
    old = _study(now.patient, "20200101", "CT", "CHEST")
    older = _study(now.patient, "20190101", "CT", "CHEST")
    part = _study(now.patient, "20230101", "CR", "CHEST")
    kind = _study(now.patient, "20240101", "CT", "HEAD")
    other = _study(now.patient, "20250101", "MR", "KNEE")
    found = priors_of(now, make_user("RADIOLOGIST"))
    assert [one["studyInstanceUID"] for one in found] == [
        one.study_instance_uid for one in (old, older, part, kind, other)
    ]
    assert [one["isAlike"] for one in found] == [True, True, False, False, False]
    assert found[0]["modalities"] == ["CT"]


def test_nobody_sees_a_prior_of_a_facility_not_theirs_or_of_somebody_else():
    now = make_study(make_facility())
    prior = _study(now.patient, "20200101", "CT", "CHEST")
    make_study(now.facility)
    assert _uids(now, make_user("FACILITY", now.facility)) == [prior.study_instance_uid]
    assert _uids(now, make_user("FACILITY", make_facility())) == []


def test_a_patient_without_an_identifier_has_no_priors():
    now = make_study(make_facility())
    _study(now.patient, "20200101", "CT", "CHEST")
    Study.objects.filter(pk=now.pk).update(dicom_patient_id="")
    now.refresh_from_db()
    assert _uids(now, make_user("RADIOLOGIST")) == []
