"""Loading the demo: what is there is left alone, what is missing is made to go with it."""

from datetime import date, timedelta

import pytest

from archive.models import Instance, Patient, Study
from archive.outcome import OutcomeKind
from operations.demo import load as load_module
from operations.demo.catalogue import studies
from operations.demo.load import load_demo
from operations.demo.production import Made
from tests.factories.dicom import ct_file
from tests.factories.people import make_facility

DAY = date(2026, 3, 9)
STUDY_UID, STUDY_DATE, ACCESSION = 0x0020000D, 0x00080020, 0x00080050


def stand_in(study, number):
    """A small object with the identity of a demo study's."""
    identity = {
        STUDY_UID: study.study_instance_uid,
        STUDY_DATE: f"{study.visit.when:%Y%m%d}",
        ACCESSION: study.visit.accession,
        0x00080018: f"{study.study_instance_uid[:50]}.{number}",
        0x0020000E: f"{study.study_instance_uid[:50]}.0",
    }
    return Made(study.key, ct_file(instance=number, changes=identity))


@pytest.fixture
def produced(monkeypatch):
    """Make small objects in place of pictures; return what was asked for."""
    asked = []

    def produce(chosen, today):
        asked.extend((study.key, today) for study in chosen)
        yield from (stand_in(study, n) for study in chosen for n in range(1, study.count + 1))

    monkeypatch.setattr(load_module, "produce", produce)
    return asked


@pytest.fixture
def places(facility):
    return {"north": facility.pk, "harbour": make_facility().pk}


def load(places, day=DAY, modalities=("US", "DX")):
    said = []
    summary = load_demo(places, day, lambda *words: said.append(words), modalities)
    return summary, said


def test_studies_go_to_their_facilities(places, produced):
    summary, said = load(places)
    assert (summary.studies, summary.present, summary.instances) == (2, 0, 3)
    assert summary.outcomes == {OutcomeKind.STORED: 3}
    assert summary.failures == []
    assert Study.objects.get(facility_id=places["north"]).accession_number == "N25041891"
    assert Study.objects.get(facility_id=places["harbour"]).accession_number == "H0093398"
    assert said[0] == (1, 3, "Transthoracic echocardiogram")
    assert said[-1][:2] == (3, 3)


@pytest.mark.parametrize("later", [0, 1, 400])
def test_loading_again_adds_nothing_on_whatever_day(later, places, produced):
    load(places)
    summary, said = load(places, DAY + timedelta(days=later))
    assert (summary.studies, summary.present, summary.instances) == (0, 2, 0)
    assert said == []
    assert Instance.objects.count() == 3


def test_more_that_is_loaded_later_is_dated_to_go_with_the_first(places, produced):
    load(places, modalities=("DX",))
    summary, _ = load(places, DAY + timedelta(days=9))
    assert (summary.studies, summary.present) == (1, 1)
    assert produced[-1] == ("us-echo", DAY)


def test_a_study_that_lacks_instances_is_made_again(places, produced):
    load(places)
    hand = Study.objects.get(facility_id=places["harbour"])
    Study.objects.filter(pk=hand.pk).update(instance_count=1)
    summary, _ = load(places)
    assert summary.outcomes == {OutcomeKind.DUPLICATE: 2}
    assert produced[-1] == ("dx-hand", DAY)


def test_another_study_with_the_same_accession_number_is_not_taken_for_ours(places, produced):
    [echo] = [study for study in studies(DAY) if study.modality == "US"]
    Study.objects.create(
        facility_id=places["north"],
        patient=_patient(places["north"]),
        study_instance_uid="1.2.3",
        study_date="20200101",
        accession_number=echo.visit.accession,
    )
    load(places)
    assert {day for _, day in produced} == {DAY}


def test_a_facility_that_is_not_named_is_an_error_before_anything_is_stored(places, produced):
    with pytest.raises(KeyError):
        load({"north": places["north"]})
    assert not Instance.objects.exists()


def test_what_is_not_stored_is_kept_with_its_reason(places, monkeypatch):
    broken = Made("us-echo", ct_file()[:200])
    monkeypatch.setattr(load_module, "produce", lambda chosen, today: (yield broken))
    summary, _ = load(places, modalities=("US",))
    [failure] = summary.failures
    assert failure.kind is OutcomeKind.REFUSED
    assert failure.reason


def _patient(facility_id):
    return Patient.objects.create(facility_id=facility_id, patient_id="X")
