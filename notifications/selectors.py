"""Reading the outbox, and what a user was told."""

from typing import Any, Final

from django.db.models import Count

from notifications.models import Delivery, Notice, OutboxEvent
from notifications.rendering import ShownNotice, shown_notices

# More than this is "99+" on the bell.
COUNT_LIMIT: Final = 100


def latest_event_id() -> int:
    """Return the key of the newest event, from which a page that is shown now listens on."""
    return OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def unread_notices(user: Any) -> list[ShownNotice]:
    """Return the newest unread notices that the user may still see, at most COUNT_LIMIT."""
    own = Notice.objects.filter(user=user, is_in_app=True, read_at__isnull=True).order_by("-pk")
    return shown_notices(user, list(own[:COUNT_LIMIT]))


def newest_notices(user: Any, count: int, before: int | None = None) -> list[Notice]:
    """Return the user's notices in the program, newest first, from those before a key on."""
    own = Notice.objects.filter(user=user, is_in_app=True)
    if before is not None:
        own = own.filter(pk__lt=before)
    return list(own.order_by("-pk")[:count])


def delivery_counts() -> dict[str, int]:
    """Return how many deliveries failed or are perhaps sent."""
    stuck = Delivery.objects.filter(state__in=(Delivery.State.FAILED, Delivery.State.UNCERTAIN))
    return dict(stuck.order_by().values_list("state").annotate(count=Count("pk")))


def count_text(count: int) -> str:
    """Return the number as it stands on the bell; blank when there is nothing."""
    return "" if count == 0 else f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else str(count)
