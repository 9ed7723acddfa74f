"""Work of the audit log that nobody waits for."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from audit.sealing import seal_settled_events


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def seal() -> None:
    """Once a minute, seal what was written."""
    seal_settled_events()
