"""What the bell in the top bar needs."""

from typing import Any

from django import template

from notifications.selectors import count_text, latest_event_id, unread_notices

register = template.Library()


@register.simple_tag
def bell_of(user: Any) -> dict[str, Any]:
    """Return how many unread notices a user has, and from which event the page listens on."""
    # Before they are counted: what comes in between is then told, never missed.
    last_event_id = latest_event_id()
    count = len(unread_notices(user))
    return {"last_event_id": last_event_id, "count": count, "text": count_text(count)}
