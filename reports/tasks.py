"""Background tasks of the reading room, by its parts: the consumer looks for them here."""

from reports.assignment import tasks as assignment_tasks
from reports.critical import tasks as critical_tasks
from reports.structured import tasks as structured_tasks

__all__ = ["assignment_tasks", "critical_tasks", "structured_tasks"]
