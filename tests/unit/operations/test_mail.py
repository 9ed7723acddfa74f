import pytest

from notifications.models import Delivery
from operations.findings import Level
from operations.mail import check_deliveries, check_mail_server
from tests.factories.notices import SMTP
from tests.live import free_port


def test_no_mail_server_is_said_plainly(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    finding = check_mail_server()
    assert finding.level is Level.WARN and "not configured" in finding.message


def test_a_mail_server_that_is_away_is_noticed(settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = free_port()
    assert check_mail_server().level is Level.WARN


@pytest.mark.django_db
def test_deliveries_that_failed_are_counted() -> None:
    assert check_deliveries().level is Level.OK
    for number, state in enumerate(("failed", "failed", "uncertain", "sent")):
        Delivery.objects.create(
            source=f"event:{number}", channel="mail", recipient="mail:a@b.c", state=state
        )
    finding = check_deliveries()
    assert (finding.level, finding.message) == (Level.WARN, "2 failed, 1 uncertain")
