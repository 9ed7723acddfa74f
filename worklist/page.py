"""What the page of the list offers around its rows: choices of the filters, actions, keys."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality
from worklist.columns import Column, columns_of, possible_columns
from worklist.criteria import Criteria
from worklist.models import CustomUser, UserRole
from worklist.presentation import HALVES, person_text
from worklist.saved_views import ViewTab, view_tabs
from worklist.selectors import readers
from worklist.sight import Sight

# What is done with several studies at once: its key, words, the key on the keyboard, the right.
BULK_ACTIONS: Final = (
    ("assign", gettext_lazy("Assign"), "a", "reports.assign_reading"),
    ("priority", gettext_lazy("Set priority"), "s", "reports.set_priority"),
    ("accept", gettext_lazy("Accept"), "", "reports.check_quality"),
    ("print", gettext_lazy("Print reports"), "", "reports.print_report"),
)
_OPEN_LABEL: Final = gettext_lazy("To be read (any)")
_RELEASED_LABEL: Final = gettext_lazy("Released (any)")


def around_the_list(user: CustomUser, criteria: Criteria) -> dict[str, Any]:
    """Return what the templates need besides the rows themselves."""
    sight = Sight.of(user)
    tabs = view_tabs(user)
    actions = bulk_actions(user)
    return {
        "tabs": tabs,
        "current_query": criteria.first_page().query(),
        "sight": sight,
        "column_choices": _column_choices(user),
        "readers": reader_choices(user) if sight.assignment else [],
        "may_be_assigned": user.role == UserRole.RADIOLOGIST,
        "bulk_actions": actions,
        "keys": _keys(user, actions),
        "commands": commands(user, tabs, actions),
        "row_words": _row_words(user, actions),
        "writes_reports": user.has_perm("reports.write_report"),
        **_filter_choices(sight, criteria),
    }


def _filter_choices(sight: Sight, criteria: Criteria) -> dict[str, Any]:
    statuses = status_choices(sight)
    priorities = choices((one.name.lower(), one.label) for one in Priority)
    qualities = choices(Quality.choices)
    return {
        "status_choices": statuses,
        "priority_choices": priorities,
        "quality_choices": qualities,
        "chosen_statuses": _labels(statuses, criteria.statuses),
        "chosen_priorities": _labels(priorities, criteria.priorities),
        "chosen_qualities": _labels(qualities, criteria.quality),
    }


def _labels(offered: list[dict[str, str]], chosen: tuple[str, ...]) -> list[str]:
    return [one["label"] for one in offered if one["value"] in chosen]


def choices(pairs: Iterable[tuple[str, Any]]) -> list[dict[str, str]]:
    """Return pairs of value and words as templates read them."""
    return [{"value": value, "label": str(label)} for value, label in pairs]


def status_choices(sight: Sight) -> list[dict[str, str]]:
    """Return the states by which a list may be filtered; halves alone without sight of reports."""
    if not sight.reports:
        return choices(HALVES.items())
    halves = zip(HALVES, (_OPEN_LABEL, _RELEASED_LABEL), strict=True)
    return choices([*halves, *ReportStatus.choices])


def reader_choices(user: CustomUser) -> list[dict[str, Any]]:
    """Return who may be given a study, oneself first."""
    offered = [
        {"value": str(one.pk), "label": person_text(one), "is_me": one.pk == user.pk}
        for one in readers()
    ]
    return sorted(offered, key=lambda one: not one["is_me"])


def bulk_actions(user: CustomUser) -> list[dict[str, str]]:
    """Return what `user` may do with several studies at once."""
    return [
        {"key": key, "label": str(label), "letter": letter}
        for key, label, letter, right in BULK_ACTIONS
        if user.has_perm(right)
    ]


def _column_choices(user: CustomUser) -> list[dict[str, Any]]:
    shown = columns_of(user)
    hidden = [column for column in possible_columns(user) if column not in shown]
    pairs: list[tuple[Column, bool]] = [(one, True) for one in shown]
    pairs += [(one, False) for one in hidden]
    return [{"column": column, "is_shown": is_shown} for column, is_shown in pairs]


def _keys(user: CustomUser, actions: list[dict[str, str]]) -> list[dict[str, Any]]:
    pairs = [
        (("j", "k"), _("Next or previous row")),
        (("Enter",), _("Open in the viewer")),
        (("d",), _("Open the page of the study")),
        *([(("r",), _("Open the report"))] if user.has_perm("reports.view_final_report") else []),
        *(((one["letter"],), one["label"]) for one in actions if one["letter"]),
        (("x",), _("Select the row (Shift: all from the last one)")),
        (("/",), _("Search by name")),
        (("n", "p"), _("Next or previous page")),
        (("g",), _("then a letter: a view (each shows its own)")),
        (("Ctrl", "K"), _("Command palette")),
        (("?",), _("This help")),
        (("Esc",), _("Close, or select nothing")),
    ]
    return [{"parts": parts, "label": label} for parts, label in pairs]


def _row_words(user: CustomUser, actions: list[dict[str, str]]) -> dict[str, str]:
    words = {"viewer": _("Open in the viewer"), "study": _("Study and timeline")}
    if user.has_perm("reports.view_final_report"):
        words["report"] = _("Report")
    if user.has_perm("reports.check_quality"):
        words["quality"] = _("Quality and corrections")
    words["download"] = _("Download study (ZIP)")
    return words | {one["key"]: one["label"] for one in actions}


def commands(
    user: CustomUser, tabs: list[ViewTab], actions: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Return what the command palette offers before it asks the server for patients."""
    study = [
        ("row:viewer", _("Open in the viewer"), "reports"),
        ("row:report", _("Open the report"), "reports.view_final_report"),
        ("row:study", _("Open the page of the study"), "reports"),
    ]
    pages = [
        ("/worklist/upload/", _("Upload studies"), "archive.upload_study"),
        ("/dashboard/", _("Dashboard"), "reports.view_dashboard"),
        ("/critical/", _("Critical results"), "reports.report_critical"),
        ("/letterhead/", _("Letterhead"), "reports.manage_letterhead"),
        ("/admin/", _("Administration"), "worklist.manage_users"),
        ("/notifications/", _("Notifications"), ""),
        ("/accounts/password/change/", _("Change password"), ""),
    ]

    def allowed(right: str) -> bool:
        return "." not in right or user.has_perm(right)

    offered = [
        {"do": do, "label": label, "hint": _("study")}
        for do, label, right in study
        if allowed(right)
    ]
    offered += [
        {"do": f"bulk:{one['key']}", "label": one["label"], "hint": _("study")} for one in actions
    ]
    offered += [
        {"do": f"/worklist/?{tab.query}", "label": str(tab.label), "hint": _("view")}
        for tab in tabs
    ]
    return offered + [
        {"do": do, "label": label, "hint": _("page")}
        for do, label, right in pages
        if allowed(right)
    ]
