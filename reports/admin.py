"""The reading room in the admin area, by its parts: Django looks for it here."""

from reports.assignment import admin as assignment_admin

__all__ = ["assignment_admin"]
