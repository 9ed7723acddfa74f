"""The communication of a critical result as a part of the report."""

from reports.models import CriticalResult


def document_communication(result: CriticalResult) -> None:
    """Prepare the text that the radiologist signs."""
