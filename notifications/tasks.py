"""Background tasks of this room."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from notifications.digests import make_due_digests
from notifications.dispatch import dispatch_open_events
from notifications.sending import release_lost_claims, send_due
from notifications.services import delete_old_events, delete_old_notices


@db_periodic_task(crontab(hour="3", minute="17"))  # type: ignore[untyped-decorator]
def prune_outbox() -> None:
    """Delete old events and notices once a day."""
    delete_old_events()
    delete_old_notices()


@db_task()  # type: ignore[untyped-decorator]
def tell_soon() -> None:
    """After a commit: make the notices and send what is due."""
    dispatch_open_events()
    send_due()


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def tell() -> None:
    """Once a minute: what no task was woken for, what a crash left, digests, and repetitions."""
    dispatch_open_events()
    release_lost_claims()
    make_due_digests()
    send_due()
