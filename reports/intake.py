"""A reading for every study, from the moment it comes in."""

from archive.models import Study
from archive.rows import insert_row
from reports.models import Reading


def open_reading(study: Study) -> None:
    """Insert the reading of a new study, in the transaction that inserts the study."""
    insert_row(Reading(study=study, received_at=study.received_at))
