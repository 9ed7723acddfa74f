"""What one dashboard shows, put together from figures."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from archive.models import Study
from archive.selectors import Principal, facility_filter
from reports.dashboard import charts, figures, tables
from reports.dashboard.figures import Scope, Turnaround
from reports.dashboard.tables import Table
from reports.dashboard.words import NOTHING, axis_text, count_text, duration_text, percent_text

MAX_SERIES = 7
CHART_HEIGHT = 200
_LABELS = 12
# So many steps have room in a column of a table.
_MARK_PARTS = 3


@dataclass(frozen=True, slots=True)
class Bars:
    """The chart of studies a day."""

    names: list[str]
    days: list[tuple[str, charts.Stack]]
    ticks: list[charts.Tick]
    labels: list[charts.Tick]
    table: Table
    summary: str
    height: int = CHART_HEIGHT


@dataclass(frozen=True, slots=True)
class Lines:
    """The chart of turnaround a day."""

    p50: list[str]
    p90: list[str]
    ticks: list[charts.Tick]
    labels: list[charts.Tick]
    table: Table
    summary: str
    height: int = CHART_HEIGHT


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the top."""

    label: str
    value: str
    note: str = ""
    href: str = ""
    tone: str = ""


@dataclass(slots=True)
class Board:
    """All of it."""

    tiles: list[Tile]
    bars: Bars
    lines: Lines
    turnaround: list[Table]
    backlog: Table
    overdue: Table
    rejects: list[Table]
    discrepancies: Table
    criticals: Table
    scale: list[charts.Tick] = field(default_factory=list)

    def saved(self) -> dict[str, list[Table]]:
        """Return the tables that can be saved, by the names of their files."""
        return {
            "volume": [self.bars.table],
            "turnaround": [*self.turnaround, self.lines.table],
            "backlog": [self.backlog, self.overdue],
            "rejected": self.rejects,
            "discrepancies": [self.discrepancies],
            "critical": [self.criticals],
        }


def facilities_of(principal: Principal) -> dict[int, str]:
    """Return the facilities whose figures `principal` may see, by key, in order of their names."""
    seen = facility_filter(principal)
    model: Any = Study._meta.get_field("facility").related_model
    if seen is None:
        return {}
    rows = model.objects.filter(**{key.replace("facility_id", "pk"): seen[key] for key in seen})
    return dict(rows.order_by("name").values_list("pk", "name"))


def board(scope: Scope, now: datetime) -> Board:
    """Return the dashboard of a scope at this moment."""
    places = facilities_of(scope.principal)
    volume, taken = figures.volume(scope), figures.turnaround(scope)
    backlog, rejects = figures.backlog(scope, now), figures.rejects(scope)

    def place(key: int) -> str:
        return places.get(key, NOTHING)

    spreads = _turnaround_tables(taken, places)
    return Board(
        tiles=_tiles(volume, taken, backlog, rejects, scope),
        bars=_bars(volume),
        lines=_lines(taken, scope.period.days),
        turnaround=spreads,
        backlog=tables.backlog_table(backlog, scope.facility_id),
        overdue=tables.overdue_table(backlog, place),
        rejects=[
            *tables.reject_tables(rejects, place),
            tables.reason_table(figures.reject_reasons(scope)),
        ],
        discrepancies=tables.discrepancy_table(figures.discrepancies(scope), place),
        criticals=tables.critical_table(figures.criticals(scope)),
        scale=_duration_ticks(_longest(taken)),
    )


def _tiles(
    volume: Mapping[date, Counter[str]],
    taken: Turnaround,
    backlog: figures.Backlog,
    rejects: figures.Rejects,
    scope: Scope,
) -> list[Tile]:
    spread, late = taken.everything, backlog.overdue.total()
    place, rate = scope.facility_id, rejects.everything
    address = tables.worklist_address
    rejected = address(quality="rejected", facility=place)
    return [
        Tile(_("Received"), count_text(rate.whole), _("studies in the period")),
        Tile(_("Reported"), count_text(spread.count if spread else 0), _("final in the period")),
        Tile(
            _("Turnaround"),
            duration_text(spread.p50_s) if spread else NOTHING,
            _("nine of ten within %s") % duration_text(spread.p90_s) if spread else "",
        ),
        Tile(
            _("To be read"),
            count_text(backlog.counts.total()),
            _("now"),
            address(status="open", facility=place),
        ),
        Tile(
            _("Overdue"),
            count_text(late),
            _("now"),
            address(due="late", facility=place) if late else "",
            "danger" if late else "ok",
        ),
        Tile(
            _("Rejected"),
            percent_text(rate.percent),
            _("%s studies") % count_text(rate.part),
            rejected if rate.part else "",
        ),
    ]


def _bars(volume: Mapping[date, Counter[str]]) -> Bars:
    totals: Counter[str] = sum(volume.values(), Counter())
    names = [name for name, _count in totals.most_common()]
    shown = names if len(names) <= MAX_SERIES else [*names[: MAX_SERIES - 1], _("Other")]
    columns = [_column(found, names, len(shown)) for found in volume.values()]
    ticks = charts.scale(max((sum(column) for column in columns), default=0))
    bars = charts.stacks(columns, ticks[-1], CHART_HEIGHT)
    days = [_day_text(day) for day in volume]
    return Bars(
        names=shown,
        days=list(zip(days, bars, strict=True)),
        ticks=[
            charts.Tick(one, -one / ticks[-1] * CHART_HEIGHT, count_text(int(one))) for one in ticks
        ],
        labels=_day_labels(list(volume)),
        table=tables.volume_table(volume, names),
        summary=_("%(count)s studies in %(days)d days, most in a day: %(most)s")
        % {
            "count": count_text(totals.total()),
            "days": len(volume),
            "most": count_text(max((bar.total for bar in bars), default=0)),
        },
    )


def _column(found: Counter[str], names: list[str], series: int) -> list[int]:
    """Return a day's counts by series; the last series holds what has no series of its own."""
    values = [found[name] for name in names]
    return values if len(values) <= series else [*values[: series - 1], sum(values[series - 1 :])]


def _heights(values: list[float], text_of: Callable[[float], str]) -> list[charts.Tick]:
    """Return the ticks of an upright axis; its base is 0 and up is negative."""
    top = values[-1]
    return [charts.Tick(value, -value / top * CHART_HEIGHT, text_of(value)) for value in values]


def _day_text(day: date) -> str:
    return date_format(day, "D j M")


def _day_labels(days: list[date]) -> list[charts.Tick]:
    distance = charts.every(len(days), _LABELS)
    return [
        charts.Tick(number, (number + 0.5) * 100 / len(days), date_format(day, "j M"))
        for number, day in enumerate(days)
        if number % distance == 0
    ]


def _longest(taken: Turnaround) -> float:
    groups = (taken.by_facility, taken.by_modality, taken.by_reader)
    return max((one.p90_s for group in groups for one in group.values()), default=0)


def _duration_ticks(largest_s: float) -> list[charts.Tick]:
    values = charts.duration_scale(largest_s, _MARK_PARTS)
    top = values[-1]
    return [charts.Tick(one, charts.share(one, top), axis_text(one)) for one in values]


def _lines(taken: Turnaround, days: list[date]) -> Lines:
    spreads = [taken.by_day.get(day) for day in days]
    values = charts.duration_scale(max((one.p90_s for one in spreads if one), default=0))
    top = values[-1]
    spread = taken.everything
    summary = _("no report became final in the period")
    if spread is not None:
        summary = _("half within %(half)s, nine of ten within %(most)s") % {
            "half": duration_text(spread.p50_s),
            "most": duration_text(spread.p90_s),
        }
    return Lines(
        p50=charts.line([one.p50_s if one else None for one in spreads], top),
        p90=charts.line([one.p90_s if one else None for one in spreads], top),
        ticks=_heights(values, axis_text),
        labels=_day_labels(days),
        table=tables.spread_table(
            _("By day"), _("Day"), taken.by_day, lambda day: day.isoformat(), lambda _day: "", top
        ),
        summary=summary,
    )


def _turnaround_tables(taken: Turnaround, places: Mapping[int, str]) -> list[Table]:
    top = charts.duration_scale(_longest(taken), _MARK_PARTS)[-1]
    readers = _reader_names(list(taken.by_reader))
    address = tables.worklist_address
    return [
        tables.spread_table(
            _("By facility"),
            _("Facility"),
            taken.by_facility,
            lambda key: places.get(key, NOTHING),
            lambda key: address(facility=key, status="released"),
            top,
        ),
        tables.spread_table(
            _("By modality"),
            _("Modality"),
            taken.by_modality,
            str,
            lambda key: address(modality=key, status="released"),
            top,
        ),
        tables.spread_table(
            _("By reader"),
            _("Reader"),
            taken.by_reader,
            lambda key: readers.get(key, _("Nobody assigned")),
            lambda key: address(assigned=key, status="released") if key else "",
            top,
        ),
    ]


def _reader_names(keys: list[int | None]) -> dict[int, str]:
    found = get_user_model().objects.in_bulk([key for key in keys if key is not None])
    return {key: user.get_full_name() or user.get_username() for key, user in found.items()}
