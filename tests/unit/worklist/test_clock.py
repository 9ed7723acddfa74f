from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reports.models import Reading
from worklist.clock import clock_of, duration_text, state_of

NOW = timezone.now()


def reading(**columns):
    return Reading(received_at=NOW - timedelta(hours=2), **columns)


@pytest.mark.parametrize(
    ("remaining", "state"),
    [(101, "calm"), (100, "soon"), (50, "soon"), (49, "hurry"), (0, "hurry"), (-1, "late")],
)
def test_the_state_follows_what_remains(remaining, state):
    assert state_of(remaining, 200) == state


@given(st.floats(0, 1e9))
def test_a_length_of_time_is_never_more_than_its_parts(seconds):
    assert duration_text(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 min"), (59, "0 min"), (3599, "59 min"), (3660, "1 h 01"), (90_000, "1 d 1 h")],
)
def test_lengths_of_time_in_their_two_largest_units(seconds, text):
    assert duration_text(seconds) == text


def test_a_running_clock_says_what_remains():
    clock = clock_of(reading(target_minutes=60, due_at=NOW + timedelta(minutes=14)), NOW)
    assert (clock.text, clock.state, clock.total_s) == ("14 min", "hurry", 3600)
    late = clock_of(reading(due_at=NOW - timedelta(minutes=95)), NOW)
    assert (late.text, late.state) == ("1 h 35 late", "late")


def test_a_rejected_study_stands_still_and_one_without_a_target_has_no_clock():
    assert clock_of(reading(paused_at=NOW), NOW).state == "paused"
    assert clock_of(reading(), NOW).text == ""


def test_a_final_report_shows_how_long_it_took_without_pauses():
    final = reading(status="final", final_at=NOW, paused_s=1800, target_minutes=60)
    clock = clock_of(final, NOW)
    assert (clock.text, clock.state) == ("1 h 30", "overran")
    final.target_minutes = 120
    assert clock_of(final, NOW).state == "done"
