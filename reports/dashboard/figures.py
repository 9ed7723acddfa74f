"""The numbers of the dashboard. What is counted in rows is counted by the database.

Each function makes one query over an index, and holds no more than a few numbers a reading.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from archive.models import Rejection
from archive.selectors import Principal, facility_filter
from reports.dashboard.epoch import Epoch
from reports.dashboard.kinds import modality_of
from reports.dashboard.percentiles import Durations, Spread
from reports.dashboard.period import Period
from reports.lifecycle import ReportStatus
from reports.models import CriticalResult, Quality, Reading, ReportVersion, VersionKind

# What is still to be read.
OPEN = (ReportStatus.UNREAD, ReportStatus.DRAFT, ReportStatus.PRELIMINARY, ReportStatus.WITHDRAWN)
# Time zones differ from UTC by multiples of a quarter of an hour (all of them since 1972).
_QUARTER_S = 900
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures, of which facility (None: all that may be seen), of which days."""

    principal: Principal
    period: Period
    facility_id: int | None = None

    def limits(self, path: str) -> dict[str, Any] | None:
        """Return the filter by facility for rows whose study is at `path`; None for no rows."""
        seen = facility_filter(self.principal)
        if seen is None:
            return None
        limits = {f"{path}__{key}": value for key, value in seen.items()}
        if self.facility_id is not None:
            if limits and self.facility_id not in limits.values():
                return None
            limits[f"{path}__facility_id"] = self.facility_id
        return limits

    def readings(self) -> QuerySet[Reading]:
        """Return the readings that count, of all times."""
        limits = self.limits("study")
        return Reading.objects.none() if limits is None else Reading.objects.filter(**limits)


@dataclass(slots=True)
class Turnaround:
    """From received to final, less the time for which the clocks stood still, by what it was."""

    everything: Spread | None = None
    by_day: dict[date, Spread] = field(default_factory=dict)
    by_facility: dict[int, Spread] = field(default_factory=dict)
    by_modality: dict[str, Spread] = field(default_factory=dict)
    # By the key of the reader; None is nobody in particular.
    by_reader: dict[int | None, Spread] = field(default_factory=dict)


@dataclass(slots=True)
class Rate:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> float:
        """The part in per cent."""
        return 100 * self.part / self.whole if self.whole else 0.0


@dataclass(slots=True)
class Rejects:
    """Rejected studies among those received in the period."""

    everything: Rate = field(default_factory=Rate)
    by_facility: dict[int, Rate] = field(default_factory=lambda: defaultdict(Rate))
    by_modality: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))


@dataclass(slots=True)
class Backlog:
    """What is still to be read at this moment; rejected studies are nobody's to read."""

    # (status, priority) -> studies
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    # (facility, priority) -> studies whose report should have been final by now
    overdue: Counter[tuple[int, int]] = field(default_factory=Counter)


@dataclass(slots=True)
class Criticals:
    """Critical results of one urgency found in the period."""

    found: int = 0
    open: int = 0
    cancelled: int = 0
    acknowledged: Spread | None = None


def volume(scope: Scope) -> dict[date, Counter[str]]:
    """Return how many studies came in on each day, by modality."""
    period = scope.period
    days: dict[date, Counter[str]] = {day: Counter() for day in period.days}
    received = scope.readings().filter(received_at__gte=period.start, received_at__lt=period.end)
    rows = received.values_list(Epoch("received_at") / _QUARTER_S, "study__modalities")
    for (quarter, modalities), count in Counter(rows.iterator(_CHUNK)).items():
        days[_day_of(quarter)][modality_of(modalities)] += count
    return days


def _day_of(quarter: int) -> date:
    """Return the local day in which a quarter of an hour (its number since 1970) lies."""
    moment = datetime.fromtimestamp(quarter * _QUARTER_S, UTC)
    return timezone.localtime(moment).date()


def turnaround(scope: Scope) -> Turnaround:
    """Return how long reports took that became final in the period."""
    # Each reading goes into two heaps only; the others are made of these.
    by_kind: defaultdict[tuple[int, str, int | None], Durations] = defaultdict(Durations)
    by_quarter: defaultdict[int, Durations] = defaultdict(Durations)
    for final_s, took_s, target, facility, modalities, reader in _finals(scope):
        by_kind[facility, modalities, reader].add(took_s, target)
        by_quarter[final_s // _QUARTER_S].add(took_s)
    return Turnaround(
        _joined(by_kind, lambda kind: None).get(None),
        _joined(by_quarter, _day_of),
        _joined(by_kind, lambda kind: kind[0]),
        _joined(by_kind, lambda kind: modality_of(kind[1])),
        _joined(by_kind, lambda kind: kind[2]),
    )


def _finals(scope: Scope) -> Iterator[tuple[int, int, int | None, int, str, int | None]]:
    period = scope.period
    rows = scope.readings().filter(final_at__gte=period.start, final_at__lt=period.end)
    return rows.values_list(
        Epoch("final_at"),
        Epoch("final_at") - Epoch("received_at") - F("paused_s"),
        "target_minutes",
        "study__facility_id",
        "study__modalities",
        "assigned_to_id",
    ).iterator(_CHUNK)


def _joined(heaps: dict[Any, Durations], key_of: Callable[[Any], Any]) -> dict[Any, Spread]:
    """Return the spread of heaps put together by what `key_of` gives for their keys."""
    joined: defaultdict[Any, Durations] = defaultdict(Durations)
    for key in heaps:
        joined[key_of(key)].extend(heaps[key])
    spreads = {key: durations.spread() for key, durations in joined.items()}
    return {key: spread for key, spread in spreads.items() if spread is not None}


def backlog(scope: Scope, now: datetime) -> Backlog:
    """Return what is to be read now, by status and priority, and what is overdue."""
    waiting = scope.readings().filter(status__in=OPEN).exclude(quality=Quality.REJECTED)
    counts = waiting.order_by().values_list("status", "priority").annotate(count=Count("id"))
    late = waiting.filter(due_at__lt=now).order_by()
    overdue = late.values_list("study__facility_id", "priority").annotate(count=Count("id"))
    return Backlog(
        Counter({(status, priority): count for status, priority, count in counts}),
        Counter({(facility, priority): count for facility, priority, count in overdue}),
    )


def rejects(scope: Scope) -> Rejects:
    """Return how many of the studies received in the period were rejected."""
    period = scope.period
    received = scope.readings().filter(received_at__gte=period.start, received_at__lt=period.end)
    rows = received.order_by().values_list("study__facility_id", "study__modalities", "quality")
    found = Rejects()
    for facility, modalities, quality, count in rows.annotate(count=Count("id")):
        rejected = count if quality == Quality.REJECTED else 0
        modality = modality_of(modalities)
        for rate in (
            found.everything,
            found.by_facility[facility],
            found.by_modality[modality],
        ):
            rate.part += rejected
            rate.whole += count
    return found


def reject_reasons(scope: Scope) -> Counter[tuple[str, str]]:
    """Return how often something was rejected in the period for which title and reason.

    What was taken back does not count. Codes as in `reports.quality.reasons`.
    """
    limits = scope.limits("study")
    if limits is None:
        return Counter()
    period = scope.period
    rows = Rejection.objects.filter(
        **limits,
        undone_at__isnull=True,
        rejected_at__gte=period.start,
        rejected_at__lt=period.end,
    )
    grouped = rows.order_by().values_list("title", "reason").annotate(count=Count("id"))
    return Counter({(title, reason): count for title, reason, count in grouped})


def discrepancies(scope: Scope) -> dict[int, Counter[str]]:
    """Return how final reports differed from their preliminary ones, by facility.

    Only those count of which the reader said so: ``none``, ``minor`` or ``major``.
    """
    limits = scope.limits("report__study")
    if limits is None:
        return {}
    period = scope.period
    rows = ReportVersion.objects.filter(
        **limits,
        kind=VersionKind.FINAL,
        signed_at__gte=period.start,
        signed_at__lt=period.end,
    ).exclude(discrepancy="")
    grouped = rows.order_by().values_list("report__study__facility_id", "discrepancy")
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for facility, discrepancy, count in grouped.annotate(count=Count("id")):
        found[facility][discrepancy] += count
    return dict(found)


def criticals(scope: Scope) -> dict[str, Criticals]:
    """Return the critical results found in the period, and how soon they were acknowledged."""
    limits = scope.limits("study")
    if limits is None:
        return {}
    period = scope.period
    rows = CriticalResult.objects.filter(
        **limits, found_at__gte=period.start, found_at__lt=period.end
    )
    found: dict[str, Criticals] = {}
    durations: dict[str, Durations] = defaultdict(Durations)
    took = Epoch("acknowledged_at") - Epoch("found_at")
    for urgency, state, took_s in rows.values_list("urgency", "state", took).iterator(_CHUNK):
        one = found.setdefault(urgency, Criticals())
        one.found += 1
        one.open += state == CriticalResult.State.OPEN
        one.cancelled += state == CriticalResult.State.CANCELLED
        if took_s is not None:
            durations[urgency].add(took_s)
    for urgency, one in found.items():
        one.acknowledged = durations[urgency].spread()
    return found
