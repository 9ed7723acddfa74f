"""What the reading room keeps: readings, reports, templates, critical results, prints."""

from reports.models.critical import CriticalResult, CriticalStep
from reports.models.printing import Letterhead, ReportPrint
from reports.models.quality import Acceptance
from reports.models.reading import (
    Assignment,
    AssignmentRule,
    Priority,
    Quality,
    ReaderLease,
    Reading,
    TurnaroundTarget,
)
from reports.models.report import (
    DraftKind,
    DraftSave,
    ImmutableError,
    Report,
    ReportExport,
    ReportVersion,
    VersionKind,
)
from reports.models.template import Macro, ReportTemplate

__all__ = [
    "Acceptance",
    "Assignment",
    "AssignmentRule",
    "CriticalResult",
    "CriticalStep",
    "DraftKind",
    "DraftSave",
    "ImmutableError",
    "Letterhead",
    "Macro",
    "Priority",
    "Quality",
    "ReaderLease",
    "Reading",
    "Report",
    "ReportExport",
    "ReportPrint",
    "ReportTemplate",
    "ReportVersion",
    "TurnaroundTarget",
    "VersionKind",
]
