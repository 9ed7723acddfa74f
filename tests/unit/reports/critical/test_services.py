from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from audit.actors import SYSTEM
from audit.models import AuditEvent
from notifications.dispatch import dispatch_open_events
from notifications.models import Delivery, Notice, OutboxEvent
from notifications.sending import send_due
from reports.critical import links, policy
from reports.critical.escalation import take_due_steps, take_step
from reports.critical.selectors import critical_visible_to
from reports.critical.services import (
    BY_LINK,
    CriticalError,
    Recipient,
    acknowledge,
    cancel,
)
from reports.models import CriticalResult, CriticalStep
from tests.factories.notices import make_addressee, make_critical
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
State = CriticalResult.State


def later(**span: int):
    return timezone.now() + timedelta(**span)


def steps_of(result: CriticalResult) -> list[str]:
    return [step.what for step in result.steps.order_by("number")]


def tell() -> None:
    dispatch_open_events()
    send_due()


def test_a_report_leaves_step_audit_row_and_event(study, reader) -> None:
    result = make_critical(study, reader)
    assert steps_of(result) == ["reported"]
    row = AuditEvent.objects.get(event_code="110110")
    assert row.study_instance_uid == study.study_instance_uid
    assert "Pneumothorax" not in str(row.detail)
    event = OutboxEvent.objects.get(topic="critical.reported")
    assert event.payload["critical_id"] == result.pk
    assert "Pneumothorax" not in str(event.payload) and "Geheim" not in str(event.payload)


def test_the_token_is_not_in_the_database(study, reader) -> None:
    result = make_critical(study, reader)
    token = links.path_of(result).split("/")[-2]
    assert len(token) == 43
    assert token not in str(CriticalResult.objects.values().get())
    assert links.result_of(token) == result


def test_a_link_ends(study, reader, settings) -> None:
    result = make_critical(study, reader)
    token = links.token_of_nonce(result.token_nonce)
    assert links.result_of(token + "x") is None
    CriticalResult.objects.update(token_expires_at=timezone.now())
    assert links.result_of(token) is None
    CriticalResult.objects.update(token_expires_at=later(days=1), state=State.CANCELLED)
    assert links.result_of(token) is None
    settings.SECRET_KEY = "another " * 8
    assert links.path_of(result) == ""


@pytest.mark.parametrize("urgency", list(policy.STEPS))
def test_the_clock_reminds_escalates_and_stops(study, reader, urgency) -> None:
    result = make_critical(study, reader, urgency=urgency)
    now = timezone.now()
    assert take_due_steps(now) == 0
    while result.next_step_at is not None:
        now = result.next_step_at + timedelta(seconds=1)
        assert take_due_steps(now) == 1
        assert take_due_steps(now) == 0
        result.refresh_from_db()
    words = steps_of(result)
    assert words == ["reported", "reminded"] + ["escalated"] * (2 + policy.REPETITIONS)
    assert result.state == State.OPEN


def test_after_an_outage_the_steps_do_not_come_all_at_once(study, reader) -> None:
    result = make_critical(study, reader)
    now = later(days=2)
    assert take_due_steps(now) == 1
    assert take_due_steps(now) == 0
    result.refresh_from_db()
    assert result.next_step_at == now + timedelta(minutes=10)


def test_a_step_is_taken_once(study, reader) -> None:
    result = make_critical(study, reader)
    now = later(minutes=11)
    assert take_step(result.pk, now) == 1
    assert take_step(result.pk, now) == 0
    assert CriticalStep.objects.filter(result=result, what="reminded").count() == 1


def test_who_is_told_and_when(study, reader, north, south=None) -> None:
    desk, chief = make_addressee("FACILITY", north), make_addressee("ADMIN")
    make_addressee("TECHNICIAN", north)
    result = make_critical(study, reader)
    tell()
    assert {one.user for one in Notice.objects.all()} == {desk}
    assert sorted(to for message in mail.outbox for to in message.to) == sorted(
        [desk.email, "ward@clinic.example"]
    )
    told = []
    for minutes in (11, 22, 45):
        mail.outbox.clear()
        take_due_steps(later(minutes=minutes))
        tell()
        told.append({to for message in mail.outbox for to in message.to})
    assert "desk@north.example" not in told[0] and chief.email not in told[0]
    assert "desk@north.example" in told[1] and chief.email not in told[1]
    assert chief.email in told[2]
    assert Notice.objects.filter(user=reader, topic="critical.reminded").exists()
    assert result.pk


def test_mail_to_outsiders_holds_nothing_of_the_patient_but_the_link(study, reader) -> None:
    result = make_critical(study, reader)
    tell()
    (message,) = mail.outbox
    text = str(message.message())
    for secret in ("Geheim", "ID-1", "ACC-1234", "Pneumothorax"):
        assert secret not in text
    assert links.path_of(result) in message.body
    assert Delivery.objects.get().is_at_least_once


def test_a_recipient_with_an_account_is_told_alone(study, reader, north) -> None:
    own, _other = make_addressee("FACILITY", north), make_addressee("FACILITY", north)
    make_critical(study, reader, recipient=Recipient("Desk", own.email, own))
    tell()
    assert [one.user for one in Notice.objects.all()] == [own]
    assert [message.to for message in mail.outbox] == [[own.email]]


def test_acknowledging_stops_the_clock_and_tells_the_reader(study, reader) -> None:
    result = make_critical(study, reader)
    name = "  Dr.  Ward\n"
    assert acknowledge(result.pk, name=name, how=BY_LINK, read_back=True, actor=SYSTEM)
    assert not acknowledge(result.pk, name="Other", how=BY_LINK, read_back=True, actor=SYSTEM)
    result.refresh_from_db()
    assert (result.state, result.acknowledged_name) == (State.ACKNOWLEDGED, "Dr. Ward")
    assert take_due_steps(later(days=3)) == 0
    tell()
    assert [one.user for one in Notice.objects.filter(topic="critical.acknowledged")] == [reader]
    # The first mail was not sent yet: nobody is asked for what is done.
    assert mail.outbox == []


@pytest.mark.parametrize(("name", "read_back"), [("", True), ("   ", True), ("Ward", False)])
def test_acknowledging_needs_a_name_and_the_read_back(study, reader, name, read_back) -> None:
    result = make_critical(study, reader)
    with pytest.raises(CriticalError):
        acknowledge(result.pk, name=name, how=BY_LINK, read_back=read_back, actor=SYSTEM)
    result.refresh_from_db()
    assert result.state == State.OPEN


def test_a_cancelled_result_is_over(study, reader) -> None:
    result = make_critical(study, reader)
    with pytest.raises(CriticalError):
        cancel(result.pk, by=reader, actor=SYSTEM, reason=" ")
    cancel(result.pk, by=reader, actor=SYSTEM, reason="wrong patient")
    assert take_due_steps(later(days=3)) == 0
    with pytest.raises(CriticalError):
        acknowledge(result.pk, name="W", how=BY_LINK, read_back=True, actor=SYSTEM)
    with pytest.raises(CriticalError):
        cancel(result.pk, by=reader, actor=SYSTEM, reason="again")
    assert steps_of(result) == ["reported", "cancelled"]


def test_who_sees_critical_results(study, reader, north) -> None:
    from tests.factories.people import make_facility

    result = make_critical(study, reader)
    south = make_facility("South")
    sees = {
        who: result in critical_visible_to(user)
        for who, user in {
            "reader": reader,
            "admin": make_user("ADMIN"),
            "desk": make_user("FACILITY", north),
            "technician": make_user("TECHNICIAN", north),
            "south": make_user("FACILITY", south),
        }.items()
    }
    assert sees == {
        "reader": True,
        "admin": True,
        "desk": True,
        "technician": False,
        "south": False,
    }
