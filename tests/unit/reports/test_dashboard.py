"""The dashboard's numbers against a slow and plain way of counting them, and its page."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.models import Rejection
from reports.dashboard import charts, figures
from reports.dashboard.board import board
from reports.dashboard.figures import OPEN, Scope
from reports.dashboard.kinds import modality_of
from reports.dashboard.percentiles import Durations
from reports.dashboard.period import MAX_DAYS, Period
from reports.dashboard.saving import inert
from reports.dashboard.words import duration_text
from reports.lifecycle import ReportStatus
from reports.models import CriticalResult, Priority, Quality, Reading
from tests.factories.figures import seed_readings
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user, member_of, reader
from tests.factories.reading import make_report, make_version

NOW = datetime(2026, 11, 25, 15, 40, tzinfo=UTC)
TODAY = NOW.date()


def reference(values, percent):
    """Return the percentile by its definition, one value after the other."""
    return min(
        v for v in values if sum(w <= v for w in values) >= ceil(len(values) * percent / 100)
    )


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=60))
def test_percentiles_are_exact(values):
    spread = Durations(values).spread()
    assert (spread.p50_s, spread.p90_s) == (reference(values, 50), reference(values, 90))


@given(st.integers(-(10**12), 10**12))
def test_a_clock_that_went_backwards_counts_as_nothing(seconds):
    durations = Durations()
    durations.add(seconds, 10)
    assert durations.spread().p50_s == min(max(seconds, 0), 2**32 - 1)


def test_no_value_has_no_spread():
    assert Durations().spread() is None


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=6))
def test_any_address_gives_a_bounded_period(first, last, days):
    query = QueryDict(mutable=True)
    query.update({"from": first, "to": last, "days": days})
    period = Period.read(query, TODAY)
    assert 1 <= len(period.days) <= MAX_DAYS and period.first <= period.last


def test_periods_as_people_ask_for_them():
    week = Period.read(QueryDict("days=7"), TODAY)
    assert (len(week.days), week.last, week.preset) == (7, TODAY, 7)
    backwards = Period.read(QueryDict("from=2026-11-20&to=2026-11-01"), TODAY)
    assert (backwards.first.day, backwards.last.day, backwards.preset) == (1, 20, None)
    assert len(Period.read(QueryDict("from=1999-01-01&to=2026-01-01"), TODAY).days) == MAX_DAYS


@pytest.mark.parametrize(
    ("modalities", "kind"),
    [
        ("\\CT\\PT\\", "PT"),
        ("\\DX\\SR\\", "DX"),
        ("\\SR\\", "SR"),
        ("", "OT"),
        ("\\CT\\SEG\\", "CT"),
    ],
)
def test_a_study_counts_under_one_modality(modalities, kind):
    assert modality_of(modalities) == kind


@given(st.floats(0, 1e9))
def test_scales_hold_what_they_are_for(largest):
    for ticks in (charts.scale(largest), charts.duration_scale(largest)):
        assert ticks[0] == 0 and ticks[-1] >= largest and 2 <= len(ticks) <= 8
        assert ticks == sorted(set(ticks))


@given(st.lists(st.lists(st.integers(0, 500), min_size=3, max_size=3), min_size=1, max_size=40))
def test_bars_lie_inside_the_drawing_and_on_each_other(columns):
    top = charts.scale(max(map(sum, columns)))[-1]
    for column, stack in zip(columns, charts.stacks(columns, top, 200), strict=True):
        assert stack.total == sum(column) and 0 <= stack.x and stack.x + stack.width <= 100.001
        base = 0.0
        for piece in stack.segments:
            assert piece.value == column[piece.series]
            assert piece.y + piece.height == pytest.approx(base)
            base = piece.y
        assert -200.001 <= base


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=30))
def test_lines_break_where_nothing_is_known(values):
    pieces = charts.line(values, 100)
    gaps = re.findall("1+", "".join("0" if value is None else "1" for value in values))
    assert [max(len(gap), 2) for gap in gaps] == [len(piece.split()) for piece in pieces]


@given(st.text(max_size=20))
@example("\n")
def test_no_text_in_a_table_is_a_formula(text):
    saved = inert(text)
    assert not saved.lstrip(" ")[:1] or saved.lstrip(" ")[0] not in "=+-@\t\r\n|%"
    assert saved.removeprefix("'") == text or saved == text


def test_durations_as_people_read_them():
    texts = {0: "0 min", 2520: "42 min", 11_100: "3 h 05 min", 187_200: "2 d 4 h"}
    assert {seconds: duration_text(seconds) for seconds in texts} == texts


@pytest.fixture
def places(db):
    return [make_facility("North"), make_facility("South")]


def scope_of(principal=None, query="days=30", facility=None):
    return Scope(principal or reader(), Period.read(QueryDict(query), TODAY), facility)


_MINUTES = st.integers(-40 * 1440, 2 * 1440)
_READING = st.fixed_dictionaries(
    {
        "facility": st.integers(0, 1),
        "modalities": st.sampled_from(["\\CT\\", "\\CT\\PT\\", "\\DX\\SR\\", ""]),
        "received": _MINUTES,
        "took": st.none() | st.integers(0, 60 * 24 * 9),
        "paused_s": st.integers(0, 7200),
        "quality": st.sampled_from(Quality.values),
        "priority": st.sampled_from(Priority.values),
        "status": st.sampled_from(ReportStatus.values),
        "due": st.none() | _MINUTES,
        "target": st.none() | st.sampled_from([60, 600]),
        "reader": st.none() | st.integers(0, 1),
    }
)


def build(one, places, readers):
    received = NOW + timedelta(minutes=one["received"])
    study = make_study(places[one["facility"]], modalities=one["modalities"])
    Reading.objects.filter(study=study).update(
        received_at=received,
        final_at=None if one["took"] is None else received + timedelta(minutes=one["took"]),
        paused_s=one["paused_s"],
        quality=one["quality"],
        priority=one["priority"],
        status=one["status"],
        due_at=None if one["due"] is None else NOW + timedelta(minutes=one["due"]),
        target_minutes=one["target"],
        assigned_to=None if one["reader"] is None else readers[one["reader"]],
    )


def slow_turnaround(rows, period, key_of):
    groups = {}
    for row in rows:
        if row.final_at and period.first <= timezone.localtime(row.final_at).date() <= period.last:
            took = int((row.final_at - row.received_at).total_seconds()) - row.paused_s
            groups.setdefault(key_of(row), []).append((max(took, 0), row.target_minutes))
    return {
        key: (
            len(values),
            reference([took for took, _target in values], 50),
            reference([took for took, _target in values], 90),
            sum(target is not None for _took, target in values),
            sum(target is not None and took <= target * 60 for took, target in values),
        )
        for key, values in groups.items()
    }


def facts(spreads):
    return {
        key: (one.count, one.p50_s, one.p90_s, one.targets, one.met) for key, one in spreads.items()
    }


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=st.lists(_READING, min_size=1, max_size=12))
def test_every_number_is_that_of_counting_by_hand(zone, places, made):
    readers = [make_user("RADIOLOGIST"), make_user("RADIOLOGIST")]
    Reading.objects.all().delete()
    with timezone.override(zone):
        for one in made:
            build(one, places, readers)
        scope = scope_of()
        period = scope.period
        rows = list(Reading.objects.select_related("study"))
        came = [
            row
            for row in rows
            if period.first <= timezone.localtime(row.received_at).date() <= period.last
        ]

        def by_day(row):
            return timezone.localtime(row.received_at).date()

        counted = figures.volume(scope)
        assert list(counted) == period.days
        by_hand = Counter((by_day(row), modality_of(row.study.modalities)) for row in came)
        assert by_hand == Counter(
            {(d, m): n for d, found in counted.items() for m, n in found.items()}
        )

        taken = figures.turnaround(scope)
        for spreads, key_of in (
            (taken.by_facility, lambda row: row.study.facility_id),
            (taken.by_modality, lambda row: modality_of(row.study.modalities)),
            (taken.by_reader, lambda row: row.assigned_to_id),
        ):
            assert facts(spreads) == slow_turnaround(rows, period, key_of)
        days = slow_turnaround(rows, period, lambda row: timezone.localtime(row.final_at).date())
        assert {key: one[:3] for key, one in facts(taken.by_day).items()} == {
            key: one[:3] for key, one in days.items()
        }

        waiting = [row for row in rows if row.status in OPEN and row.quality != Quality.REJECTED]
        backlog = figures.backlog(scope, NOW)
        assert backlog.counts == Counter((row.status, row.priority) for row in waiting)
        assert backlog.overdue == Counter(
            (row.study.facility_id, row.priority)
            for row in waiting
            if row.due_at and row.due_at < NOW
        )

        rejected = figures.rejects(scope)
        assert rejected.everything.whole == len(came)
        by_place = Counter(row.study.facility_id for row in came if row.quality == "rejected")
        assert {
            key: rate.part for key, rate in rejected.by_facility.items() if rate.part
        } == by_place


def test_discrepancies_and_critical_results(places):
    signer = make_user("RADIOLOGIST")
    for discrepancy in ("none", "none", "major", ""):
        report = make_report(make_study(places[0]))
        make_version(report, signer, kind="preliminary")
        make_version(report, signer, kind="final", discrepancy=discrepancy)
    period = f"from={timezone.localdate()}&to={timezone.localdate()}"
    scope = scope_of(query=period)
    assert figures.discrepancies(scope) == {places[0].pk: Counter(none=2, major=1)}
    assert figures.discrepancies(scope_of(query=period, facility=places[1].pk)) == {}
    for number, minutes in enumerate((10, 30, None)):
        found_at = timezone.now()
        CriticalResult.objects.create(
            study=report.study,
            finding="x",
            urgency="red",
            state="open" if minutes is None else "acknowledged",
            recipient_name="x",
            token_digest=str(number),
            found_at=found_at,
            reported_by=signer,
            acknowledged_at=None if minutes is None else found_at + timedelta(minutes=minutes),
        )
    red = figures.criticals(scope)["red"]
    assert (red.found, red.open, red.cancelled) == (3, 1, 0)
    assert (red.acknowledged.p50_s, red.acknowledged.p90_s) == (600, 1800)


def test_reasons_of_rejections_that_are_in_force(places):
    north, south = places[:2]
    study, other = make_study(north), make_study(south)
    for number, (where, reason, undone) in enumerate(
        [
            (study, "111210", None),
            (study, "111210", None),
            (study, "111209", None),
            (study, "111209", timezone.now()),
            (other, "", None),
        ]
    ):
        Rejection.objects.create(
            study=where,
            note_uid=f"1.2.{number}",
            title="113001" if reason else "113037",
            reason=reason,
            rejected_at=NOW - timedelta(hours=1),
            undone_at=undone,
        )
    table = board(scope_of(), NOW).rejects[-1]
    shown = [[cell.text for cell in row.cells[:2]] for row in table.rows]
    assert shown == [["Motion", "2"], ["Positioning", "1"], ["Patient safety", "1"]]
    own = board(scope_of(member_of(south)), NOW).rejects[-1]
    assert [row.cells[0].text for row in own.rows] == ["Patient safety"]


def test_a_facility_counts_alone_and_only_for_those_who_may(places):
    seed_readings(places, [make_user("RADIOLOGIST")], 60, 20, NOW)
    everything = board(scope_of(), NOW)
    one = board(scope_of(facility=places[1].pk), NOW)
    assert len(everything.turnaround[0].rows) == 2 and len(one.turnaround[0].rows) == 1
    bound = scope_of(member_of(places[1]))
    assert facts(figures.turnaround(bound).by_facility) == facts(
        figures.turnaround(scope_of(facility=places[1].pk)).by_facility
    )
    elsewhere = scope_of(member_of(places[1]), facility=places[0].pk)
    assert not figures.turnaround(elsewhere).by_facility
    assert not figures.discrepancies(elsewhere) and not figures.criticals(elsewhere)


def test_the_page_and_its_tables(places, client, django_assert_max_num_queries):
    make_user("FACILITY", places[0])
    places[0].name = "=cmd|' /C calc'!A0"
    places[0].save()
    seed_readings(places, [make_user("RADIOLOGIST")], 80, 20, timezone.now())
    client.force_login(make_user("RADIOLOGIST"))
    with django_assert_max_num_queries(20):
        page = client.get("/dashboard/?days=30")
    assert page.status_code == 200
    text = page.text
    assert text.count('role="img"') > 5 and "status=unread" in text and "<script>" not in text
    for table in ("volume", "turnaround", "backlog", "rejected", "discrepancies", "critical"):
        assert f"/dashboard/tables/{table}.csv?days=30" in text
        saved = client.get(f"/dashboard/tables/{table}.csv?days=30")
        assert saved["Content-Disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO(saved.content.decode("utf-8-sig"))))
        assert rows and not any(
            cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row
        )
    assert client.get("/dashboard/tables/nothing.csv").status_code == 404
    empty = client.get("/dashboard/?from=2020-01-01&to=2020-01-05")
    assert empty.status_code == 200 and "Nothing in this period." in empty.text


def test_the_dashboard_is_for_those_who_oversee(places, client):
    expected = {"ADMIN": 200, "RADIOLOGIST": 200, "FACILITY": 403, "TECHNICIAN": 403}
    for role, status in expected.items():
        client.force_login(make_user(role, places[0]))
        assert client.get("/dashboard/").status_code == status
