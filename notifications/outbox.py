"""Publishing events."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from notifications.kinds import is_told
from notifications.models import OutboxEvent
from notifications.waking import wake


def publish(
    topic: str, *, facility_id: int | None, payload: dict[str, Any], user_id: int | None = None
) -> OutboxEvent:
    """Insert an event in the caller's transaction: it exists exactly if its cause does.

    Parameters
    ----------
    topic : str
        What happened, dotted, e.g. ``study.received``.
    facility_id : int or None
        The facility whose users, and the readers, may hear of it; None for administrators.
    payload : dict
        Keys and UIDs, never names or other data of a patient.
    user_id : int, optional
        The one user for whom it is, instead of whoever may hear of the facility.
    """
    told = is_told(topic) and user_id is None
    event = OutboxEvent.objects.create(
        topic=topic,
        facility_id=facility_id,
        payload=payload,
        user_id=user_id,
        dispatched_at=None if told else timezone.now(),
    )
    if told:
        # The row is what counts: where the queue cannot be reached, the clock finds it.
        transaction.on_commit(wake, robust=True)
    return event
