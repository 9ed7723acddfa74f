"""From events to notices: once for each event, whenever it became visible, in one transaction.

A cursor over keys would miss events: keys are given out before transactions are committed. Each
event carries its own `dispatched_at`, and a partial index finds those without.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from notifications.audiences import addresses_of, audience_of
from notifications.kinds import KINDS, Kind
from notifications.mail_settings import mail_is_configured
from notifications.models import Delivery, Notice, OutboxEvent
from notifications.preferences import Wishes, wishes_of_users

logger = logging.getLogger("notifications")

NEW_NOTICE: Final = "notice.new"
_BATCH: Final = 500


def dispatch_open_events() -> int:
    """Make the notices of every event that has none yet; return how many events that were.

    An event that cannot be dispatched stays open and does not keep the others waiting.
    """
    keys = OutboxEvent.objects.filter(dispatched_at__isnull=True).order_by("pk")
    done = 0
    for key in list(keys.values_list("pk", flat=True)[:_BATCH]):
        try:
            done += dispatch_event(key)
        except Exception:
            logger.exception("event %s could not be dispatched", key)
    return done


@transaction.atomic
def dispatch_event(key: int) -> int:
    """Make the notices and deliveries of one event; 0 when somebody else does or did."""
    open_events = OutboxEvent.objects.filter(dispatched_at__isnull=True)
    event = open_events.select_for_update(skip_locked=True).filter(pk=key).first()
    if event is None:
        return 0
    kind = KINDS.get(event.topic)
    if kind is not None:
        _tell(kind, event)
    event.dispatched_at = timezone.now()
    event.save(update_fields=["dispatched_at"])
    return 1


def _tell(kind: Kind, event: OutboxEvent) -> None:
    users = audience_of(kind, event)
    wishes = wishes_of_users([user.pk for user in users])
    now, has_mail = timezone.now(), mail_is_configured()
    told = [user for user in users if _is_wanted(kind, wishes[user.pk], has_mail)]
    Notice.objects.bulk_create(
        [_notice(kind, event, user, wishes[user.pk], has_mail) for user in told],
        ignore_conflicts=True,
    )
    notices = {one.user_id: one for one in Notice.objects.filter(event_id=event.pk)}
    pairs = [(user, notices[user.pk]) for user in told if user.pk in notices]
    if has_mail:
        deliveries = list(_mails(kind, event, pairs, wishes, now))
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    OutboxEvent.objects.bulk_create(_live(kind, one, wishes[user.pk], now) for user, one in pairs)


def _is_wanted(kind: Kind, wishes: Wishes, has_mail: bool) -> bool:
    return wishes.is_in_app(kind) or (has_mail and wishes.mail(kind) != "off")


def _notice(kind: Kind, event: OutboxEvent, user: Any, wishes: Wishes, has_mail: bool) -> Notice:
    return Notice(
        user=user,
        event_id=event.pk,
        kind=kind.key,
        topic=event.topic,
        facility_id=event.facility_id,
        payload=event.payload,
        happened_at=event.created_at,
        is_in_app=wishes.is_in_app(kind),
        wants_digest=has_mail and bool(user.email) and wishes.mail(kind) == "digest",
    )


def _mails(
    kind: Kind,
    event: OutboxEvent,
    pairs: list[tuple[Any, Notice]],
    wishes: dict[int, Wishes],
    now: datetime,
) -> Iterable[Delivery]:
    for user, notice in pairs:
        if user.email and wishes[user.pk].mail(kind) == "now":
            start = now if kind.breaks_quiet else wishes[user.pk].quiet_ends(now) or now
            yield _mail(kind, event, f"user:{user.pk}", start, user=user, notice=notice)
    for address in addresses_of(kind, event):
        yield _mail(kind, event, f"mail:{address}", now)


def _mail(
    kind: Kind, event: OutboxEvent, recipient: str, start: datetime, **columns: Any
) -> Delivery:
    return Delivery(
        source=f"event:{event.pk}",
        channel=Delivery.Channel.MAIL,
        recipient=recipient,
        topic=event.topic,
        facility_id=event.facility_id,
        payload=event.payload,
        is_at_least_once=kind.at_least_once,
        next_attempt_at=start,
        **columns,
    )


def _live(kind: Kind, notice: Notice, wishes: Wishes, now: datetime) -> OutboxEvent:
    """Return the event that tells the user's open pages; what it says they ask for themselves."""
    is_quiet = wishes.quiet_ends(now) is not None
    is_toast = notice.is_in_app and kind.is_pressing and (kind.breaks_quiet or not is_quiet)
    payload = {
        "notice_id": notice.pk,
        "is_toast": is_toast,
        "has_sound": is_toast and kind.has_sound and wishes.has_sound and not is_quiet,
    }
    return OutboxEvent(
        topic=NEW_NOTICE,
        facility_id=notice.facility_id,
        user_id=notice.user_id,
        payload=payload,
        dispatched_at=now,
    )
