from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actors import SYSTEM
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from reports.errors import LeaseHeldError, LeaseLostError
from reports.models import ReaderLease, Reading
from reports.writing.drafts import start_draft
from reports.writing.leases import (
    LEASE,
    Hold,
    extend_lease,
    lease_of_now,
    release_lease,
    take_lease,
)
from tests.factories.people import make_user


def take(study, user, holder="one", **options):
    lease = take_lease(study, user, holder, actor=SYSTEM, **options)
    return Hold(user, holder, lease.token)


def run_out(study):
    ReaderLease.objects.filter(study=study).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_taking_gives_a_higher_token_and_a_renewal_the_same(study, rita, omar):
    first = take(study, rita)
    assert take(study, rita).token == first.token
    second = take(study, omar, takeover=True)
    assert second.token > first.token
    assert take(study, rita, takeover=True).token > second.token


def test_two_windows_of_one_reader_are_told_apart(study, rita):
    take(study, rita, "left")
    with pytest.raises(LeaseHeldError) as caught:
        take(study, rita, "right")
    assert caught.value.members["reader"]["id"] == rita.pk


def test_a_lease_that_ran_out_is_its_holders_until_it_is_taken(study, rita, omar):
    hold = take(study, rita)
    run_out(study)
    assert lease_of_now(study) is None
    assert extend_lease(study, hold).expires_at > timezone.now()
    run_out(study)
    take(study, omar)
    with pytest.raises(LeaseLostError) as caught:
        extend_lease(study, hold)
    assert caught.value.members["reader"]["id"] == omar.pk


def test_a_lease_lasts_two_minutes(study, rita):
    before = timezone.now()
    lease = take_lease(study, rita, "one", actor=SYSTEM)
    assert before + LEASE <= lease.expires_at <= timezone.now() + LEASE


def test_giving_back_is_for_the_holder_alone(study, rita, omar):
    mine = take(study, rita)
    release_lease(study, Hold(omar, "one", mine.token))
    release_lease(study, Hold(rita, "one", mine.token - 1))
    assert lease_of_now(study).reader == rita
    release_lease(study, mine)
    assert lease_of_now(study) is None
    assert take(study, omar).token > mine.token


def test_a_takeover_is_told_and_recorded(study, rita, omar):
    take(study, rita)
    take(study, omar, takeover=True)
    event = OutboxEvent.objects.get(topic="draft.taken_over")
    assert (event.payload["from_id"], event.payload["by_id"]) == (rita.pk, omar.pk)
    row = AuditEvent.objects.filter(detail__event="report opened").latest("pk")
    assert row.detail["taken_from"] == rita.username


def test_from_window_to_window_of_ones_own_nobody_is_told(study, rita):
    take(study, rita)
    take_lease(study, rita, "another window", takeover=True, actor=SYSTEM)
    assert not OutboxEvent.objects.filter(topic="draft.taken_over").exists()


def test_whose_lid_is_closed_over_a_draft_is_told_too(study, rita, omar):
    hold = take(study, rita)
    start_draft(study, hold, kind="report", actor=SYSTEM)
    run_out(study)
    take(study, omar)
    assert OutboxEvent.objects.filter(topic="draft.taken_over").count() == 1


def test_after_a_lease_that_was_given_back_nobody_is_told(study, rita, omar):
    release_lease(study, take(study, rita))
    take(study, omar)
    assert not OutboxEvent.objects.filter(topic="draft.taken_over").exists()


def test_the_first_opening_by_a_radiologist_is_noted(study, rita, omar):
    take(study, make_user("ADMIN"))
    assert Reading.objects.get(study=study).opened_at is None
    take(study, rita, takeover=True)
    opened = Reading.objects.get(study=study).opened_at
    assert opened
    take(study, omar, takeover=True)
    assert Reading.objects.get(study=study).opened_at == opened
