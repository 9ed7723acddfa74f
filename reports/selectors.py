"""Ways from a user to what the reading room keeps of a study."""

from typing import Any

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from reports.lifecycle import RELEASED
from reports.models import Report, ReportVersion


def study_of(
    principal: Principal, study_instance_uid: str, facility_id: int | None = None
) -> Study | None:
    """Return the study of this UID that `principal` may see.

    Where two facilities hold the same UID, `facility_id` decides, else the one that came first.
    """
    studies = studies_visible_to(principal, by_facility=False).select_related("facility")
    studies = studies.filter(study_instance_uid=study_instance_uid)
    if facility_id is not None:
        studies = studies.filter(facility_id=facility_id)
    return studies.order_by("received_at", "pk").first()


def report_of(study: Study) -> Report | None:
    """Return the study's report; None when nobody has begun one."""
    return Report.objects.select_related("draft_author").filter(study=study).first()


def versions_visible_to(principal: Principal, report: Report | None) -> list[ReportVersion]:
    """Return the signed versions that `principal` may read, oldest first.

    Who may not see reports in every state sees those that were released, while the report is.
    """
    if report is None:
        return []
    versions = list(report.versions.all())
    if principal.has_perm("reports.view_report"):
        return versions
    if not principal.has_perm("reports.view_final_report") or report.status not in RELEASED:
        return []
    return [version for version in versions if version.status in RELEASED]


def name_of(user: Any) -> str:
    """Return how a user is called: the full name, else the user name."""
    return str(user.get_full_name() or user.get_username())


def person(user: Any) -> dict[str, Any] | None:
    """Return a user as the API names people."""
    return None if user is None else {"id": user.pk, "name": name_of(user)}
