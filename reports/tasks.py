"""Background tasks of the reading room, by its parts: the worker looks here."""

from reports.structured.tasks import archive_reports

__all__ = ["archive_reports"]
