"""QIDO-RS against a running server (PS3.18 10.6)."""

import pytest
from dicomweb_client.api import DICOMwebClient

from tests.dicomweb_site import populated_place, series, study
from tests.factories.dicom import ROOT


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with populated_place(tmp_path_factory.mktemp("dicomweb")) as populated:
        yield populated


@pytest.fixture(scope="module")
def client(place):
    headers = {"Authorization": f"Bearer {place.people.users['nora'].token}"}
    return DICOMwebClient(f"{place.server.url}/dicom-web", headers=headers)


def uids(found: list[dict], tag: str = "0020000D") -> list[str]:
    return [one[tag]["Value"][0] for one in found]


NEWEST_FIRST = [f"{ROOT}.{n}" for n in ("2.5", "4.4", "3.3", "1.2", "1.1")]


def test_all_studies_of_a_facility_newest_first(client):
    assert uids(client.search_for_studies()) == NEWEST_FIRST


def test_every_facility_for_who_sees_them_all(place):
    assert set(uids(place.json("studies"))) == {*NEWEST_FIRST, f"{ROOT}.8.8"}
    assert uids(place.json("studies", "sven")) == [f"{ROOT}.8.8"]


def test_a_search_in_one_facility(place):
    north, south = (place.people.facilities[name] for name in ("North", "South"))
    assert uids(place.json("studies", facility=south)) == [f"{ROOT}.8.8"]
    assert uids(place.json("studies", facility=north)) == NEWEST_FIRST
    assert uids(place.json("studies", "nora", facility=north)) == NEWEST_FIRST
    assert place.json("studies", "nora", facility=south) == []
    assert place.json("studies", facility=10**6) == []
    assert place.get("studies?facility=x").status_code == 400


def test_what_a_study_is_told_by(place):
    (found,) = place.json("studies", "nora", StudyInstanceUID=f"{ROOT}.1.1")
    assert {tag: one.get("Value") for tag, one in found.items()} == {
        "00080005": ["ISO_IR 192"],
        "00080020": ["20260202"],
        "00080030": ["011530"],
        "00080050": ["A000001"],
        "00080056": ["ONLINE"],
        "00080061": ["CT"],
        "00080090": [{"Alphabetic": "Referring^Rita"}],
        "00081190": [f"{place.server.url}/dicom-web/{study(1)}"],
        "00100010": [{"Alphabetic": "Patient1^Paula"}],
        "00100020": ["P00001"],
        "00100030": ["19700215"],
        "00100040": ["F"],
        "0020000D": [f"{ROOT}.1.1"],
        "00200010": ["S1"],
        "00201206": [2],
        "00201208": [6],
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"PatientName": "Patient1*"}, ["1.2", "1.1"]),
        ({"PatientName": "patient?^paula"}, ["4.4", "3.3", "1.2", "1.1"]),
        ({"PatientName": "muller*"}, ["2.5"]),
        ({"PatientName": "山田*"}, ["2.5"]),
        ({"PatientID": "P00003"}, ["3.3"]),
        ({"PatientID": "p00003"}, []),
        ({"PatientID": "*3"}, ["3.3"]),
        ({"AccessionNumber": "X-5"}, ["2.5"]),
        ({"AccessionNumber": "A00000?"}, ["4.4", "3.3", "1.2", "1.1"]),
        ({"StudyDate": "20260303"}, ["1.2"]),
        ({"StudyDate": "20260303-20260404"}, ["3.3", "1.2"]),
        ({"StudyDate": "20260505-"}, ["2.5", "4.4"]),
        ({"StudyDate": "-20260303"}, ["1.2", "1.1"]),
        ({"StudyDate": "20260202-20260303", "StudyTime": "02-"}, ["1.2"]),
        ({"ModalitiesInStudy": "MR"}, ["2.5"]),
        ({"ModalitiesInStudy": "US\\MR"}, ["2.5", "3.3"]),
        ({"StudyDescription": "chest STUDY 4"}, ["4.4"]),
        ({"StudyInstanceUID": f"{ROOT}.1.1,{ROOT}.4.4"}, ["4.4", "1.1"]),
        ({"0020000D": f"{ROOT}.1.1"}, ["1.1"]),
        ({"PatientName": "*"}, ["2.5", "4.4", "3.3", "1.2", "1.1"]),
        ({"PatientName": ""}, ["2.5", "4.4", "3.3", "1.2", "1.1"]),
        ({"PatientName": "nobody"}, []),
        ({"PatientName": "Patient1*", "AccessionNumber": "A000002"}, ["1.2"]),
    ],
)
def test_matching(place, filters, expected):
    found = place.json("studies", "nora", **filters)
    assert uids(found) == [f"{ROOT}.{one}" for one in expected]


def test_fuzzy_matching_takes_words_in_any_order(place):
    assert uids(place.json("studies", "nora", PatientName="jorg mull", fuzzymatching="true")) == [
        f"{ROOT}.2.5"
    ]
    assert place.json("studies", "nora", PatientName="jorg mull", fuzzymatching="false") == []


def test_pages_do_not_overlap_and_tell_that_there_is_more(place):
    pages = []
    for offset in range(0, 6, 2):
        answer = place.get("studies", "nora", params={"limit": 2, "offset": offset})
        assert ("additional results" in answer.headers.get("Warning", "")) == (offset < 4)
        pages += uids(answer.json())
    assert pages == NEWEST_FIRST
    assert place.json("studies", "nora", offset=99) == []
    assert place.json("studies", "nora", limit=0) == []


def test_include_field(place):
    (plain,) = place.json("studies", "nora", AccessionNumber="X-5")
    assert "00081030" not in plain
    (described,) = place.json("studies", "nora", AccessionNumber="X-5", includefield="00081030")
    assert described["00081030"]["Value"] == ["Chest study 5"]
    (everything,) = place.json("studies", "nora", AccessionNumber="X-5", includefield="all")
    assert set(described) < set(everything)


def test_series_of_a_study(client):
    found = client.search_for_series(f"{ROOT}.1.1")
    assert uids(found, "0020000E") == [f"{ROOT}.1.1.1", f"{ROOT}.1.1.2"]
    assert [one["00201209"]["Value"] for one in found] == [[3], [3]]
    assert [one["0008103E"]["Value"] for one in found] == [["Series 1"], ["Series 2"]]
    assert [one["00080060"]["Value"] for one in found] == [["CT"], ["CT"]]


def test_series_of_all_studies_tell_their_study(place):
    (found,) = place.json("series", "nora", Modality="MR")
    assert found["0020000D"]["Value"] == [f"{ROOT}.2.5"]
    assert found["00100010"]["Value"] == [{"Alphabetic": "Müller^Jörg", "Ideographic": "山田^太郎"}]


def test_instances_at_each_depth(place, client):
    in_series = client.search_for_instances(f"{ROOT}.1.1", f"{ROOT}.1.1.2")
    assert uids(in_series, "00080018") == [f"{ROOT}.1.1.2.{n}" for n in (1, 2, 3)]
    assert [one["00200013"]["Value"] for one in in_series] == [[1], [2], [3]]
    assert len(place.json(f"{study(1)}/instances", "nora")) == 6
    assert len(place.json("instances", "nora")) == 12
    (cine,) = place.json("instances", "nora", SOPClassUID="1.2.840.10008.5.1.4.1.1.7.2")
    assert cine["00280008"]["Value"] == [3]
    assert cine["00083002"]["Value"] == ["1.2.840.10008.1.2.4.50"]
    assert cine["0020000D"]["Value"] == [f"{ROOT}.3.3"]


def test_the_url_limits_what_parameters_ask(place):
    found = place.json(f"{series(1, 1)}/instances", "nora", InstanceNumber="2")
    assert uids(found, "00080018") == [f"{ROOT}.1.1.1.2"]
    elsewhere = place.json(f"{study(1)}/series", "nora", StudyInstanceUID=f"{ROOT}.1.2")
    assert {one["00081190"]["Value"][0].split("/")[-3] for one in elsewhere} == {f"{ROOT}.1.1"}


def test_attributes_that_are_not_matched_are_warned_of(place):
    answer = place.get("studies", "nora", params={"PatientComments": "x"})
    assert "PatientComments is not supported" in answer.headers["Warning"]
    assert len(answer.json()) == 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=ten",
        "offset=1.5",
        "fuzzymatching=maybe",
        "NoSuchAttribute=1",
        "StudyDate=yesterday",
        "StudyDate=2026-01-01",
        "StudyTime=25h",
        "PatientName=" + "*a" * 20,
        "PatientName=" + "a" * 2000,
        "StudyInstanceUID=" + ",".join(["1.2"] * 1001),
        "NumberOfStudyRelatedSeries=many",
    ],
)
def test_what_cannot_be_matched_is_a_problem(place, query):
    answer = place.get(f"studies?{query}", "nora")
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 400 and answer.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/dicom+json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ("", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
    ],
)
def test_media_types_of_results(place, accept, status):
    answer = place.get("studies", "nora", headers={"Accept": accept})
    assert answer.status_code == status
    by_parameter = place.get("studies", "nora", params={"accept": accept})
    assert by_parameter.status_code == status


def test_patients_data_is_not_cached(place):
    assert place.get("studies", "nora").headers["Cache-Control"] == "no-store"


def test_a_session_sees_what_a_token_sees(place):
    browser = place.server.sign_in(place.people.users["nora"])
    answer = browser.get(f"{place.server.url}/dicom-web/studies")
    assert uids(answer.json()) == NEWEST_FIRST


def test_nobody_sees_nothing(place):
    answer = place.get("studies", "")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    wrong = place.server.session("0" * 40).get(f"{place.server.url}/dicom-web/studies")
    assert wrong.status_code == 401
