"""A reading for every study, from the moment it comes in; and reports that keep their study."""

from archive.errors import StudyKeptError
from archive.models import Study
from archive.rows import insert_row
from reports.assignment.clocks import begin
from reports.models import CriticalResult, Reading, Report, ReportVersion


def open_reading(study: Study) -> None:
    """Insert the reading of a new study, in the transaction that inserts the study."""
    reading = Reading(study=study, received_at=study.received_at)
    begin(reading, study)
    insert_row(reading)


def let_go(study: Study) -> None:
    """Take away what was never signed before `study` is deleted, in the same transaction.

    Raises
    ------
    StudyKeptError
        When a report on it was signed or a critical result was told: these stay for ever.
    """
    if ReportVersion.objects.filter(report__study=study).exists():
        raise StudyKeptError("a signed report belongs to this study; it cannot be deleted")
    if CriticalResult.objects.filter(study=study).exists():
        raise StudyKeptError("a critical result belongs to this study; it cannot be deleted")
    Report.objects.filter(study=study).delete()
