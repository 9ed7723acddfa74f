"""The clock of critical results."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from reports.critical.addendum import document_pending
from reports.critical.escalation import take_due_steps


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def remind_and_escalate() -> None:
    """Once a minute, take the steps that are due, and write what waits for its report."""
    take_due_steps()
    document_pending()
