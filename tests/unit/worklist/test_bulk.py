from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.actors import Actor
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from reports.assignment.services import assign, set_priority
from reports.models import Priority, Quality, Reading
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from worklist import bulk
from worklist.bulk_steps import BulkError, Request
from worklist.models import BulkAction

pytestmark = pytest.mark.django_db
ACTOR = Actor(user_name="somebody")


@pytest.fixture
def chief():
    return make_user("ADMIN")


@pytest.fixture
def doctor():
    return make_user("RADIOLOGIST")


def state(study):
    names = ("assigned_to_id", "assigned_because", "assigned_at", "priority", "priority_reason")
    names += ("quality", "due_at", "target_minutes", "clock_from")
    return Reading.objects.values(*names).get(study=study)


def keys(*studies):
    return [study.pk for study in studies]


def test_a_preview_says_with_how_many_and_why_not_with_the_others(chief):
    studies = [make_study(make_facility()) for _ in range(3)]
    Reading.objects.filter(study=studies[0]).update(status="final")
    shown = bulk.preview(chief, "assign", [*keys(*studies), 10**9])
    assert shown.summary == "2 studies of 2 facilities"
    assert shown.refusals == ["1 cannot: already final"]
    assert shown.ids == keys(*studies[1:])
    assert bulk.preview(chief, "print", keys(*studies)).uids == [studies[0].study_instance_uid]


@pytest.mark.parametrize(
    ("request_of", "field"),
    [
        (lambda doctor: Request("assign", reader=doctor, reason="on call"), "assigned_to_id"),
        (lambda doctor: Request("priority", priority=0, reason="bleeding"), "priority"),
        (lambda doctor: Request("accept"), "quality"),
    ],
    ids=["assign", "priority", "accept"],
)
def test_what_was_done_is_undone_to_the_letter(chief, doctor, request_of, field):
    other = make_user("RADIOLOGIST")
    studies = [make_study(make_facility()) for _ in range(2)]
    assign(studies[0], other, by=None, actor=ACTOR, because="Same reader as on 12 May")
    set_priority(studies[1], actor=ACTOR, priority=Priority.URGENT)
    before = [state(study) for study in studies]
    action = bulk.act(chief, request_of(doctor), keys(*studies), ACTOR)
    assert [one[field] for one in before] != [state(study)[field] for study in studies]
    events, rows = OutboxEvent.objects.count(), AuditEvent.objects.count()
    undone = bulk.undo(chief, action, ACTOR)
    assert (undone.restored, undone.refused) == (2, 0)
    assert [state(study) for study in studies] == before
    assert OutboxEvent.objects.count() > events
    assert AuditEvent.objects.count() > rows
    with pytest.raises(BulkError):
        bulk.undo(chief, action, ACTOR)


def test_what_somebody_changed_meanwhile_stays(chief, doctor):
    kept, moved = (make_study(make_facility()) for _ in range(2))
    request = Request("priority", priority=Priority.URGENT)
    action = bulk.act(chief, request, keys(kept, moved), ACTOR)
    set_priority(moved, actor=ACTOR, priority=Priority.STAT, priority_reason="worse")
    undone = bulk.undo(chief, action, ACTOR)
    assert (undone.restored, undone.refused) == (1, 1)
    assert state(moved)["priority"] == Priority.STAT
    assert state(kept)["priority"] == Priority.ROUTINE


def test_an_old_action_is_not_undone(chief):
    study = make_study(make_facility())
    action = bulk.act(chief, Request("accept"), keys(study), ACTOR)
    BulkAction.objects.filter(pk=action.pk).update(done_at=action.done_at - timedelta(hours=1))
    with pytest.raises(BulkError):
        bulk.undo(chief, action, ACTOR)


def test_all_or_nothing(chief):
    studies = [make_study(make_facility()) for _ in range(2)]
    with pytest.raises(BulkError):
        bulk.act(chief, Request("priority", priority=Priority.STAT), keys(*studies), ACTOR)
    assert {state(study)["priority"] for study in studies} == {Priority.ROUTINE}


def _client(user):
    client = Client()
    client.force_login(user)
    return client


def _post(client, **values):
    return client.post(reverse("worklist-bulk"), values)


def test_a_facility_changes_nothing_and_a_technician_nothing_elsewhere():
    north, south = make_facility(), make_facility()
    study = make_study(north)
    assert (
        _post(_client(make_user("FACILITY", north)), action="accept", ids=study.pk).status_code
        == 403
    )
    stranger = _client(make_user("TECHNICIAN", south))
    answer = _post(stranger, action="accept", ids=study.pk)
    assert answer.json()["undo"] == ""
    assert state(study)["quality"] == Quality.UNCHECKED


def test_over_the_web_it_is_done_told_and_undone_by_oneself_alone(chief, doctor):
    study = make_study(make_facility())
    client = _client(chief)
    preview = client.get(reverse("worklist-bulk"), {"action": "assign", "ids": study.pk})
    assert doctor.username in preview.content.decode()
    answer = _post(client, action="assign", ids=study.pk, reader=doctor.pk).json()
    assert answer["text"] == f"1 study assigned to {doctor.username}"
    assert _client(doctor).post(answer["undo"]).status_code == 404
    assert client.post(answer["undo"]).json()["text"] == "1 study as before"
    assert client.post(answer["undo"]).status_code == 400


@pytest.mark.parametrize(
    "values",
    [
        {"action": "priority", "priority": "stat"},
        {"action": "priority", "priority": "soon"},
        {"action": "assign", "reader": "99999999"},
        {"action": "print"},
    ],
)
def test_what_cannot_be_done_is_said(chief, values):
    answer = _post(_client(chief), ids=make_study(make_facility()).pk, **values)
    assert answer.status_code == 400
    assert answer.json()["error"]
