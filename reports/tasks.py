"""Background tasks of the reading room, by its parts: the consumer looks for them here."""

from reports.assignment import tasks as assignment_tasks

__all__ = ["assignment_tasks"]
