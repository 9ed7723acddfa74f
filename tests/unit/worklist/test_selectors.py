from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from archive.models import Study
from reports.lifecycle import ReportStatus
from reports.models import Reading
from tests.factories.listing import make_study
from tests.factories.people import (
    StubPrincipal,
    make_facility,
    make_user,
    member_of,
    reader,
)
from worklist import selectors
from worklist.criteria import SORT_DIRECTIONS, Criteria
from worklist.selectors import (
    facilities_visible_to,
    find_patients,
    matching_studies,
    order_value,
    page_of_studies,
)

pytestmark = pytest.mark.django_db


def names(principal, **criteria):
    return sorted(study.patient_name for study in matching_studies(principal, Criteria(**criteria)))


def radiologist():
    """Return somebody who may know everything of a reading."""
    rights = {"archive.view_study", "archive.view_all_facilities", "reports.view_report"}
    return StubPrincipal(permissions=frozenset(rights))


@pytest.fixture
def north():
    return make_facility("North")


@pytest.mark.parametrize(
    "typed", ["doe", "DOE", "jane doe", "Doe, Jane", "doe^jane", "o jan", "dóe"]
)
def test_a_name_is_found_by_any_part_of_it_in_any_order(north, typed):
    make_study(north, patient_name="Döe^Jane")
    make_study(north, patient_name="Smith^John")
    assert names(reader(), name=typed) == ["Döe^Jane"]


@pytest.mark.parametrize(
    "typed", ["山田", "太郎", "山田太郎", "山田 太郎", "やまだたろう", "yamada"]
)
def test_a_name_is_found_in_each_of_its_scripts(north, typed):
    name = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    make_study(north, patient_name=name)
    make_study(north, patient_name="Suzuki^Ichiro=鈴木^一郎=すずき^いちろう")
    assert names(reader(), name=typed) == [name]


def test_every_criterion_narrows(north):
    make_study(
        north,
        patient_name="A",
        dicom_patient_id="ID-1",
        accession_number="ACC-1",
        description="CT Abdomen",
        modalities="\\CT\\SR\\",
        study_date="20260301",
    )
    make_study(north, patient_name="B", modalities="\\MR\\", study_date="20260401")
    make_study(north, patient_name="C", modalities="\\OCT\\", study_date="")
    for criteria in (
        {"patient_id": "id-1"},
        {"accession": "c-1"},
        {"description": "abdo ct"},
        {"modalities": ("CT",)},
        {"preset": "range", "date_to": date(2026, 3, 31)},
        {"preset": "range", "date_from": date(2026, 3, 1), "date_to": date(2026, 3, 1)},
    ):
        assert names(reader(), **criteria) == ["A"], criteria
    assert names(reader(), modalities=("CT", "MR")) == ["A", "B"]


@pytest.mark.parametrize("typed", ["%", "_", "'", '"', "\\", "a%b", "' OR 1=1 --"])
def test_signs_of_the_query_language_are_letters(north, typed):
    make_study(north, patient_name="Doe^Jane", accession_number="A1", dicom_patient_id="P1")
    for field in ("patient_id", "accession", "description"):
        assert names(reader(), **{field: typed}) == []


def test_nobody_finds_another_facility_by_any_criterion(north):
    south = make_facility("South")
    make_study(
        south,
        patient_name="Doe^Jane",
        dicom_patient_id="P1",
        accession_number="A1",
        description="CT",
        modalities="\\CT\\",
    )
    own = member_of(north)
    for criteria in (
        {},
        {"name": "doe"},
        {"patient_id": "P1"},
        {"accession": "A1"},
        {"description": "ct"},
        {"modalities": ("CT",)},
        {"facility": south.pk},
    ):
        assert names(own, **criteria) == []
        assert names(reader(), **criteria) == ["Doe^Jane"]


def test_an_edge_that_may_not_be_seen_is_no_edge(north):
    south = make_facility("South")
    hidden = make_study(south, study_date="20990101")
    make_study(north, study_date="20260101", patient_name="Own")
    page = page_of_studies(member_of(north), Criteria(after=hidden.pk))
    assert [study.patient_name for study in page.studies] == ["Own"]
    assert page.previous is None


def _walk(principal, criteria):
    """Return the keys of all pages in order, going back from each to the one before it."""
    seen, page, before = [], page_of_studies(principal, criteria), None
    while True:
        keys = [study.pk for study in page.studies]
        if before is not None:
            back = page_of_studies(principal, page.previous)
            assert [study.pk for study in back.studies] == before
        seen += keys
        if page.next is None:
            return seen
        before, page = keys, page_of_studies(principal, page.next)


_VALUES = st.tuples(st.sampled_from(["", "20260101", "20260102"]), st.sampled_from(["", "A", "B"]))


@pytest.mark.parametrize("sort", sorted(SORT_DIRECTIONS))
@hypothesis_settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(_VALUES, max_size=11), down=st.booleans())
def test_pages_hold_every_study_once_whatever_the_order(north, monkeypatch, sort, rows, down):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 3)
    Study.objects.all().delete()
    for number, (day, text) in enumerate(rows):
        study = make_study(
            north,
            study_date=day,
            patient_name=text,
            dicom_patient_id=text,
            accession_number=text,
            description=text,
            modalities=text,
            instance_count=len(text),
        )
        due = timezone.now() + timedelta(hours=len(text)) if number % 3 else None
        status = list(ReportStatus)[number % 4]
        Reading.objects.filter(study=study).update(priority=number % 3, due_at=due, status=status)
    criteria = Criteria(sort=sort, descending=down)
    studies = list(Study.objects.select_related("reading"))
    fields = selectors.ORDERS[sort]
    studies.sort(key=lambda one: [order_value(one, field) for field in fields], reverse=down)
    expected = [study.pk for study in studies]
    assert _walk(radiologist(), criteria) == expected


def test_the_first_page_reached_backwards_is_a_full_one(north, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 3)
    studies = [make_study(north, study_date=f"202601{day:02}") for day in range(1, 6)]
    back = page_of_studies(reader(), Criteria(before=studies[2].pk))
    assert [study.pk for study in back.studies] == [study.pk for study in studies[:1:-1]]
    assert back.previous is None


def test_facilities_are_ones_own_or_all(north):
    south = make_facility("South")
    assert list(facilities_visible_to(make_user("TECHNICIAN", south))) == [south]
    assert set(facilities_visible_to(make_user("RADIOLOGIST"))) == {north, south}
    assert set(facilities_visible_to(make_user("ADMIN"))) == {north, south}
    assert list(facilities_visible_to(make_user("FACILITY"))) == []


def _with(facility, name, **reading):
    study = make_study(facility, patient_name=name)
    Reading.objects.filter(study=study).update(**reading)
    return study


def test_filters_of_the_reading_narrow(north):
    user = make_user("RADIOLOGIST")
    late = timezone.now() - timedelta(minutes=5)
    _with(north, "A", status="draft", priority=0, assigned_to=user, due_at=late, quality="accepted")
    _with(north, "B", status="final", priority=2, due_at=late, quality="accepted")
    _with(north, "C", status="unread", priority=1, quality="rejected")
    for criteria, expected in (
        ({"statuses": ("draft",)}, ["A"]),
        ({"statuses": ("open",)}, ["A", "C"]),
        ({"statuses": ("released",)}, ["B"]),
        ({"statuses": ("released", "unread")}, ["B", "C"]),
        ({"priorities": ("stat", "routine")}, ["A", "B"]),
        ({"assigned": "me"}, ["A"]),
        ({"assigned": str(user.pk)}, ["A"]),
        ({"assigned": "nobody"}, ["B", "C"]),
        ({"quality": ("rejected",)}, ["C"]),
        ({"late": True}, ["A"]),
    ):
        assert names(user, **criteria) == expected, criteria


def test_nobody_finds_by_what_they_may_not_know(north):
    user = make_user("RADIOLOGIST")
    _with(north, "A", status="draft", assigned_to=user, quality="rejected")
    _with(north, "B", status="unread")
    desk = make_user("FACILITY", north)
    for criteria in (
        {"statuses": ("draft",)},
        {"statuses": ("unread",)},
        {"assigned": str(user.pk)},
        {"assigned": "nobody"},
        {"quality": ("rejected",)},
    ):
        assert names(desk, **criteria) == ["A", "B"], criteria
    assert names(desk, statuses=("final",)) == []
    page = page_of_studies(desk, Criteria(sort="status", descending=False))
    assert [study.patient_name for study in page.studies] == ["B", "A"]


def test_the_reading_order_is_urgency_and_then_what_is_due(north):
    now = timezone.now()
    _with(north, "never", priority=0)
    _with(north, "soon", priority=0, due_at=now)
    _with(north, "routine", priority=2, due_at=now - timedelta(days=2))
    page = page_of_studies(radiologist(), Criteria(sort="priority", descending=False))
    assert [study.patient_name for study in page.studies] == ["soon", "never", "routine"]


def test_a_patient_is_found_once_by_name_or_number(north):
    first = make_study(
        north, patient_name="Doe^Jane", dicom_patient_id="X77", study_date="20260101"
    )
    second = make_study(
        north, patient_name="Doe^Jane", dicom_patient_id="X77", study_date="20260201"
    )
    Study.objects.filter(pk=second.pk).update(patient=first.patient)
    hidden = make_study(make_facility("South"), patient_name="Doe^John", dicom_patient_id="X78")
    own = member_of(north)
    assert find_patients(own, "doe", 8) == [second]
    assert find_patients(own, "X7", 8) == [second]
    assert hidden in find_patients(reader(), "x78 ", 8) + find_patients(reader(), "X78", 8)
    assert find_patients(own, " \0 ", 8) == []
