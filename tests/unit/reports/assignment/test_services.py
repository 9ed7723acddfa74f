import pytest

from archive.models import Study
from audit.actors import SYSTEM
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from reports.assignment.services import assign, claim_next, likely_next, set_priority
from reports.errors import NotAReaderError, ReasonMissingError
from reports.models import Assignment, Priority, Quality, Reading
from reports.writing.leases import take_lease
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user


def claim(user, **options):
    return claim_next(user, actor=SYSTEM, **options)


def test_giving_leaves_history_event_and_audit_row(study, rita, omar):
    assign(study, rita, by=omar, reason="chest week", actor=SYSTEM)
    assign(study, None, by=omar, actor=SYSTEM)
    history = Assignment.objects.order_by("pk").values_list("reader", "assigned_by", "reason")
    name = omar.username
    assert list(history) == [
        (rita.pk, omar.pk, "chest week"),
        (None, omar.pk, f"Given by {name}"),
    ]
    assert OutboxEvent.objects.filter(topic="reading.assigned").count() == 2
    assert AuditEvent.objects.filter(detail__event="study assigned").count() == 2
    reading = Reading.objects.get(study=study)
    assert (reading.assigned_to, reading.assigned_at, reading.assigned_because) == (None, None, "")
    assert reading.revision == 2


def test_giving_to_whom_it_is_given_changes_nothing(study, rita):
    assign(study, rita, by=None, because="rule", actor=SYSTEM)
    assign(study, rita, by=None, because="other", actor=SYSTEM)
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("role", ["ADMIN", "TECHNICIAN", "FACILITY"])
def test_studies_are_given_to_radiologists_alone(study, role):
    with pytest.raises(NotAReaderError):
        assign(study, make_user(role), by=None, actor=SYSTEM)


def test_an_inactive_account_is_given_nothing(study, rita):
    rita.is_active = False
    with pytest.raises(NotAReaderError):
        assign(study, rita, by=None, actor=SYSTEM)


def test_the_most_urgent_is_claimed_first(facility, rita, omar):
    routine, urgent, stat = (make_study(facility) for _ in range(3))
    set_priority(urgent, priority=Priority.URGENT, actor=SYSTEM)
    set_priority(stat, priority=Priority.STAT, priority_reason="Stroke", actor=SYSTEM)
    assert claim(rita) == stat
    assert claim(rita) == stat  # until it is opened
    assert claim(omar) == urgent
    take_lease(stat, rita, "window", actor=SYSTEM)
    assert claim(rita) == routine
    assert claim(make_user("RADIOLOGIST")) is None


def test_what_comes_next_is_told_and_not_given(facility, rita, omar):
    reading, following = make_study(facility), make_study(facility)
    uid = reading.study_instance_uid
    assert likely_next(rita) == reading
    assert likely_next(rita, after=uid) == following
    assert not Reading.objects.filter(assigned_to__isnull=False).exists()
    take_lease(following, omar, "window", actor=SYSTEM)
    assert likely_next(rita, after=uid) is None
    assert likely_next(make_user("ADMIN")) is None


def test_what_is_not_to_be_read_is_not_claimed(facility, rita, omar):
    rejected, held, final, given = (make_study(facility) for _ in range(4))
    Reading.objects.filter(study=rejected).update(quality=Quality.REJECTED)
    take_lease(held, omar, "window", actor=SYSTEM)
    Reading.objects.filter(study=final).update(status="final")
    assign(given, omar, by=None, actor=SYSTEM)
    assert claim(rita) is None


def test_a_claim_may_name_modality_and_facility(facility, rita):
    make_study(facility, modalities="\\MR\\")
    other = make_facility()
    wanted = make_study(other, modalities="\\CT\\PT\\")
    assert claim(rita, modality="US") is None
    assert claim(rita, facility_id=other.pk + 1000) is None
    assert claim(rita, modality="PT", facility_id=other.pk) == wanted


def test_an_administrator_claims_nothing(study):
    with pytest.raises(NotAReaderError):
        claim(make_user("ADMIN"))


def test_stat_keeps_its_reason_and_others_do_not(study):
    with pytest.raises(ReasonMissingError):
        set_priority(study, priority=Priority.STAT, priority_reason="  ", actor=SYSTEM)
    assert Reading.objects.get(study=study).priority == Priority.ROUTINE
    set_priority(study, priority=Priority.STAT, priority_reason="Stroke", actor=SYSTEM)
    with pytest.raises(ReasonMissingError):
        set_priority(study, priority_reason="", actor=SYSTEM)
    set_priority(study, indication="Weakness", actor=SYSTEM)
    reading = set_priority(study, priority=Priority.ROUTINE, actor=SYSTEM)
    assert (reading.priority_reason, reading.indication) == ("", "Weakness")
    assert OutboxEvent.objects.filter(topic="reading.stat").count() == 1


def test_no_change_is_no_event(study):
    set_priority(study, clinical_history="", actor=SYSTEM)
    assert not OutboxEvent.objects.filter(topic="reading.changed").exists()
    assert Study.objects.filter(pk=study.pk).exists()
