"""Events, people who can be written to, and critical results."""

from typing import Any

from archive.models import Study
from audit.actors import Actor
from notifications.models import OutboxEvent
from notifications.outbox import publish
from reports.critical.services import Recipient, report_critical
from reports.models import CriticalResult
from tests.factories.people import make_user
from worklist.models import CustomUser, Facility

SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


def make_addressee(role: str, facility: Facility | None = None) -> CustomUser:
    """Return a user with a mail address."""
    user = make_user(role, facility)
    user.email = f"{user.username}@hospital.example"
    user.save()
    return user


def publish_about(study: Study, topic: str, **payload: Any) -> OutboxEvent:
    """Publish an event about a study."""
    keys = {"study": study.study_instance_uid, "study_id": study.pk}
    return publish(topic, facility_id=study.facility_id, payload={**keys, **payload})


def make_critical(study: Study, reader: CustomUser, **facts: Any) -> CriticalResult:
    """Report a critical result, to nobody with an account unless told otherwise."""
    recipient = facts.pop("recipient", Recipient("Dr. Ward", "ward@clinic.example"))
    return report_critical(
        study,
        by=reader,
        actor=Actor.of_user(reader),
        finding=facts.pop("finding", "Pneumothorax, secret finding"),
        urgency=facts.pop("urgency", "red"),
        recipient=recipient,
    )
