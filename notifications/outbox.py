"""Publishing events."""

from typing import Any

from notifications.models import OutboxEvent


def publish(topic: str, *, facility_id: int | None, payload: dict[str, Any]) -> OutboxEvent:
    """Insert an event in the caller's transaction: it exists exactly if its cause does.

    Parameters
    ----------
    topic : str
        What happened, dotted, e.g. ``study.received``.
    facility_id : int or None
        The facility whose users, and the readers, may hear of it; None for administrators.
    payload : dict
        Keys and UIDs, never names or other data of a patient.
    """
    return OutboxEvent.objects.create(topic=topic, facility_id=facility_id, payload=payload)
