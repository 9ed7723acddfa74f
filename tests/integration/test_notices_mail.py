"""Mail over SMTP to a real server: what it takes, refuses for now, and refuses for good."""

import pytest

from notifications.dispatch import dispatch_open_events
from notifications.models import Delivery
from notifications.sending import send_again, send_due
from tests.factories.listing import make_study
from tests.factories.notices import SMTP, make_addressee, publish_about
from tests.factories.people import make_facility
from tests.mailbox import open_mailbox

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(scope="module")
def server():
    with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(server, settings):
    """Return an empty mailbox to which the settings lead."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS = server.port, False
    server.messages.clear()
    server.refusals.clear()
    return server


@pytest.fixture
def desk(mailbox):
    facility = make_facility("Nord & Süd <Klinik>")
    user = make_addressee("FACILITY", facility)
    publish_about(make_study(facility, patient_name="Geheim^Gerda"), "report.corrected")
    dispatch_open_events()
    return user


def test_a_mail_arrives_as_it_was_made(mailbox, desk, settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "NOCTIS <noreply@pacs.example>"
    settings.PUBLIC_URL = "https://pacs.example"
    assert send_due() == 1
    ((to, message),) = mailbox.messages
    delivery = Delivery.objects.get()
    assert to == [desk.email]
    assert message["From"] == "NOCTIS <noreply@pacs.example>"
    assert message["Message-ID"] == f"<{delivery.message_key}@pacs.example>"
    assert "Geheim" not in message.as_string()
    text = message.get_body(("plain",)).get_content()
    assert f"https://pacs.example/notifications/{delivery.notice_id}/" in text
    assert "<a href=" in message.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("reply", "state"), [("550 no such user", State.FAILED), ("451 later", State.WAITING)]
)
def test_a_refusal_is_believed_and_a_second_try_is_the_same_mail(
    mailbox, desk, reply, state
) -> None:
    mailbox.refusals[desk.email] = reply
    send_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == (state, reply)
    assert mailbox.messages == []
    mailbox.refusals.clear()
    Delivery.objects.update(state=State.FAILED)
    assert send_again(Delivery.objects.all()) == 1
    send_due()
    assert mailbox.ids_to(desk.email) == [f"<{delivery.message_key}@localhost>"]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)


def test_a_server_that_cannot_do_tls_gets_nothing(mailbox, desk, settings) -> None:
    settings.EMAIL_USE_TLS = True
    send_due()
    assert Delivery.objects.get().state == State.WAITING
    assert mailbox.messages == []
