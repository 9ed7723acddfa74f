"""Sending mail: claim, speak with the server, mark; each committed before the next.

SMTP has no exactly-once: a worker may die after the server took a mail and before that is
written down. The claim, committed before the first word, makes that visible. Ordinary mail is then
marked as perhaps sent and left alone (at most once); mail about a critical result is sent again
with the same Message-ID (at least once). docs/operate/mail.md says so to administrators.
"""

import logging
import smtplib
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.mail import get_connection
from django.core.mail.message import BadHeaderError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.letters import message_of
from notifications.mail_settings import mail_is_configured
from notifications.models import Delivery
from notifications.outbox import publish
from notifications.problems import CRITICAL_MAIL
from notifications.problems import TOPIC as PROBLEM

logger = logging.getLogger("notifications")
State = Delivery.State

# Longer than any dialogue with a mail server that still goes on (EMAIL_TIMEOUT for each answer).
CLAIM_LASTS: Final = timedelta(minutes=3)
GIVES_UP_AFTER: Final = timedelta(hours=24)
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)
_BATCH: Final = 200
_AT_A_TIME_S: Final = 45.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, and the reason when it is not that the mail was sent."""

    state: str
    error: str = ""
    # The server could not be spoken with at all: others need not be tried now.
    is_unreachable: bool = False


SENT: Final = Outcome(State.SENT)


def send_due(now: datetime | None = None) -> int:
    """Send what is due, one claim after the other; return how many were attempted."""
    if not mail_is_configured():
        return 0
    due = Delivery.objects.filter(state=State.WAITING, next_attempt_at__lte=now or timezone.now())
    # What must arrive goes first.
    due = due.order_by("-is_at_least_once", "next_attempt_at", "pk")
    attempted, ends = 0, time.monotonic() + _AT_A_TIME_S
    for key in list(due.values_list("pk", flat=True)[:_BATCH]):
        outcome = send(key)
        attempted += outcome is not None
        if (outcome is not None and outcome.is_unreachable) or time.monotonic() > ends:
            break  # the next minute goes on; the worker has other things to do
    return attempted


def send(key: int) -> Outcome | None:
    """Send one delivery; None when somebody else has it."""
    claim = uuid.uuid4()
    if not claim_delivery(key, claim):
        return None
    delivery = Delivery.objects.select_related("user", "notice").get(pk=key)
    try:
        outcome = _attempt(delivery)
    except Exception as error:
        logger.exception("delivery %s could not be made", key)
        outcome = Outcome(State.FAILED, type(error).__name__)
    mark(delivery, outcome)
    return outcome


def claim_delivery(key: int, claim: uuid.UUID) -> bool:
    """Take a waiting delivery for this worker, committed; say whether it was still to be had."""
    with transaction.atomic():
        waiting = Delivery.objects.filter(pk=key, state=State.WAITING)
        taken = waiting.update(
            state=State.SENDING,
            claim=claim,
            claimed_at=timezone.now(),
            attempts=F("attempts") + 1,
        )
    return bool(taken)


def _attempt(delivery: Delivery) -> Outcome:
    try:
        message = message_of(delivery)
    except BadHeaderError as error:
        return Outcome(State.FAILED, str(error))
    if message is None:
        return Outcome(State.SKIPPED)
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        # Nothing of the mail was said yet.
        return Outcome(State.WAITING, _said(error), is_unreachable=True)
    message.connection = connection
    try:
        return _transact(message, delivery)
    finally:
        close_quietly(connection)


def _transact(message: Any, delivery: Delivery) -> Outcome:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return _refused(code, text)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        # The line broke in the middle: the server may have taken the mail, or not.
        is_repeated = delivery.is_at_least_once
        return Outcome(State.WAITING if is_repeated else State.UNCERTAIN, _said(error))
    return SENT


def _refused(code: int, text: Any) -> Outcome:
    """Return what follows from an SMTP reply (RFC 5321 4.2.1): 5yz is for good, 4yz for now."""
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else str(text)
    return Outcome(State.FAILED if code >= 500 else State.WAITING, f"{code} {words}")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def close_quietly(connection: Any) -> None:
    """Say goodbye; whatever happens then changes nothing any more."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        logger.info("the mail server did not say goodbye")


def mark(delivery: Delivery, outcome: Outcome) -> None:
    """Write down what came of an attempt, if the claim is still ours."""
    now = timezone.now()
    state, error = outcome.state, outcome.error
    if state == State.WAITING and now - delivery.created_at >= GIVES_UP_AFTER:
        state = State.FAILED
    columns: dict[str, Any] = {"state": state, "error": _printable(error)[:300]}
    if state == State.SENT:
        columns["sent_at"] = now
    if state == State.WAITING:
        columns["next_attempt_at"] = now + pause_after(delivery.attempts)
    with transaction.atomic():
        own = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim)
        if own.update(**columns) and state == State.FAILED and delivery.is_at_least_once:
            payload = {"problem": CRITICAL_MAIL, "delivery_id": delivery.pk}
            publish(PROBLEM, facility_id=None, payload=payload)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_PAUSE)


def release_lost_claims(now: datetime | None = None) -> int:
    """Judge deliveries whose worker died with them in hand; return how many."""
    limit = (now or timezone.now()) - CLAIM_LASTS
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=limit)
    words = "The worker ended while it was sending."
    with transaction.atomic():
        again = lost.filter(is_at_least_once=True).update(
            state=State.WAITING, next_attempt_at=timezone.now(), error=words
        )
        left = lost.filter(is_at_least_once=False).update(state=State.UNCERTAIN, error=words)
    return again + left


@transaction.atomic
def send_again(deliveries: Any) -> int:
    """Put deliveries that failed, or perhaps did, back in the queue; return how many."""
    stuck = deliveries.filter(state__in=(State.FAILED, State.UNCERTAIN))
    now = timezone.now()
    # The day of attempts begins anew.
    return int(stuck.update(state=State.WAITING, next_attempt_at=now, created_at=now, error=""))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
