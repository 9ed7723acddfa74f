"""The list of demo studies, and how the work on it is divided."""

from collections import Counter
from datetime import date, timedelta

from dicomkit.names import search_key
from operations.demo import production
from operations.demo.catalogue import studies
from operations.demo.production import errands, produce

DAY = date(2026, 3, 9)


def test_it_holds_what_a_newcomer_wants_to_see():
    listed = {study.key: study for study in studies(DAY)}
    counts = {key: study.count for key, study in listed.items()}
    assert counts == {
        "ct-chest-abdomen": 160,
        "ct-chest-abdomen-prior": 80,
        "mr-head": 72,
        "petct": 350,
        "us-echo": 1,
        "cr-chest": 1,
        "cr-chest-prior": 1,
        "mg-screening": 4,
        "dx-hand": 2,
        "cr-chest-harbour": 1,
    }
    assert {study.facility_key for study in listed.values()} == {"north", "harbour"}
    assert {study.modality for study in listed.values()} == {
        "CT", "MR", "PT", "US", "CR", "MG", "DX",
    }  # fmt: skip


def test_priors_belong_to_the_patient_of_the_newer_study_and_are_older():
    listed = {study.key: study for study in studies(DAY)}
    for key in ("ct-chest-abdomen", "cr-chest"):
        newer, older = listed[key], listed[f"{key}-prior"]
        assert newer.patient == older.patient
        assert newer.visit.when - older.visit.when > timedelta(days=90)


def test_no_study_is_of_the_future_and_everyone_is_born_before():
    for study in studies(DAY):
        assert study.patient.birth < study.visit.when.date() <= DAY


def test_numbers_that_must_differ_do():
    listed = studies(DAY)
    for numbers in (
        [study.key for study in listed],
        [study.visit.accession for study in listed],
        [study.study_instance_uid for study in listed],
    ):
        assert len(set(numbers)) == len(listed)


def test_patients_are_told_apart_by_number_and_by_name():
    people = {study.patient for study in studies(DAY)}
    assert len({person.identifier for person in people}) == len(people) == 8
    assert len({search_key(person.name) for person in people}) == len(people)
    scripts = {person.charset for person in people}
    assert len(scripts) >= 5


def test_another_day_has_studies_of_its_own():
    today = {study.study_instance_uid for study in studies(DAY)}
    tomorrow = {study.study_instance_uid for study in studies(DAY + timedelta(days=1))}
    assert not today & tomorrow


def test_every_unit_is_made_exactly_once():
    listed = studies(DAY)
    made = Counter(
        (portion.key, unit)
        for errand in errands(listed)
        for portion in errand
        for unit in portion.units
    )
    assert made == {(study.key, unit): 1 for study in listed for unit in range(study.units)}


def test_small_studies_of_one_patient_are_made_together():
    keys = [tuple(portion.key for portion in errand) for errand in errands(studies(DAY))]
    assert ("cr-chest", "cr-chest-prior") in keys


def test_any_number_of_processes_makes_the_same(monkeypatch):
    chosen = [study for study in studies(DAY) if study.modality == "DX"]
    made = []
    for cores in (1, 2):
        monkeypatch.setattr(production, "_cores", lambda cores=cores: cores)
        made.append(sorted(produce(chosen, DAY)))
    assert made[0] == made[1]
    assert [one.key for one in made[0]] == ["dx-hand", "dx-hand"]
