"""Walking the chains of all signed versions, a report at a time."""

from dataclasses import dataclass, field

from reports.chain import broken_version
from reports.lifecycle import ReportStatus
from reports.models import Report, ReportVersion


@dataclass(slots=True)
class Verification:
    """What was found.

    Parameters
    ----------
    reports, versions : int
        How many were looked at.
    broken : list of (int, int)
        Key of the report and number of its first version that is not what was signed; 0 when
        its versions are gone.
    """

    reports: int = 0
    versions: int = 0
    broken: list[tuple[int, int]] = field(default_factory=list)


def verify_chains() -> Verification:
    """Check every chain, and that a report that was signed has one that ends as it says."""
    outcome = Verification()
    for report in Report.objects.defer("draft").order_by("pk").iterator(chunk_size=500):
        versions = list(ReportVersion.objects.filter(report=report).order_by("number"))
        if not versions and report.status in {ReportStatus.UNREAD, ReportStatus.DRAFT}:
            continue
        outcome.reports += 1
        outcome.versions += len(versions)
        number = _broken_number(report, versions)
        if number is not None:
            outcome.broken.append((report.pk, number))
    return outcome


def _broken_number(report: Report, versions: list[ReportVersion]) -> int | None:
    broken = broken_version(versions)
    if broken is not None:
        return broken.number
    if not versions:
        return 0
    last = versions[-1]
    # After a withdrawal the report is begun anew, and is a draft or unread until it is signed.
    is_begun = report.status in {ReportStatus.UNREAD, ReportStatus.DRAFT}
    is_last = report.status == last.status or (is_begun and last.status == ReportStatus.WITHDRAWN)
    return None if is_last else last.number
