"""Search parameters of PS3.18 10.6.1, and results as tables 10.6.3-3 to -5 want them."""

import pytest
from django.test import RequestFactory

from archive.query import Level
from dicomweb.attributes import keyword_of, keywords_at, required, writer_of
from dicomweb.problems import DicomWebError
from dicomweb.qido import MAX_RESULTS, MAX_RESULTS_IN_STUDY, Search, read_search


def read(query: str, level: Level = Level.STUDY, study: str = "", series: str = "") -> Search:
    return read_search(RequestFactory().get(f"/?{query}"), level, study, series)


def status_of(query: str) -> int:
    with pytest.raises(DicomWebError) as caught:
        read(query)
    return caught.value.status


def test_attributes_by_keyword_and_by_tag() -> None:
    by_name = read("PatientName=A*&StudyDate=20200101-20201231")
    by_tag = read("00100010=A*&00080020=20200101-20201231")
    assert by_name.query.filters == by_tag.query.filters
    assert by_name.query.filters == {"PatientName": "A*", "StudyDate": "20200101-20201231"}


@pytest.mark.parametrize("query", ["StudyInstanceUID=1.2,1.3", "0020000D=1.2%5C1.3"])
def test_lists_of_uids(query: str) -> None:
    assert read(query).query.filters == {"StudyInstanceUID": "1.2\\1.3"}


def test_commas_in_names_stay() -> None:
    assert read("PatientName=Smith,J").query.filters == {"PatientName": "Smith,J"}


def test_items_of_sequences() -> None:
    for query in (
        "RequestAttributesSequence.ScheduledProcedureStepID=S1",
        "00400275.00400009=S1",
    ):
        filters = read(query, Level.SERIES).query.filters
        assert filters == {"RequestAttributesSequence.ScheduledProcedureStepID": "S1"}


def test_the_url_wins_over_parameters() -> None:
    found = read("StudyInstanceUID=9&SeriesInstanceUID=8", Level.IMAGE, "1.2", "1.3")
    assert found.query.filters == {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.3"}


def test_attributes_that_are_not_matched_are_told() -> None:
    found = read("Modality=CT&PatientComments=x&orderby=StudyDate")
    assert found.query.filters == {}
    assert [warning.split()[0] for warning in found.warnings] == [
        "Modality",
        "PatientComments",
        "orderby",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "NoSuchAttribute=1",
        "zz100010=1",
        "12345678=1",
        "PatientName.PatientID.PatientSex=1",
        "study__facility_id=1",
        "patient_name_key=1",
        "limit=-1",
        "limit=ten",
        "offset=1e3",
        "limit=99999999999999999999",
        "fuzzymatching=perhaps",
        "&".join(f"PatientID={number}&0010{number:04}=1" for number in range(200)),
    ],
)
def test_nonsense_is_refused(query: str) -> None:
    assert status_of(query) == 400


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        ("", MAX_RESULTS, 0),
        ("limit=50&offset=100", 50, 100),
        ("limit=0", 0, 0),
        ("limit=1000000", MAX_RESULTS, 0),
    ],
)
def test_one_more_than_the_limit_is_looked_for(query: str, limit: int, offset: int) -> None:
    found = read(query).query
    assert (found.limit, found.offset) == (limit + 1, offset)


def test_more_results_within_a_study() -> None:
    assert read("", Level.IMAGE, "1.2").query.limit == MAX_RESULTS_IN_STUDY + 1


def test_fuzzy_matching() -> None:
    assert read("fuzzymatching=true").query.fuzzy
    assert not read("fuzzymatching=false").query.fuzzy


def test_fields_to_include() -> None:
    always = set(read("").query.return_keywords)
    more = set(read("includefield=00081030,StudyID&includefield=PatientAge").query.return_keywords)
    assert more - always == {"StudyDescription", "PatientAge"}
    assert set(read("includefield=all").query.return_keywords) == set(keywords_at(Level.STUDY))


def test_unknown_fields_are_left_out() -> None:
    found = read("includefield=00080060,99999999,Nonsense,00081048")
    assert found.query.return_keywords == read("").query.return_keywords


def test_matched_attributes_are_returned() -> None:
    assert "PatientAge" in read("PatientAge=040Y").query.return_keywords


def test_required_attributes_grow_with_what_the_url_leaves_open() -> None:
    inside = required(Level.IMAGE, has_study=True, has_series=True)
    outside = required(Level.IMAGE, has_study=False, has_series=False)
    assert "PatientName" not in inside
    assert {"PatientName", "Modality", "SOPInstanceUID", "StudyInstanceUID"} <= set(outside)
    for level in (Level.STUDY, Level.SERIES, Level.IMAGE):
        assert set(required(level, has_study=False, has_series=False)) <= set(keywords_at(level))


@pytest.mark.parametrize(
    ("keyword", "value", "tag", "member"),
    [
        ("PatientName", "", "00100010", {"vr": "PN"}),
        ("PatientName", "A^B", "00100010", {"vr": "PN", "Value": [{"Alphabetic": "A^B"}]}),
        (
            "PatientName",
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
            "00100010",
            {
                "vr": "PN",
                "Value": [
                    {
                        "Alphabetic": "Yamada^Tarou",
                        "Ideographic": "山田^太郎",
                        "Phonetic": "やまだ^たろう",
                    }
                ],
            },
        ),
        ("PatientName", "=山田", "00100010", {"vr": "PN", "Value": [{"Ideographic": "山田"}]}),
        ("ModalitiesInStudy", ["CT", "PT"], "00080061", {"vr": "CS", "Value": ["CT", "PT"]}),
        ("ModalitiesInStudy", [], "00080061", {"vr": "CS"}),
        ("Rows", 512, "00280010", {"vr": "US", "Value": [512]}),
        ("Rows", 0, "00280010", {"vr": "US", "Value": [0]}),
        ("NumberOfFrames", None, "00280008", {"vr": "IS"}),
        (
            "BodyPartExamined",
            "CHEST\\\\NECK",
            "00180015",
            {"vr": "CS", "Value": ["CHEST", None, "NECK"]},
        ),
        (
            "RequestAttributesSequence",
            [{"ScheduledProcedureStepID": "S1", "RequestedProcedureID": ""}],
            "00400275",
            {
                "vr": "SQ",
                "Value": [
                    {"00400009": {"vr": "SH", "Value": ["S1"]}, "00401001": {"vr": "SH"}},
                ],
            },
        ),
    ],
)
def test_values_as_json(keyword: str, value: object, tag: str, member: object) -> None:
    found_tag, write = writer_of(keyword)
    assert (found_tag, write(value)) == (tag, member)


def test_keywords() -> None:
    assert keyword_of("00100010") == keyword_of("PatientName") == "PatientName"
    assert keyword_of("0020000d") == "StudyInstanceUID"
    assert keyword_of("patientname") == ""
    assert keyword_of("__class__") == ""
