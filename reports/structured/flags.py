"""How far a report has come, in the words of DICOM.

References: PS3.3 C.17.2 (SR Document General Module); docs/develop/structured-reports.md.
"""

from dataclasses import dataclass

from reports.lifecycle import RELEASED
from reports.models import ReportVersion


@dataclass(frozen=True, slots=True)
class Flags:
    """Completion (0040,A491), Verification (0040,A493) and Preliminary Flag (0040,A496)."""

    completion: str
    verification: str
    preliminary: str


def flags_of(version: ReportVersion) -> Flags:
    """Return the flags of a signed version; drafts never leave, so nothing is ever PARTIAL."""
    if version.status in RELEASED:
        return Flags("COMPLETE", "VERIFIED", "FINAL")
    return Flags("COMPLETE", "UNVERIFIED", "PRELIMINARY")
