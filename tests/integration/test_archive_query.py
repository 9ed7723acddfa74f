"""The search of the index beside a plain model of PS3.4 C.2.2.2, on whichever database runs."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.models import Instance, Patient, Series, Study
from archive.query import Level, Query, QueryError, find
from dicomkit.names import PersonName, search_key
from tests.factories.people import StubPrincipal, make_facility, member_of, reader

pytestmark = pytest.mark.django_db

LETTERS = "aAáÁbßо _%[]!\\"[:-1]  # with what LIKE and GLOB take for themselves
TIMES = ["", "00", "10", "1000", "1015", "101500", "101500.5", "101500.500000", "235959.999999"]
DATES = ["", "19991231", "20200101", "20200229", "20261123"]
quiet = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _word(chance: random.Random, letters: str = LETTERS) -> str:
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, 3))).strip()


def _study(facility, number: int, chance: random.Random) -> Study:
    name = "=".join(
        f"{_word(chance)}^{_word(chance)}".rstrip("^") for _ in range(chance.randint(1, 3))
    )
    keys = PersonName.parse(name).search_keys()
    patient_id = _word(chance)
    patient = Patient.objects.create(
        facility=facility,
        identity=f"{facility.pk}/{number}",
        patient_id=patient_id,
        name=name,
        name_key=keys[0],
        name_ideographic_key=keys[1],
        name_phonetic_key=keys[2],
    )
    description = _word(chance)
    modalities = sorted(chance.sample(["CT", "MR", "PT", "C"], chance.randint(0, 3)))
    return Study.objects.create(
        facility=facility,
        patient=patient,
        study_instance_uid=f"1.2.{facility.pk}.{number}",
        study_date=chance.choice(DATES),
        study_time=chance.choice(TIMES),
        accession_number=_word(chance),
        description=description,
        description_key=search_key(description),
        patient_name=name,
        patient_name_key=keys[0],
        patient_name_ideographic_key=keys[1],
        patient_name_phonetic_key=keys[2],
        dicom_patient_id=patient_id,
        modalities=f"\\{chr(92).join(modalities)}\\" if modalities else "",
    )


@pytest.fixture
def facility(db):
    return make_facility()


@pytest.fixture
def studies(facility):
    chance, other = random.Random(20261124), make_facility()
    return [_study(facility, number, chance) for number in range(60)] + [
        _study(other, number, chance) for number in range(10)
    ]


def found(filters: dict[str, str], principal: StubPrincipal | None = None, **options) -> list[str]:
    query = Query(Level.STUDY, filters, ("StudyInstanceUID",), **options)
    return [str(row["StudyInstanceUID"]) for row in find(principal or reader(), query)]


# The model


def fits(pattern: str, value: str) -> bool:
    parts = [".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern]
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def key_of(pattern: str) -> str:
    """Return a pattern without case and accents, the blanks beside wildcards kept."""
    pieces = re.split(r"([*?])", pattern)
    keyed = []
    for piece in pieces:
        key = piece if piece in "*?" and piece else search_key(piece)
        if piece not in ("*", "?"):
            lead, trail = piece[:1] == " ", piece[-1:] == " "
            key = f"{' ' * lead}{key}{' ' * trail}" if key else " " * bool(piece)
        keyed.append(key)
    return "".join(keyed)


def model_code(pattern: str, value: str) -> bool:
    pattern = pattern.strip()
    return not pattern or set(pattern) == {"*"} or fits(pattern, value)


def model_text(pattern: str, value: str) -> bool:
    pattern = pattern.strip()
    return not pattern or set(pattern) == {"*"} or fits(key_of(pattern), search_key(value))


def moment(text: str, fill: str) -> str:
    """Return a time as HHMMSS.ffffff; what is missing is filled up."""
    whole, _, fraction = text.partition(".")
    last = "595959"
    filled = whole + ("0" * (6 - len(whole)) if fill == "0" else last[len(whole) :])
    return f"{filled}.{fraction.ljust(6, fill)}"


def model_time(low: str, high: str, value: str) -> bool:
    if not value:
        return False
    at = moment(value, "0")
    return (not low or moment(low, "0") <= at) and (not high or at <= moment(high, "9"))


# The tests

words = st.text(st.sampled_from(LETTERS + "*?*?^"), max_size=6)


def test_codes_and_identifiers(studies):
    @quiet
    @given(words)
    def check(pattern):
        expected = {
            s.study_instance_uid for s in studies if model_code(pattern, s.accession_number)
        }
        assert set(found({"AccessionNumber": pattern})) == expected

    check()


def test_texts_without_case_and_accents(studies):
    @quiet
    @given(words)
    def check(pattern):
        expected = {s.study_instance_uid for s in studies if model_text(pattern, s.description)}
        assert set(found({"StudyDescription": pattern})) == expected

    check()


def test_names_in_any_group(studies):
    @quiet
    @given(words)
    def check(pattern):
        stripped = pattern.rstrip("^ ").strip()
        expected = {
            s.study_instance_uid
            for s in studies
            if not stripped
            or set(pattern.strip()) == {"*"}
            or any(
                fits(key_of(stripped), key)
                for key in (
                    s.patient_name_key,
                    s.patient_name_ideographic_key,
                    s.patient_name_phonetic_key,
                )
            )
        }
        assert set(found({"PatientName": pattern})) == expected

    check()


@pytest.mark.parametrize("form", ["{}", "{}-", "-{}", "{}-{}"])
def test_dates(studies, form):
    for low in DATES[1:]:
        for high in DATES[1:]:
            value = form.format(*(low, high)[: form.count("{}")])
            first, dash, last = value.partition("-")
            last = last if dash else first
            expected = {
                s.study_instance_uid
                for s in studies
                if s.study_date
                and (not first or first <= s.study_date)
                and (not last or s.study_date <= last)
            }
            assert set(found({"StudyDate": value})) == expected, value


@pytest.mark.parametrize("form", ["{}", "{}-", "-{}", "{}-{}"])
def test_times(studies, form):
    for low in TIMES[1:]:
        for high in TIMES[1:]:
            value = form.format(*(low, high)[: form.count("{}")])
            first, dash, last = value.partition("-")
            last = last if dash else first
            expected = {
                s.study_instance_uid for s in studies if model_time(first, last, s.study_time)
            }
            assert set(found({"StudyTime": value})) == expected, value


def test_dates_and_times_together(studies):
    expected = {
        s.study_instance_uid
        for s in studies
        if s.study_date
        and ("20200101", "10") <= (s.study_date, s.study_time) < ("20261123", "1015\U0010ffff")
    }
    filters = {"StudyDate": "20200101-20261123", "StudyTime": "10-1015"}
    assert set(found(filters, combined_datetime=True)) == expected


@pytest.mark.parametrize("wanted", ["CT", "C", "C*", "?T", "MR\\PT", "X", "*", "C\\X"])
def test_modalities_in_study(studies, wanted):
    expected = {
        s.study_instance_uid
        for s in studies
        if wanted == "*"
        or any(
            fits(part, modality)
            for part in wanted.split("\\")
            for modality in s.modalities.strip("\\").split("\\")
            if modality
        )
    }
    assert set(found({"ModalitiesInStudy": wanted})) == expected


def test_lists_of_uids(studies):
    wanted = [studies[3].study_instance_uid, studies[9].study_instance_uid, "1.2.3"]
    assert set(found({"StudyInstanceUID": "\\".join(wanted)})) == set(wanted[:2])


def test_several_keys_narrow_together(studies):
    expected = {
        s.study_instance_uid
        for s in studies
        if model_code("*a*", s.accession_number) and "\\CT\\" in s.modalities
    }
    assert set(found({"AccessionNumber": "*a*", "ModalitiesInStudy": "CT"})) == expected


def test_only_what_the_principal_may_see(studies, facility):
    mine = {s.study_instance_uid for s in studies if s.facility_id == facility.pk}
    assert set(found({}, member_of(facility))) == mine
    assert found({}, StubPrincipal(None, frozenset({"archive.view_study"}))) == []
    assert found({}, StubPrincipal(facility.pk, frozenset())) == []
    inactive = StubPrincipal(facility.pk, is_active=False)
    assert found({}, inactive) == []


def test_newest_first_and_pages_without_gaps(studies):
    whole = found({})
    ordered = sorted(studies, key=lambda s: (s.study_date, s.study_time, s.pk), reverse=True)
    assert whole == [s.study_instance_uid for s in ordered]
    pages = [found({}, offset=offset, limit=7) for offset in range(0, 77, 7)]
    assert [uid for page in pages for uid in page] == whole
    assert found({}, offset=1000, limit=7) == []


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("AccessionNumber", "a" * 1025),
        ("PatientName", "*a" * 17),
        ("StudyDate", "tomorrow"),
        ("StudyDate", "2020010"),
        ("StudyTime", "9"),
        ("StudyInstanceUID", "\\".join(["1.2"] * 1001)),
        ("NumberOfStudyRelatedSeries", "few"),
    ],
)
def test_what_cannot_be_matched_is_told(studies, keyword, value):
    with pytest.raises(QueryError) as caught:
        found({keyword: value})
    assert keyword in str(caught.value)


@pytest.mark.parametrize("value", ["%", "_", "[a]", "a[", "\\", "'; DROP TABLE x", "\0", "\ud800"])
def test_characters_of_the_database_mean_themselves(studies, value):
    expected = {s.study_instance_uid for s in studies if s.accession_number == value}
    stripped = value.strip("\\\0 ")
    if stripped and value != "\ud800":
        assert set(found({"AccessionNumber": value})) == expected


def test_items_of_request_attributes(studies, facility):
    study = studies[0]
    for number, step in enumerate(["SPS-1", "SPS-2", "OTHER"]):
        Series.objects.create(
            study=study,
            series_instance_uid=f"1.9.{number}",
            request_attributes=[{"ScheduledProcedureStepID": step}],
        )
    filters = {"RequestAttributesSequence.ScheduledProcedureStepID": "SPS*"}
    query = Query(Level.SERIES, filters, ("SeriesInstanceUID", "StudyInstanceUID"))
    rows = list(find(reader(), query))
    assert {row["SeriesInstanceUID"] for row in rows} == {"1.9.0", "1.9.1"}
    assert {row["StudyInstanceUID"] for row in rows} == {study.study_instance_uid}


def test_every_level_returns_what_it_knows(studies, facility):
    study = studies[0]
    series = Series.objects.create(study=study, series_instance_uid="1.9", modality="CT")
    Instance.objects.create(
        facility=facility,
        study=study,
        series=series,
        sop_instance_uid="1.9.1",
        sop_class_uid="1.2",
        transfer_syntax_uid="1.2.1",
        storage_key="k",
        size_bytes=1,
        sha256=b"1" * 32,
    )
    for level in Level:
        row = next(iter(find(reader(), Query(level))))
        assert row and all(isinstance(keyword, str) for keyword in row)
    (row,) = find(reader(), Query(Level.IMAGE, {"Modality": "CT"}))
    assert row["PatientName"] == study.patient_name
    assert row["SOPInstanceUID"] == "1.9.1"
