import json

import pytest
from django.test import Client

from audit.models import AuditEvent
from reports.critical.links import path_of
from reports.models import CriticalResult
from tests.factories.notices import make_critical
from tests.factories.people import make_facility, make_user
from worklist.models import CustomUser

pytestmark = pytest.mark.django_db
State = CriticalResult.State
TAKES_OVER = {"name": "Dr. Ward", "read_back": "on"}


def client_of(user: CustomUser) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_link_shows_the_least_and_only_a_form_confirms(study, reader, client) -> None:
    result = make_critical(study, reader)
    path = path_of(result)
    for _ in range(2):
        page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200
    for secret in ("Geheim", "Gerda", "ID-1", "ACC-1234", "Pneumothorax"):
        assert secret not in text
    assert (
        "North" in text
        and "…1234" in text
        and "4\N{NO-BREAK SPACE}May\N{NO-BREAK SPACE}2026" in text
    )
    assert "no-store" in page.headers["Cache-Control"]
    client.head(path)
    result.refresh_from_db()
    assert result.state == State.OPEN
    assert client.post(path, {"name": "Dr. Ward"}).status_code == 400
    assert client.post(path, TAKES_OVER).status_code == 302
    result.refresh_from_db()
    assert (result.state, result.acknowledged_how) == (State.ACKNOWLEDGED, "link")
    row = AuditEvent.objects.order_by("-pk").first()
    assert (row.user_name, row.role, row.detail["how"]) == ("Dr. Ward", "LINK", "link")
    again = client.get(path).content.decode()
    assert "Dr. Ward" in again and "<form" not in again


def test_the_link_wants_a_form_of_ours(study, reader) -> None:
    client = Client(enforce_csrf_checks=True)
    result = make_critical(study, reader)
    assert client.post(path_of(result), TAKES_OVER).status_code == 403
    result.refresh_from_db()
    assert result.state == State.OPEN


def test_links_that_are_over_or_never_were_look_alike(study, reader, client) -> None:
    result = make_critical(study, reader)
    path = path_of(result)
    CriticalResult.objects.update(state=State.CANCELLED)
    over, never = client.get(path), client.get("/critical/acknowledge/x/")
    assert over.status_code == never.status_code == 404
    assert over.content == never.content


def test_a_reader_reports_and_writes_down_a_call(study, reader) -> None:
    client = client_of(reader)
    path = f"/critical/report/{study.study_instance_uid}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"finding": "Air", "urgency": "red"}).status_code == 400
    facts = {"finding": "Air", "urgency": "red", "recipient_name": "Dr. Ward"}
    answer = client.post(path, facts)
    result = CriticalResult.objects.get()
    assert answer.headers["Location"] == f"/critical/{result.pk}/"
    assert "Air" in client.get(answer.headers["Location"]).content.decode()
    client.post(f"/critical/{result.pk}/acknowledge/", TAKES_OVER)
    result.refresh_from_db()
    assert (result.acknowledged_how, result.acknowledged_name) == ("telephone", "Dr. Ward")


def test_somebody_told_by_telephone_already_is_written_down_at_once(study, reader) -> None:
    path = f"/critical/report/{study.study_instance_uid}/"
    facts = {
        "finding": "Air",
        "urgency": "red",
        "recipient_name": "Dr. Ward",
        "is_told": "on",
    }
    assert client_of(reader).post(path, facts).status_code == 400
    client_of(reader).post(path, {**facts, "read_back": "on"})
    assert CriticalResult.objects.get().state == State.ACKNOWLEDGED


def test_the_facility_takes_over_under_its_own_name(study, reader, north) -> None:
    desk = make_user("FACILITY", north)
    result = make_critical(study, reader)
    page = client_of(desk).get(f"/critical/{result.pk}/").content.decode()
    assert "Pneumothorax" in page and "Reported by mistake" not in page
    client_of(desk).post(f"/critical/{result.pk}/acknowledge/", TAKES_OVER)
    result.refresh_from_db()
    assert (result.acknowledged_how, result.acknowledged_name) == ("program", desk.username)
    answer = client_of(desk).post(f"/critical/{result.pk}/cancel/", {"reason": "no"})
    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["TECHNICIAN", "FACILITY"])
def test_others_find_nothing(study, reader, role) -> None:
    result = make_critical(study, reader)
    client = client_of(make_user(role, make_facility("South")))
    for what in ("", "acknowledge/", "cancel/"):
        path = f"/critical/{result.pk}/{what}"
        answer = client.post(path, TAKES_OVER) if what else client.get(path)
        assert answer.status_code == 404
    answer = client.get(f"/critical/report/{study.study_instance_uid}/")
    assert answer.status_code == 403
    result.refresh_from_db()
    assert result.state == State.OPEN


def test_a_recipient_of_another_facility_cannot_be_named(study, reader) -> None:
    stranger = make_user("FACILITY", make_facility("South"))
    facts = {"finding": "Air", "urgency": "red", "recipient": stranger.pk}
    path = f"/critical/report/{study.study_instance_uid}/"
    assert client_of(reader).post(path, facts).status_code == 400
    assert not CriticalResult.objects.exists()


def test_the_api_reports_and_lists(study, reader, north) -> None:
    path = f"/api/reports/{study.study_instance_uid}/critical/"
    desk = make_user("FACILITY", north)
    client = client_of(reader)
    facts = {"finding": "Air", "urgency": "orange", "recipient": desk.pk}
    answer = client.post(path, json.dumps(facts), content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["recipient"] == desk.pk and answer.json()["state"] == "open"
    assert [one["finding"] for one in client.get(path).json()] == ["Air"]
    for body in ("[]", '{"finding": "", "urgency": "x"}', '"text"'):
        bad = client.post(path, body, content_type="application/json")
        assert bad.status_code == 400
        assert bad.headers["Content-Type"] == "application/problem+json"
    assert client_of(desk).get(path).status_code == 403
    assert client.get("/api/reports/1.2.3/critical/").status_code == 404


def test_what_is_typed_stays_text(study, reader) -> None:
    result = make_critical(study, reader, finding="<script>alert(1)</script>")
    for path in ("/critical/", f"/critical/{result.pk}/"):
        assert b"<script>alert" not in client_of(reader).get(path).content
