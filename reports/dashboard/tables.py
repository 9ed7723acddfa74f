"""The dashboard's figures as tables: the page shows them, and they can be saved."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.dashboard import charts
from reports.dashboard.figures import OPEN, Backlog, Criticals, Rate, Rejects
from reports.dashboard.percentiles import Spread
from reports.dashboard.words import NOTHING, count_text, duration_text, percent_text
from reports.lifecycle import ReportStatus
from reports.models import CriticalResult, Priority
from reports.quality.reasons import REASONS, TITLES

DISCREPANCIES = ("none", "minor", "major")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, what is saved of it, and where it leads."""

    text: str
    value: str | int | float | None = None
    href: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn at the end of a row, in per cent of the column's width."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and the drawing beside them."""

    cells: list[Cell]
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A heading for every column and the rows; `drawn` is how their marks are drawn."""

    title: str
    columns: list[str]
    rows: list[Row]
    drawn: str = ""
    ticks: list[charts.Tick] = field(default_factory=list)


def worklist_address(**filters: Any) -> str:
    """Return the worklist filtered so; blank filters are left out."""
    given = {key: value for key, value in filters.items() if value not in ("", None)}
    return f"{reverse('worklist')}?{urlencode(given)}"


def _name(text: str, href: str = "") -> Cell:
    return Cell(text, text, href)


def _count(count: int, href: str = "") -> Cell:
    return Cell(count_text(count) if count else "0", count, href if count else "", is_number=True)


def _duration(seconds: int) -> Cell:
    return Cell(duration_text(seconds), seconds, is_number=True)


def volume_table(days: Mapping[date, Counter[str]], names: list[str]) -> Table:
    """Return the studies of each day by modality."""
    rows = [
        Row(
            [
                _name(day.isoformat()),
                *(_count(found[name]) for name in names),
                _count(found.total()),
            ]
        )
        for day, found in days.items()
    ]
    return Table(_("Studies received"), [_("Day"), *names, _("All")], rows)


def spread_table(
    title: str,
    heading: str,
    spreads: Mapping[Any, Spread],
    name_of: Callable[[Any], str],
    href_of: Callable[[Any], str],
    top_s: float,
) -> Table:
    """Return how long it took, the most frequent first; `top_s` is the end of the drawn scale."""
    ordered = sorted(spreads.items(), key=lambda item: (-item[1].count, name_of(item[0])))
    rows = [_spread_row(name_of(key), href_of(key), spread, top_s) for key, spread in ordered]
    columns = [heading, _("Reports"), _("p50"), _("p90"), _("In time")]
    return Table(title, columns, rows, "spread")


def _spread_row(name: str, href: str, spread: Spread, top_s: float) -> Row:
    in_time = percent_text(100 * spread.met / spread.targets) if spread.targets else NOTHING
    label = _("half within %(half)s, nine of ten within %(most)s") % {
        "half": duration_text(spread.p50_s),
        "most": duration_text(spread.p90_s),
    }
    value = round(100 * spread.met / spread.targets, 1) if spread.targets else None
    cells = [
        _name(name, href),
        _count(spread.count),
        _duration(spread.p50_s),
        _duration(spread.p90_s),
        Cell(in_time, value, is_number=True),
    ]
    mark = Mark(charts.share(spread.p50_s, top_s), charts.share(spread.p90_s, top_s), label)
    return Row(cells, mark)


def backlog_table(found: Backlog, facility: int | None) -> Table:
    """Return what is to be read now, each number leading to its list."""
    rows = []
    for status in OPEN:
        counts = [found.counts[status, priority] for priority in Priority.values]
        label = str(ReportStatus(status).label)
        address = worklist_address(status=status, facility=facility)
        cells = [
            _count(count, _filtered(status, priority, facility))
            for priority, count in zip(Priority, counts, strict=True)
        ]
        rows.append(Row([_name(label, address), *cells, _count(sum(counts), address)]))
    return Table(_("To be read now"), [_("Status"), *map(str, Priority.labels), _("All")], rows)


def _filtered(status: str, priority: Priority, facility: int | None) -> str:
    return worklist_address(status=status, priority=priority.name.lower(), facility=facility)


def overdue_table(found: Backlog, name_of: Callable[[Any], str]) -> Table:
    """Return what should have been final by now, by facility and priority."""
    rows = []
    for facility in sorted({key for key, _priority in found.overdue}, key=name_of):
        counts = [found.overdue[facility, priority] for priority in Priority.values]
        address = worklist_address(facility=facility, due="late")
        cells = [
            _count(
                count,
                worklist_address(facility=facility, due="late", priority=priority.name.lower()),
            )
            for priority, count in zip(Priority, counts, strict=True)
        ]
        rows.append(Row([_name(name_of(facility), address), *cells, _count(sum(counts), address)]))
    return Table(_("Overdue now"), [_("Facility"), *map(str, Priority.labels), _("All")], rows)


def rate_table(
    title: str,
    columns: list[str],
    rates: Mapping[Any, Rate],
    name_of: Callable[[Any], str],
    href_of: Callable[[Any], str],
) -> Table:
    """Return rates, the highest first, drawn on a scale that ends at the highest."""
    ordered = sorted(rates.items(), key=lambda item: (-item[1].percent, name_of(item[0])))
    top = charts.scale(max((rate.percent for rate in rates.values()), default=0))[-1]
    rows = []
    for key, rate in ordered:
        text = percent_text(rate.percent)
        cells = [
            _name(name_of(key)),
            _count(rate.part, href_of(key)),
            _count(rate.whole),
            Cell(text, round(rate.percent, 1), is_number=True),
        ]
        rows.append(Row(cells, Mark(0, charts.share(rate.percent, top), text)))
    return Table(title, columns, rows, "bar")


def reject_tables(found: Rejects, name_of: Callable[[Any], str]) -> list[Table]:
    """Return the rates of rejection by facility and by modality."""
    counted = [_("Rejected"), _("Received"), _("Rate")]
    return [
        rate_table(
            _("Rejected, by facility"),
            [_("Facility"), *counted],
            found.by_facility,
            name_of,
            lambda key: worklist_address(quality="rejected", facility=key),
        ),
        rate_table(
            _("Rejected, by modality"),
            [_("Modality"), *counted],
            found.by_modality,
            str,
            lambda key: worklist_address(quality="rejected", modality=key),
        ),
    ]


def reason_table(found: Mapping[tuple[str, str], int]) -> Table:
    """Return why something was rejected, the most frequent first, with its share of all."""
    whole = sum(found.values())
    rows = []
    for (title, reason), count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        percent = 100 * count / whole
        share = Cell(percent_text(percent), round(percent, 1), is_number=True)
        cells = [_name(_reason_name(title, reason)), _count(count), share]
        rows.append(Row(cells, Mark(0, percent, share.text)))
    columns = [_("Reason"), _("Rejections"), _("Share")]
    return Table(_("Rejected, by reason"), columns, rows, "bar")


def _reason_name(title: str, reason: str) -> str:
    known = REASONS.get(reason)
    if known is not None:
        return str(known.label)
    return str(TITLES.get(title, reason or title))


def discrepancy_table(found: Mapping[int, Counter[str]], name_of: Callable[[Any], str]) -> Table:
    """Return how final reports differed from their preliminary ones."""
    rows = []
    for facility in sorted(found, key=name_of):
        counts = [found[facility][level] for level in DISCREPANCIES]
        whole = sum(counts)
        percent = 100 * (whole - counts[0]) / whole if whole else 0.0
        rate = Cell(percent_text(percent), round(percent, 1), is_number=True)
        cells = [_name(name_of(facility)), *map(_count, counts), rate]
        rows.append(Row(cells, Mark(0, percent, rate.text)))
    columns = [_("Facility"), _("None"), _("Minor"), _("Major"), _("Differ")]
    return Table(_("Preliminary and final reports"), columns, rows, "bar")


def critical_table(found: Mapping[str, Criticals]) -> Table:
    """Return how soon critical results were acknowledged."""
    rows = []
    for urgency, label in CriticalResult.Urgency.choices:
        one = found.get(urgency)
        if one is None:
            continue
        spread = one.acknowledged
        times = (
            [_duration(spread.p50_s), _duration(spread.p90_s)]
            if spread
            else [Cell(NOTHING, None, is_number=True)] * 2
        )
        rows.append(Row([_name(str(label)), _count(one.found), _count(one.open), *times]))
    columns = [_("Urgency"), _("Found"), _("Not acknowledged"), _("p50"), _("p90")]
    return Table(_("Critical results: until acknowledged"), columns, rows)
