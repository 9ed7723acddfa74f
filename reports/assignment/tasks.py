"""Work of assignment that nobody waits for."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from reports.assignment.rules import assign_waiting


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def assign_by_rule() -> None:
    """Once a minute, give away what waits and has a rule; two at once do not meet."""
    assign_waiting()
