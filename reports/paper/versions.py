"""Versions of a report: which of them somebody may see, and what has become of one since."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from archive.models import Study
from archive.selectors import studies_visible_to
from reports.content import Node
from reports.lifecycle import RELEASED, ReportStatus
from reports.models import ReportVersion, VersionKind


class State(StrEnum):
    """Whether what a page says still holds."""

    CURRENT = "current"
    PRELIMINARY = "preliminary"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a version: `since` and `by` are of the version that changed it."""

    state: State
    since: datetime | None = None
    by: ReportVersion | None = None


def study_of(user: Any, study_instance_uid: str, facility: str = "") -> Study | None:
    """Return the study that `user` may see, the one that came first unless a facility is named."""
    studies = studies_visible_to(user).select_related("facility")
    studies = studies.filter(study_instance_uid=study_instance_uid)
    if facility.isascii() and facility.isdecimal() and len(facility) <= 18:
        studies = studies.filter(facility_id=int(facility))
    return studies.order_by("pk").first()


def may_read(user: Any) -> bool:
    """Say whether `user` may see reports at all."""
    permissions = ("reports.view_report", "reports.view_final_report")
    return any(user.has_perm(one) for one in permissions)


def versions_of(study: Study) -> QuerySet[ReportVersion]:
    """Return the signed versions of a study's report, oldest first."""
    return ReportVersion.objects.filter(report__study=study).order_by("number")


def visible_versions(user: Any, study: Study) -> list[ReportVersion]:
    """Return the versions that `user` may see, oldest first.

    Who sees every report sees them all. A facility sees what was released to it, and that it was
    withdrawn; of a preliminary report it sees nothing, not even its withdrawal.
    """
    versions = list(versions_of(study))
    if user.has_perm("reports.view_report"):
        return versions
    return released(versions) if user.has_perm("reports.view_final_report") else []


def released(versions: list[ReportVersion]) -> list[ReportVersion]:
    """Return those versions that left the reading room, and the withdrawals of such."""
    shown: list[ReportVersion] = []
    for version in versions:
        follows = bool(shown) and shown[-1].status in RELEASED
        if version.status in RELEASED or (version.kind == VersionKind.WITHDRAWAL and follows):
            shown.append(version)
    return shown


def current_of(versions: list[ReportVersion]) -> ReportVersion | None:
    """Return the version that holds now; None when there is none, or it was withdrawn."""
    if not versions or versions[-1].kind == VersionKind.WITHDRAWAL:
        return None
    return versions[-1]


def standing_of(version: ReportVersion) -> Standing:
    """Return what has become of `version`."""
    later = list(
        ReportVersion.objects.filter(report_id=version.report_id, number__gt=version.number)
        .defer("content")
        .order_by("number")
    )
    return standing_among(version, later)


def standing_among(version: ReportVersion, later: list[ReportVersion]) -> Standing:
    """Return what the versions after it have made of `version`.

    A preliminary version that comes later (after a withdrawal, unsigned work) does not replace a
    released one; a withdrawal takes back everything before it.
    """
    for one in later:
        if one.kind == VersionKind.WITHDRAWAL:
            return Standing(State.WITHDRAWN, one.signed_at, one)
    is_preliminary = version.status == ReportStatus.PRELIMINARY
    after = [one for one in later if is_preliminary or one.status in RELEASED]
    if after:
        return Standing(State.SUPERSEDED, after[-1].signed_at, after[-1])
    return Standing(State.PRELIMINARY if is_preliminary else State.CURRENT)


@dataclass(frozen=True, slots=True)
class Addendum:
    """A section that was added to a signed report, and with which version."""

    section: Node
    version: ReportVersion


def life_of(earlier: list[ReportVersion]) -> list[ReportVersion]:
    """Return those of the earlier versions that a withdrawal has not ended."""
    ends = [place for place, one in enumerate(earlier) if one.kind == VersionKind.WITHDRAWAL]
    return earlier[ends[-1] + 1 :] if ends else earlier


def main_version(version: ReportVersion, earlier: list[ReportVersion]) -> ReportVersion:
    """Return the version whose text this one adds to: who signed that signed the report.

    An addendum is signed beside it, by its own reader.
    """
    whole = [one for one in life_of(earlier) if one.kind != VersionKind.ADDENDUM]
    return whole[-1] if whole and version.kind == VersionKind.ADDENDUM else version


def addenda_of(version: ReportVersion, earlier: list[ReportVersion]) -> list[Addendum]:
    """Return the addenda that `version` holds, each with the version that brought it.

    `earlier` are the versions before it, oldest first.
    """
    life = life_of(earlier)
    return [
        Addendum(section, _brought_by(section["key"], version, life))
        for section in version.content["sections"]
        if section.get("kind") == "addendum"
    ]


def _brought_by(key: str, version: ReportVersion, life: list[ReportVersion]) -> ReportVersion:
    """Return the first of the unbroken row of versions up to this one that hold the addendum.

    A correction may take one away; the next is then another under the same key.
    """
    found = version
    for one in reversed(life):
        if not _holds(one, key):
            break
        found = one
    return found


def _holds(version: ReportVersion, key: str) -> bool:
    sections: list[dict[str, Any]] = version.content["sections"]
    return any(one["key"] == key and one.get("kind") == "addendum" for one in sections)
