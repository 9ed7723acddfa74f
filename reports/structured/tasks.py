"""The task that archives what was signed."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from reports.structured.exports import work_off


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def archive_reports() -> None:
    """Every minute, put signed reports into their studies as PDF and SR."""
    work_off()
