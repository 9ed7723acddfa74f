"""What of a reading somebody may know: the list shows, finds and sorts by nothing else."""

from dataclasses import dataclass, replace

from archive.selectors import Principal
from reports.lifecycle import RELEASED as RELEASED_STATUSES
from reports.lifecycle import ReportStatus
from worklist.criteria import OPEN, RELEASED, SORT_DIRECTIONS, Criteria


@dataclass(frozen=True, slots=True)
class Sight:
    """The parts of a reading that are open to a user.

    Parameters
    ----------
    reports : bool
        Each state of a report. Whoever has not this sees only whether it has been released.
    assignment : bool
        Who is to read a study, and why.
    quality : bool
        What technicians said of the images.
    """

    reports: bool
    assignment: bool
    quality: bool

    @classmethod
    def of(cls, principal: Principal) -> "Sight":
        """Return what `principal` may know."""
        reports = principal.has_perm("reports.view_report")
        return cls(
            reports=reports,
            assignment=reports or principal.has_perm("reports.assign_reading"),
            quality=reports or principal.has_perm("reports.check_quality"),
        )

    def narrow(self, criteria: Criteria) -> Criteria:
        """Return `criteria` without questions whose answers would tell more than may be known."""
        changes: dict[str, object] = {}
        if not self.reports:
            changes["statuses"] = _halves(criteria.statuses)
            if criteria.sort == "status":
                changes |= {"sort": "date", "descending": SORT_DIRECTIONS["date"]}
        if not self.assignment:
            changes["assigned"] = ""
        if not self.quality:
            changes["quality"] = ()
        return replace(criteria, **changes) if changes else criteria  # type: ignore[arg-type]


def _halves(statuses: tuple[str, ...]) -> tuple[str, ...]:
    halves = {half_of(status) if status in ReportStatus.values else status for status in statuses}
    return tuple(half for half in (OPEN, RELEASED) if half in halves)


def half_of(status: str) -> str:
    """Return whether a report in this state is still `OPEN` or `RELEASED`."""
    return RELEASED if status in RELEASED_STATUSES else OPEN


def statuses_of(chosen: tuple[str, ...]) -> set[str]:
    """Return the states that a filter stands for, its halves spelt out."""
    return {
        str(status)
        for status in ReportStatus.values
        if status in chosen or half_of(status) in chosen
    }
