"""The dashboard's numbers on the database under test, against counting by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from django.http import QueryDict
from django.utils import timezone

from reports.dashboard import figures
from reports.dashboard.figures import Scope
from reports.dashboard.kinds import modality_of
from reports.dashboard.period import Period
from reports.models import Reading
from tests.factories.figures import seed_readings
from tests.factories.people import make_facility, make_user, reader

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 15, 40, 11, 731_000, tzinfo=UTC)


def _percentile(values: list[int], percent: int) -> int:
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_figures_of_a_month(zone: str) -> None:
    seed_readings([make_facility(), make_facility()], [make_user("RADIOLOGIST")], 300, 40, NOW)
    with timezone.override(zone):
        scope = Scope(reader(), Period.read(QueryDict("days=30"), NOW.date()))
        rows = list(Reading.objects.select_related("study"))
        period = scope.period
        came = [row for row in rows if period.start <= row.received_at < period.end]
        by_hand = Counter(
            (timezone.localtime(row.received_at).date(), modality_of(row.study.modalities))
            for row in came
        )
        volume = figures.volume(scope)
        assert by_hand == Counter(
            {(day, name): count for day, found in volume.items() for name, count in found.items()}
        )
        took = [
            int(row.final_at.timestamp()) - int(row.received_at.timestamp())
            for row in rows
            if row.final_at and period.start <= row.final_at < period.end
        ]
        spread = figures.turnaround(scope).everything
        assert spread is not None
        assert (spread.count, spread.p50_s, spread.p90_s) == (
            len(took),
            _percentile(took, 50),
            _percentile(took, 90),
        )
    rejected = sum(row.quality == "rejected" for row in came)
    assert (figures.rejects(scope).everything.part, len(came) > 100) == (rejected, True)
    late = [row for row in rows if row.status in figures.OPEN and row.due_at and row.due_at < NOW]
    late = [row for row in late if row.quality != "rejected"]
    assert figures.backlog(scope, NOW).overdue.total() == len(late)
    assert timedelta(days=29) < period.end - period.start < timedelta(days=31)
