"""What the page of a study's report shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.models import Study
from reports.content import plain_text
from reports.models import ReportPrint, ReportVersion, VersionKind
from reports.paper.markup import body_html
from reports.paper.persons import age_text, date_text, sex_text, written_name
from reports.paper.sheet import Section, history_line
from reports.paper.tokens import print_number
from reports.paper.versions import Standing, State, addenda_of, main_version, standing_among


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A print of the page's history; `name` is blank for the copy that was archived."""

    number: str
    version: int
    printed_at: datetime
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """What has become of a version as an object of its study."""

    form: str
    is_done: bool
    note: str


def report_page(
    user: Any, study: Study, versions: list[ReportVersion], version: ReportVersion | None
) -> dict[str, Any]:
    """Return the context of the page: `versions` are those `user` may see, one is shown."""
    last = versions[-1] if versions else None
    context: dict[str, Any] = {
        "study": study,
        "name": written_name(study.patient_name),
        "born": date_text(study.patient_birth_date),
        "age": age_text(study),
        "sex": sex_text(study),
        "taken": date_text(study.study_date),
        "version": version,
        "withdrawal": last if last and last.kind == VersionKind.WITHDRAWAL else None,
        "history": [
            (one, history_line(one), one == version, one.kind == VersionKind.WITHDRAWAL)
            for one in reversed(versions)
        ],
        "may_print": user.has_perm("reports.print_report"),
        "may_write": user.has_perm("reports.write_report"),
        "prints": print_history(versions),
    }
    if version and user.has_perm("reports.view_report"):
        context["archived"] = archive_lines(version)
    return context | (_shown(version, versions) if version else {})


def _shown(version: ReportVersion, versions: list[ReportVersion]) -> dict[str, Any]:
    earlier = [one for one in versions if one.number < version.number]
    later = [one for one in versions if one.number > version.number]
    sections = version.content["sections"]
    return {
        "line": history_line(main_version(version, earlier)),
        "is_preliminary": version.kind == VersionKind.PRELIMINARY,
        "standing": standing_among(version, later),
        "sections": [
            Section(one["title"], body_html(one["body"]))
            for one in sections
            if one.get("kind") != "addendum" and plain_text(one["body"])
        ],
        "addenda": [
            (one.section["title"], body_html(one.section["body"]), history_line(one.version))
            for one in addenda_of(version, earlier)
        ],
    }


def print_history(versions: list[ReportVersion]) -> list[PrintLine]:
    """Return the prints of these versions, the newest first."""
    states = {
        one.pk: standing_among(one, versions[place + 1 :]) for place, one in enumerate(versions)
    }
    prints = ReportPrint.objects.filter(version__in=states).select_related("printed_by", "version")
    return [_print_line(one, states[one.version_id]) for one in prints.order_by("-pk")[:100]]


def _print_line(one: ReportPrint, standing: Standing) -> PrintLine:
    person = one.printed_by
    return PrintLine(
        print_number(one.token),
        one.version.number,
        one.printed_at,
        (person.get_full_name() or person.get_username()) if person else "",
        standing.state in {State.CURRENT, State.PRELIMINARY},
    )


def archive_lines(version: ReportVersion) -> list[ArchiveLine]:
    """Return how far a version has come on its way into the study, for those who look after it."""
    rows = version.exports.order_by("form")
    return [ArchiveLine(row.get_form_display(), row.done_at is not None, row.error) for row in rows]
