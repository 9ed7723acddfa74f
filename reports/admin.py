"""The admin pages of the reading room, by its parts."""

from reports.catalogue.admin import MacroAdmin, ReportTemplateAdmin

__all__ = ["MacroAdmin", "ReportTemplateAdmin"]
