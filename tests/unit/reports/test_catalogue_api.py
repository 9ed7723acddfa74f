"""/api/report-templates/ and /api/macros/."""

from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from reports.content import checked
from reports.models import Macro, ReportTemplate
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def radiologist() -> Any:
    return make_user("RADIOLOGIST")


@pytest.fixture
def reading(radiologist: Any) -> Client:
    return client_of(radiologist)


def post(client: Client, **data: Any) -> Any:
    return client.post("/api/macros/", data, content_type="application/json")


def patch(client: Client, macro: int, **data: Any) -> Any:
    return client.patch(f"/api/macros/{macro}/", data, content_type="application/json")


def test_templates_are_listed_with_the_suggested_one_first(reading: Client) -> None:
    rows = reading.get("/api/report-templates/?modality=MR&body_part=KNEE").json()
    assert rows[0]["key"] == "mr-knee" and rows[0]["is_suggested"]
    assert not any(row["is_suggested"] for row in rows[1:])
    assert {row["modality"] for row in rows} == {"MR"}
    assert len(reading.get("/api/report-templates/").json()) >= 26


def test_a_radiograph_of_either_kind_has_its_templates(reading: Client) -> None:
    keys = [row["key"] for row in reading.get("/api/report-templates/?modality=CR").json()]
    assert "xr-chest" in keys and "ct-chest" not in keys


def test_a_study_decides_what_is_suggested_and_whose_are_listed(reading: Client) -> None:
    north, south = make_facility(), make_facility()
    study = make_study(north, modalities="\\CT\\", description="CT Chest/Abdomen")
    for number, facility in enumerate((north, south)):
        content = ReportTemplate.objects.get(key="ct-head").content
        ReportTemplate.objects.create(
            key=f"own-{number}", name="Own", modality="CT", facility=facility, content=content
        )
    url = f"/api/report-templates/?study={study.study_instance_uid}"
    rows = reading.get(url).json()
    assert rows[0]["key"] == "ct-trunk"
    keys = {row["key"] for row in rows}
    assert "own-0" in keys and "own-1" not in keys
    assert reading.get(f"{url}&facility={south.pk}").status_code == 404


@pytest.mark.parametrize(
    "query", ["study=%00", "study=x", "study=", "modality=%00", "modality=%F0"]
)
def test_a_strange_question_has_an_answer(reading: Client, query: str) -> None:
    assert reading.get(f"/api/report-templates/?{query}").status_code in {200, 404}
    assert reading.get(f"/api/macros/?{query}").status_code == 200


def test_a_template_comes_with_content_in_the_form_of_a_report(reading: Client) -> None:
    row = reading.get("/api/report-templates/ct-head/").json()
    assert checked(row["content"])["template"] == "ct-head"
    ReportTemplate.objects.filter(key="ct-head").update(is_active=False)
    assert reading.get("/api/report-templates/ct-head/").status_code == 404
    assert reading.get("/api/report-templates/nothing/").status_code == 404


@pytest.mark.parametrize("role", ["FACILITY", "TECHNICIAN"])
def test_only_writers_of_reports_have_templates_and_macros(role: str) -> None:
    client = client_of(make_user(role, make_facility()))
    for path in ("report-templates/", "report-templates/ct-head/", "macros/"):
        assert client.get(f"/api/{path}").status_code == 404
    assert post(client, trigger="x", text="y").status_code == 404
    assert Client().get("/api/macros/").status_code in {401, 403}


def test_macros_are_everybodys_and_ones_own(reading: Client, radiologist: Any) -> None:
    made = post(reading, trigger="nocomp", text="Mine.", modality="")
    assert made.status_code == 201 and made.json()["is_mine"]
    rows = {row["trigger"]: row for row in reading.get("/api/macros/").json()}
    assert rows["nocomp"]["text"] == "Mine." and not rows["motion"]["is_mine"]
    other = client_of(make_user("RADIOLOGIST"))
    rows = {row["trigger"]: row for row in other.get("/api/macros/").json()}
    assert rows["nocomp"]["text"] != "Mine."
    assert other.get(f"/api/macros/{made.json()['id']}/").status_code == 404
    assert patch(other, made.json()["id"], text="Taken").status_code == 404
    assert other.delete(f"/api/macros/{made.json()['id']}/").status_code == 404
    assert patch(reading, made.json()["id"], text="Mine too.").json()["text"] == "Mine too."
    assert reading.delete(f"/api/macros/{made.json()['id']}/").status_code == 204
    changes = AuditEvent.objects.filter(user_id=radiologist.pk, detail__subject="nocomp")
    assert [one.detail["change"] for one in changes.order_by("pk")] == [
        "created",
        "changed",
        "deleted",
    ]


def test_macros_of_another_modality_can_be_left_out(reading: Client) -> None:
    triggers = {row["trigger"] for row in reading.get("/api/macros/?modality=CT").json()}
    assert {"nlchest", "nocomp"} <= triggers and "nlbrain" not in triggers


def test_everybodys_macros_are_changed_by_who_manages(reading: Client) -> None:
    shared = Macro.objects.get(owner=None, trigger="motion")
    assert patch(reading, shared.pk, text="x").status_code == 403
    assert reading.delete(f"/api/macros/{shared.pk}/").status_code == 403
    assert post(reading, trigger="z", text="z", is_shared=True).status_code == 403
    admin = client_of(make_user("ADMIN"))
    assert patch(admin, shared.pk, text="House style.").status_code == 200
    shared.refresh_from_db()
    assert (shared.text, shared.edition) == ("House style.", 0)
    made = post(admin, trigger="z", text="z", is_shared=True)
    assert made.status_code == 201 and not made.json()["is_mine"]
    ours = Macro.objects.get(owner=None, trigger="metal")
    assert admin.delete(f"/api/macros/{ours.pk}/").status_code == 204
    ours.refresh_from_db()
    assert not ours.is_active
    assert "metal" not in {row["trigger"] for row in reading.get("/api/macros/").json()}


@pytest.mark.parametrize(
    "data",
    [
        {"trigger": "two words", "text": "x"},
        {"trigger": "", "text": "x"},
        {"trigger": "x", "text": ""},
        {"trigger": "x", "text": "y\0"},
        {"trigger": "x", "text": "y" * 20_001},
        {"trigger": "x"},
    ],
)
def test_a_macro_has_a_word_and_a_text(reading: Client, data: dict[str, str]) -> None:
    assert post(reading, **data).status_code == 400


def test_a_word_is_taken_once(reading: Client) -> None:
    assert post(reading, trigger="twice", text="1").status_code == 201
    second = post(reading, trigger="twice", text="2")
    assert second.status_code == 400 and "trigger" in second.json()["errors"]
