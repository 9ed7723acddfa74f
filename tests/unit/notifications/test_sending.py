import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from notifications import sending
from notifications.digests import make_due_digests
from notifications.dispatch import dispatch_open_events
from notifications.models import Delivery, MailPolicy, Notice
from notifications.rendering import shown_notices
from notifications.sending import pause_after, release_lost_claims, send_again, send_due
from notifications.services import mark_read, save_preference
from tests.factories.listing import make_study
from tests.factories.notices import make_addressee, publish_about

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def study(north):
    return make_study(north, patient_name="Geheim^Gerda", description="CT of a secret")


@pytest.fixture
def desk(north, has_mail):
    return make_addressee("FACILITY", north)


@pytest.fixture
def delivery(study, desk) -> Delivery:
    """Return a mail that is due."""
    publish_about(study, "report.corrected")
    dispatch_open_events()
    return Delivery.objects.get()


def test_a_mail_says_what_happened_and_nothing_of_the_patient(delivery, desk, study) -> None:
    assert send_due() == 1
    (message,) = mail.outbox
    assert message.to == [desk.email]
    assert message.extra_headers["Message-ID"] == f"<{delivery.message_key}@localhost>"
    everything = str(message.message())
    assert "corrected" in message.subject
    for secret in ("Geheim", "Gerda", "secret", study.dicom_patient_id, study.study_instance_uid):
        assert secret not in everything
    assert f"http://localhost:8000/notifications/{delivery.notice_id}/" in message.body
    delivery.refresh_from_db()
    assert delivery.state == State.SENT and delivery.sent_at is not None
    assert send_due() == 0


def test_a_facility_may_choose_to_have_the_patient_named(delivery, north) -> None:
    MailPolicy.objects.create(facility=north, includes_patient=True)
    send_due()
    assert "Geheim" in mail.outbox[0].body


def test_markup_and_line_breaks_in_a_name_stay_text(north, desk) -> None:
    MailPolicy.objects.create(facility=north, includes_patient=True)
    bad = make_study(north, patient_name="<script>alert(1)</script>\r\nBcc: all@example.com")
    publish_about(bad, "report.corrected")
    dispatch_open_events()
    send_due()
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert message.recipients() == [desk.email]
    assert "\nBcc:" not in message.message().as_string().partition("\n\n")[0]


def test_who_may_not_see_it_any_more_gets_no_mail(delivery, desk, south) -> None:
    desk.facility = south
    desk.save()
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == State.SKIPPED and mail.outbox == []


class Server:
    """A connection that answers as it is told."""

    def __init__(self, opens=None, sends=None) -> None:
        self.opens, self.sends = opens, sends

    def open(self) -> None:
        if self.opens:
            raise self.opens

    def send_messages(self, messages) -> int:
        if self.sends:
            raise self.sends
        return len(messages)

    def close(self) -> None:
        raise smtplib.SMTPServerDisconnected("gone")


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"a@b.c": (code, b"no such\r\nuser")})


@pytest.mark.parametrize(
    ("server", "state"),
    [
        (Server(), State.SENT),
        (Server(opens=ConnectionRefusedError("refused")), State.WAITING),
        (Server(opens=smtplib.SMTPAuthenticationError(535, b"no")), State.WAITING),
        (Server(sends=refused(550)), State.FAILED),
        (Server(sends=refused(451)), State.WAITING),
        (Server(sends=smtplib.SMTPDataError(554, b"spam")), State.FAILED),
        (Server(sends=smtplib.SMTPDataError(452, b"full")), State.WAITING),
        (Server(sends=smtplib.SMTPServerDisconnected("cut")), State.UNCERTAIN),
        (Server(sends=TimeoutError("slow")), State.UNCERTAIN),
    ],
)
def test_what_follows_from_what_the_server_says(delivery, monkeypatch, server, state) -> None:
    monkeypatch.setattr(sending, "get_connection", lambda: server)
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == state
    assert "\n" not in delivery.error
    if state == State.WAITING:
        assert delivery.next_attempt_at > timezone.now()
        assert send_due() == 0


def test_what_must_arrive_is_sent_again_when_the_line_breaks(delivery, monkeypatch) -> None:
    Delivery.objects.update(is_at_least_once=True)
    broken = Server(sends=smtplib.SMTPServerDisconnected("cut"))
    monkeypatch.setattr(sending, "get_connection", lambda: broken)
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == State.WAITING


def test_after_a_day_it_is_given_up_and_can_be_taken_up_again(delivery, monkeypatch) -> None:
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with monkeypatch.context() as patch:
        patch.setattr(sending, "get_connection", lambda: Server(opens=OSError("away")))
        send_due()
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert send_again(Delivery.objects.all()) == 1
    send_due()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT


def test_pauses_double_to_two_hours() -> None:
    minutes = [pause_after(n).total_seconds() / 60 for n in (1, 2, 3, 4, 8, 9, 10_000)]
    assert minutes == [1, 2, 4, 8, 120, 120, 120]


@pytest.mark.parametrize(("again", "state"), [(True, State.WAITING), (False, State.UNCERTAIN)])
def test_a_claim_whose_worker_died_is_judged(delivery, again, state) -> None:
    import uuid

    Delivery.objects.update(is_at_least_once=again)
    assert sending.claim_delivery(delivery.pk, uuid.uuid4())
    assert not sending.claim_delivery(delivery.pk, uuid.uuid4())
    assert release_lost_claims() == 0
    assert release_lost_claims(timezone.now() + timedelta(minutes=4)) == 1
    delivery.refresh_from_db()
    assert delivery.state == state


def test_a_digest_gathers_what_is_unread_into_one_mail(north, desk, study) -> None:
    save_preference(desk, choices={"report.final": {"app": True, "mail": "digest"}})
    for _ in range(3):
        publish_about(study, "report.final")
    dispatch_open_events()
    assert send_due() == 0
    assert make_due_digests() == 0  # its time has not come
    mark_read(desk, [Notice.objects.order_by("pk").first().pk])
    tomorrow = timezone.now() + timedelta(days=1)
    assert make_due_digests(tomorrow) == 1
    assert make_due_digests(tomorrow) == 0
    send_due()
    (message,) = mail.outbox
    assert "2 notifications" in message.subject
    assert message.body.count("A report is final.") == 2


def test_a_digest_of_what_was_read_already_is_not_sent(desk, study) -> None:
    publish_about(study, "report.final")
    dispatch_open_events()
    mark_read(desk)
    make_due_digests(timezone.now() + timedelta(days=1))
    send_due()
    assert mail.outbox == [] and Delivery.objects.get().state == State.SKIPPED


def test_mail_waits_for_the_end_of_quiet_hours(desk, study) -> None:
    now = timezone.now()
    save_preference(
        desk,
        quiet_from=(now - timedelta(hours=1)).time().replace(tzinfo=None),
        quiet_until=(now + timedelta(hours=1)).time().replace(tzinfo=None),
    )
    publish_about(study, "report.corrected")
    dispatch_open_events()
    assert send_due() == 0
    assert send_due(now + timedelta(hours=2)) == 1


def test_a_server_that_is_away_is_asked_once_and_what_must_arrive_goes_first(
    north, desk, study, monkeypatch
) -> None:
    for _ in range(3):
        publish_about(study, "report.corrected")
    dispatch_open_events()
    last = Delivery.objects.order_by("-pk").first()
    Delivery.objects.filter(pk=last.pk).update(is_at_least_once=True)
    monkeypatch.setattr(sending, "get_connection", lambda: Server(opens=OSError("away")))
    assert send_due() == 1
    last.refresh_from_db()
    assert last.attempts == 1 and Delivery.objects.filter(attempts=0).count() == 2


def test_administrators_hear_of_critical_mail_that_fails(delivery, monkeypatch) -> None:
    chief = make_addressee("ADMIN")
    Delivery.objects.update(is_at_least_once=True)
    monkeypatch.setattr(sending, "get_connection", lambda: Server(sends=refused(550)))
    send_due()
    dispatch_open_events()
    notice = Notice.objects.get(topic="system.problem")
    assert notice.user == chief
    (shown,) = shown_notices(chief, [notice])
    assert "could not be delivered" in shown.text and "deliver" in shown.url
    # Its own mail fails as well, and that is where it ends.
    send_due()
    dispatch_open_events()
    assert Notice.objects.filter(topic="system.problem").count() == 1
