"""Work of the archive that nobody waits for."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from archive.attachments.scanning import scan_due, scan_soon
from archive.reconcile import reconcile

__all__ = ["reconcile_changes", "reconcile_everything", "scan_due_attachments", "scan_soon"]


@db_periodic_task(crontab(minute="17"))  # type: ignore[untyped-decorator]
def reconcile_changes() -> None:
    """Once an hour, judge what was too new to be judged before."""
    reconcile()


@db_periodic_task(crontab(day_of_week="0", hour="3", minute="43"))  # type: ignore[untyped-decorator]
def reconcile_everything() -> None:
    """Once a week, look at every object and every row."""
    reconcile(full=True)


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def scan_due_attachments() -> None:
    """Once a minute, scan what could not be scanned when it came in."""
    scan_due()
