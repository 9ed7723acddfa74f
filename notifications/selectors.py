"""Reading the outbox."""

from notifications.models import OutboxEvent


def latest_event_id() -> int:
    """Return the key of the newest event, from which a page that is shown now listens on."""
    return OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
