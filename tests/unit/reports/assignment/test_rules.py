from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import Study
from audit.actors import SYSTEM
from reports.assignment.rules import assign_waiting
from reports.assignment.services import assign
from reports.models import Assignment, AssignmentRule, Priority, Quality, Reading
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from tests.factories.reading import make_report, make_version

Strategy = AssignmentRule.Strategy


@pytest.fixture
def settled(facility):
    """Make a study that came in a while ago."""

    def make(at=facility, **columns):
        study = make_study(at, **columns)
        Study.objects.filter(pk=study.pk).update(updated_at=timezone.now() - timedelta(minutes=2))
        return study

    return make


def add_rule(*readers, name="Chest", **columns):
    rule = AssignmentRule.objects.create(name=name, **columns)
    rule.readers.set(readers)
    return rule


def reader_of(study):
    return Reading.objects.get(study=study).assigned_to


def because(study):
    return Reading.objects.get(study=study).assigned_because


def test_a_study_that_still_comes_in_waits(study, rita):
    add_rule(rita)
    assert assign_waiting() == 0
    Study.objects.update(updated_at=timezone.now() - timedelta(seconds=61))
    assert assign_waiting() == 1
    assert assign_waiting() == 0
    row = Assignment.objects.get()
    assert (row.reader, row.assigned_by, row.rule.name) == (rita, None, "Chest")


def test_the_first_rule_that_fits_decides(facility, settled, rita, omar):
    add_rule(omar, name="Everything", position=20)
    add_rule(
        rita, name="CT chest", position=10, facility=facility, modality="CT", body_part="CHEST"
    )
    chest = settled(modalities="\\CT\\SR\\", body_parts="\\CHEST\\")
    head = settled(modalities="\\CT\\", body_parts="\\HEAD\\")
    elsewhere = settled(make_facility(), modalities="\\CT\\", body_parts="\\CHEST\\")
    assert assign_waiting() == 3
    assert [reader_of(one) for one in (chest, head, elsewhere)] == [rita, omar, omar]


def test_a_rule_may_be_for_one_priority(settled, rita):
    add_rule(rita, priority=Priority.STAT)
    routine = settled()
    assign_waiting()
    assert reader_of(routine) is None


def test_rejected_and_finished_studies_are_not_given(settled, rita):
    add_rule(rita)
    rejected, final = settled(), settled()
    Reading.objects.filter(study=rejected).update(quality=Quality.REJECTED)
    Reading.objects.filter(study=final).update(status="final")
    assert assign_waiting() == 0


def test_only_active_rules_and_active_radiologists_count(settled, rita, omar):
    omar.is_active = False
    omar.save()
    add_rule(rita, is_active=False)
    add_rule(omar, make_user("ADMIN"))
    settled()
    assert assign_waiting() == 0


def test_who_read_the_patient_reads_again(settled, rita, omar):
    add_rule(rita, omar, strategy=Strategy.SAME_READER)
    before, now = settled(), settled()
    Study.objects.filter(pk=now.pk).update(patient=before.patient)
    make_version(make_report(before), omar)
    assign_waiting()
    assert reader_of(now) == omar
    assert because(now).startswith("Rule “Chest”: you read this patient on ")


def test_a_new_patient_goes_to_the_least_busy(settled, rita, omar):
    add_rule(rita, omar, strategy=Strategy.SAME_READER)
    assign(settled(), rita, by=None, actor=SYSTEM)
    now = settled()
    assign_waiting()
    assert reader_of(now) == omar
    assert because(now) == "Rule “Chest”: you had the fewest unread studies (0)"


def test_in_turn(settled, rita, omar):
    add_rule(rita, omar, strategy=Strategy.IN_TURN)
    studies = [settled() for _ in range(4)]
    assert assign_waiting() == 4
    given = list(Assignment.objects.order_by("pk").values_list("reader", flat=True))
    assert given == [rita.pk, omar.pk] * 2
    assert because(studies[0]) == "Rule “Chest”: it was your turn"


def test_nobody_gets_more_than_the_limit_and_the_next_rule_has_its_turn(settled, rita, omar):
    add_rule(rita, workload_limit=1, position=1)
    studies = [settled() for _ in range(3)]
    assert assign_waiting() == 1
    add_rule(omar, name="Rest", position=2)
    assert assign_waiting() == 2
    assert sorted(reader_of(one).pk for one in studies) == sorted([rita.pk, omar.pk, omar.pk])
