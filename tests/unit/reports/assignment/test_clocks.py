from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actors import SYSTEM
from reports.assignment import clocks
from reports.assignment.services import set_priority
from reports.models import Priority, Reading, TurnaroundTarget
from tests.factories.listing import make_study
from tests.factories.people import make_facility


def target(minutes, priority=Priority.ROUTINE, facility=None, modality=""):
    TurnaroundTarget.objects.create(
        minutes=minutes, priority=priority, facility=facility, modality=modality
    )


@pytest.fixture
def reading(study):
    return Reading.objects.get(study=study)


def age(reading, **ago):
    """Have a reading come in earlier than it did."""
    reading.received_at -= timedelta(**ago)
    reading.due_at -= timedelta(**ago)
    reading.save()


def test_a_new_reading_is_due_as_built_in(reading):
    assert reading.target_minutes == 1440
    assert reading.due_at == reading.received_at + timedelta(days=1)


def test_the_most_specific_target_counts(facility, study):
    def minutes():
        return clocks.target_minutes(study, Priority.ROUTINE)

    assert minutes() == 1440
    target(500)
    assert minutes() == 500
    target(400, modality="CT")
    assert minutes() == 400
    target(300, facility=facility)
    assert minutes() == 300
    target(200, facility=facility, modality="CT")
    assert minutes() == 200
    target(1, facility=make_facility(), modality="CT")
    target(2, facility=facility, modality="MR")
    assert minutes() == 200
    assert clocks.target_minutes(study, Priority.STAT) == 60


def test_a_study_of_two_modalities_has_the_shorter_target(facility):
    study = make_study(facility, modalities="\\CT\\PT\\")
    target(90, modality="CT")
    target(70, modality="PT")
    assert clocks.target_minutes(study, Priority.ROUTINE) == 70


def test_opening_costs_one_query(facility, django_assert_num_queries):
    study = make_study(facility)
    with django_assert_num_queries(1):
        clocks.begin(Reading(study=study), study)


def test_what_becomes_urgent_has_its_target_from_now(study, reading):
    age(reading, hours=5)
    before = timezone.now()
    after = set_priority(study, priority=Priority.STAT, priority_reason="Stroke", actor=SYSTEM)
    assert before + timedelta(minutes=60) <= after.due_at <= timezone.now() + timedelta(minutes=60)


def test_it_is_never_due_later_than_before(study, reading):
    age(reading, hours=23, minutes=30)
    due = reading.due_at
    assert set_priority(study, priority=Priority.URGENT, actor=SYSTEM).due_at == due


def test_what_becomes_less_urgent_is_due_as_from_the_beginning(study, reading):
    set_priority(study, priority=Priority.URGENT, actor=SYSTEM)
    after = set_priority(study, priority=Priority.ROUTINE, actor=SYSTEM)
    assert after.due_at == after.received_at + timedelta(days=1)


def test_the_clock_stands_still_while_paused(study, reading):
    due = reading.due_at
    clocks.pause(reading)
    clocks.pause(reading)
    assert reading.due_at is None
    reading.paused_at -= timedelta(minutes=10)
    reading.save()
    clocks.resume(reading)
    reading.refresh_from_db()
    assert reading.paused_at is None
    assert abs(reading.paused_s - 600) <= 2
    assert reading.due_at == due + timedelta(seconds=reading.paused_s)
    clocks.resume(reading)


def test_a_change_of_priority_while_paused_shows_when_it_goes_on(study, reading):
    clocks.pause(reading)
    after = set_priority(study, priority=Priority.STAT, priority_reason="Stroke", actor=SYSTEM)
    assert after.due_at is None
    clocks.resume(after)
    left = after.due_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(minutes=61)
