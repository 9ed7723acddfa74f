"""The turnaround clock while a study is rejected: it stands still.

At any time but then ``due_at = received_at + target_minutes + paused_s``.
"""

from datetime import timedelta

from django.utils import timezone

from reports.models import Reading


def pause(reading: Reading) -> None:
    """Let the clock stand still, and save; call it under the lock of the reading."""
    if reading.paused_at is None:
        reading.paused_at, reading.due_at = timezone.now(), None
        reading.save(update_fields=["paused_at", "due_at"])


def resume(reading: Reading) -> None:
    """Let the clock go on where it stood still, and save; call it under the lock."""
    if reading.paused_at is None:
        return
    reading.paused_s += max(0, round((timezone.now() - reading.paused_at).total_seconds()))
    reading.paused_at = None
    if reading.target_minutes is not None:
        reading.due_at = reading.received_at + timedelta(
            minutes=reading.target_minutes, seconds=reading.paused_s
        )
    reading.save(update_fields=["paused_at", "paused_s", "due_at"])
