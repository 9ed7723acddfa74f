import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archive.models import Study
from reports.models import Assignment, Reading
from tests.factories.attaching import attach_bytes
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from worklist.columns import columns_of
from worklist.models import SavedView

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(user, path):
    response = client_of(user).get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.fixture
def north():
    return make_facility("North")


@pytest.fixture
def study(north):
    reader = make_user("RADIOLOGIST")
    study = make_study(north, patient_name="Doe^Jane", description="CT chest")
    Reading.objects.filter(study=study).update(
        status="draft",
        assigned_to=reader,
        assigned_because="Rule: chest CT",
        opened_at=timezone.now(),
        priority=0,
        priority_reason="dyspnoea",
    )
    Assignment.objects.create(study=study, reader=reader, reason="Rule: chest CT")
    study.refresh_from_db()
    return study


def test_a_facility_learns_nothing_of_drafts_and_readers(study, north):
    desk = make_user("FACILITY", north)
    for path in ("/worklist/", f"/study/{study.study_instance_uid}/"):
        shown = text_of(desk, path)
        assert "Doe, Jane" in shown
        assert "status-open" in shown
        assert "status-draft" not in shown
        for secret in ("Rule: chest CT", study.reading.assigned_to.username, "Opened"):
            assert secret not in shown, path


def test_a_radiologist_sees_where_it_stands_and_why(study):
    for path in ("/worklist/", f"/study/{study.study_instance_uid}/"):
        shown = text_of(make_user("RADIOLOGIST"), path)
        for word in ("status-draft", "Rule: chest CT", "dyspnoea", "STAT"):
            assert word in shown, path


def test_a_row_is_drawn_again_when_its_reading_changes(study):
    reader = make_user("RADIOLOGIST")
    path = f"/worklist/rows/?ids={study.pk}"
    before = text_of(reader, path)
    Reading.objects.filter(study=study).update(revision=9)
    assert f'data-revision="{study.revision}.9.0"' not in before
    assert f'data-revision="{study.revision}.9.0"' in text_of(reader, path)
    assert "<tr" not in text_of(reader, f"{path}&status=final")


def test_a_row_shows_how_many_files_are_beside_it(study, north):
    desk, path = make_user("FACILITY", north), f"/worklist/rows/?ids={study.pk}"
    assert "attachment" not in text_of(desk, path)
    attach_bytes(study, desk)
    attach_bytes(study, make_user("TECHNICIAN", north), visible_to=frozenset({"RADIOLOGIST"}))
    assert "1 attachment<" in text_of(desk, path)
    assert "2 attachments<" in text_of(make_user("RADIOLOGIST"), path)


def test_the_timeline_has_what_one_may_see_of_the_patient(study, north):
    prior = make_study(north, description="CT before", study_date="20200101")
    Study.objects.filter(pk=prior.pk).update(patient=study.patient)
    other = make_study(north, description="of somebody else")
    shown = text_of(make_user("FACILITY", north), f"/study/{study.study_instance_uid}/")
    assert "CT before" in shown
    assert f"{study.study_instance_uid},{prior.study_instance_uid}" in shown
    assert other.description not in shown


def test_the_facility_decides_between_studies_of_one_uid(study):
    twin = make_study(
        make_facility("South"), study_instance_uid=study.study_instance_uid, description="twin"
    )
    path = f"/study/{study.study_instance_uid}/"
    chief = make_user("ADMIN")
    assert "twin" not in text_of(chief, path)
    assert "twin" in text_of(chief, f"{path}?facility={twin.facility_id}")
    desk = make_user("FACILITY", study.facility)
    assert client_of(desk).get(f"{path}?facility={twin.facility_id}").status_code == 404


@pytest.mark.parametrize(
    ("role", "query"),
    [("ADMIN", ""), ("RADIOLOGIST", "assigned=me"), ("FACILITY", "released"), ("TECHNICIAN", "q")],
)
def test_everybody_begins_with_their_work(north, role, query):
    response = client_of(make_user(role, north)).get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/worklist/")
    assert query in response["Location"]


def test_the_way_to_other_rooms_is_shown_to_whom_it_is_open(north):
    ways = {
        "ADMIN": "/dashboard/ /letterhead/ /critical/ /admin/",
        "RADIOLOGIST": "/dashboard/ /critical/",
    }
    ways |= {"FACILITY": "/letterhead/", "TECHNICIAN": ""}
    for role, shown in ways.items():
        page = text_of(make_user(role, north), "/worklist/").split("</header>")[0]
        found = {
            way
            for way in ("/dashboard/", "/letterhead/", "/critical/", "/admin/")
            if f'href="{way}"' in page
        }
        assert found == set(shown.split()), role


def test_views_are_saved_and_only_ones_own_are_touched(north):
    mine, other = make_user("RADIOLOGIST"), make_user("RADIOLOGIST")
    answer = client_of(mine).post(reverse("worklist-views"), {"name": "Hill", "query": "name=hill"})
    assert answer["Location"] == "/worklist/?name=hill"
    view = SavedView.objects.get(user=mine)
    address = reverse("worklist-view", args=[view.pk])
    assert client_of(other).post(address, {"action": "delete"}).status_code == 404
    assert "Hill" in text_of(mine, "/worklist/")
    client_of(mine).post(address, {"action": "delete"})
    assert not SavedView.objects.exists()


def test_columns_are_chosen_and_the_way_back_is_ours():
    user = make_user("RADIOLOGIST")
    client = client_of(user)
    values = {"column": ["accession", "patient"], "next": "/worklist/?sort=name"}
    assert client.post(reverse("worklist-columns"), values)["Location"] == "/worklist/?sort=name"
    assert next(one.key for one in columns_of(user)) == "accession"
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:1"):
        answer = client.post(reverse("worklist-columns"), {"reset": "1", "next": elsewhere})
        assert answer["Location"] == "/worklist/"
