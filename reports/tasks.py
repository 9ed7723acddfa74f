"""Background tasks of the reading room, by its parts: the consumer looks for them here."""

from reports.structured import tasks as structured_tasks

__all__ = ["structured_tasks"]
