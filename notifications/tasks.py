"""Background tasks of this room."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from notifications.services import delete_old_events


@db_periodic_task(crontab(hour="3", minute="17"))  # type: ignore[untyped-decorator]
def prune_outbox() -> None:
    """Delete old events once a day."""
    delete_old_events()
