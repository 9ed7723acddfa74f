"""Changes of the outbox and of notices beside publishing and dispatching."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notifications.models import Delivery, Notice, OutboxEvent, Preference
from notifications.outbox import publish

RETENTION = timedelta(days=7)
NOTICES_STAY = timedelta(days=180)
READ_ELSEWHERE = "notice.read"
_BATCH = 5000


def delete_old_events() -> int:
    """Delete events older than RETENTION, some at a time so that no writer waits; say how many.

    One that was not dispatched yet stays: somebody is still to be told.
    """
    limit = timezone.now() - RETENTION
    return _delete(OutboxEvent, Q(created_at__lt=limit, dispatched_at__isnull=False))


def delete_old_notices() -> int:
    """Delete notices, and deliveries that are done, after half a year; say how many."""
    limit = timezone.now() - NOTICES_STAY
    done = (Delivery.State.SENT, Delivery.State.SKIPPED, Delivery.State.FAILED)
    deleted = _delete(Delivery, Q(created_at__lt=limit, state__in=done))
    return deleted + _delete(Notice, Q(created_at__lt=limit))


def _delete(model: Any, condition: Q) -> int:
    deleted = 0
    while True:
        old = model.objects.filter(condition).order_by("pk")
        keys = list(old.values_list("pk", flat=True)[:_BATCH])
        if not keys:
            return deleted
        deleted += model.objects.filter(pk__in=keys).delete()[0]


@transaction.atomic
def mark_read(user: Any, keys: list[int] | None = None) -> int:
    """Mark a user's notices as read, those named or all; the user's other pages hear of it."""
    unread = Notice.objects.filter(user=user, read_at__isnull=True)
    if keys is not None:
        unread = unread.filter(pk__in=keys)
    count = unread.update(read_at=timezone.now())
    if count:
        publish(READ_ELSEWHERE, facility_id=None, user_id=user.pk, payload={})
    return count


def save_preference(user: Any, **columns: Any) -> Preference:
    """Keep how a user wants to be told."""
    preference, _is_new = Preference.objects.update_or_create(user=user, defaults=columns)
    return preference
