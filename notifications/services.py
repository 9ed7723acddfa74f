"""Changes of the outbox beside publishing."""

from datetime import timedelta

from django.utils import timezone

from notifications.models import OutboxEvent

RETENTION = timedelta(days=7)
_BATCH = 5000


def delete_old_events() -> int:
    """Delete events older than RETENTION, some at a time so that no writer waits; say how many."""
    limit, deleted = timezone.now() - RETENTION, 0
    while True:
        old = OutboxEvent.objects.filter(created_at__lt=limit).order_by("pk")
        keys = list(old.values_list("pk", flat=True)[:_BATCH])
        if not keys:
            return deleted
        deleted += OutboxEvent.objects.filter(pk__in=keys).delete()[0]
