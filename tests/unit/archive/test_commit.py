"""Groups: who shares a transaction, and what one bad object does to the others."""

import threading

import pytest
from django.db import IntegrityError, OperationalError

from archive import commit, storage
from archive.candidate import read_candidate
from archive.commit import GroupCommitter, _Ticket
from archive.fast_path import CollisionError
from archive.filing import Filing
from archive.ingest import ArchiveFullError, ArchiveUnavailableError, Door, Origin, OutcomeKind
from archive.models import Instance, Study
from tests.factories.dicom import ct_file
from tests.factories.storing import spool


def candidate(facility, **place):
    spooled = spool(ct_file(**place))
    with spooled.path.open("rb") as stream:
        return read_candidate(stream, spooled, Origin(Door.DIMSE, facility.pk, calling_ae="A"))


def lead(committer, candidates):
    """Bring a group in as its leader does; return the tickets."""
    tickets = [_Ticket(one) for one in candidates]
    committer._bring_in(tickets)
    return tickets


@pytest.fixture
def committer():
    return GroupCommitter()


def test_a_group_shares_one_transaction_and_one_sync_of_the_directory(
    facility, committer, monkeypatch
):
    commits, syncs = [], []
    transact = GroupCommitter._transact
    monkeypatch.setattr(
        GroupCommitter,
        "_transact",
        lambda self, tickets: commits.append(len(tickets)) or transact(self, tickets),
    )
    monkeypatch.setattr(storage, "fsync_directory", lambda path: syncs.append(path))
    group = [candidate(facility, instance=number) for number in range(1, 9)]
    storage.new_key()
    syncs.clear()
    tickets = lead(committer, group)
    assert commits == [8]
    assert len(syncs) == 1
    assert {ticket.outcome.kind for ticket in tickets} == {OutcomeKind.STORED}
    assert len({ticket.outcome.instance_id for ticket in tickets}) == 8
    assert Study.objects.get().instance_count == 8


def test_outcomes_go_to_whom_they_belong(facility, committer):
    group = [candidate(facility, study=study, instance=1) for study in (3, 1, 2)]
    tickets = lead(committer, group)
    for ticket, one in zip(tickets, group, strict=True):
        instance = Instance.objects.get(pk=ticket.outcome.instance_id)
        assert instance.sop_instance_uid == one.sop_instance_uid


def test_the_same_object_twice_in_a_group_is_stored_once(facility, committer, folders):
    lead(committer, [candidate(facility, instance=1)])
    twins = [candidate(facility, instance=2), candidate(facility, instance=2)]
    kinds = sorted(ticket.outcome.kind.value for ticket in lead(committer, twins))
    assert kinds == ["duplicate", "stored"]
    assert Instance.objects.count() == 2
    assert len([path for path in (folders / "objects").rglob("*") if path.is_file()]) == 2


def test_one_bad_object_does_not_take_the_others_with_it(facility, committer, monkeypatch):
    original = Filing.file

    def file(self, items):
        if any(one.sop_instance_uid.endswith(".3") for one, _ in items):
            raise IntegrityError("constraint")
        return original(self, items)

    monkeypatch.setattr(Filing, "file", file)
    group = [candidate(facility, instance=number) for number in range(1, 6)]
    tickets = lead(committer, group)
    failed = [ticket for ticket in tickets if ticket.error is not None]
    assert [one.candidate.sop_instance_uid[-2:] for one in failed] == [".3"]
    assert isinstance(failed[0].error, ArchiveUnavailableError)
    assert Study.objects.get().instance_count == 4


def test_a_file_that_cannot_be_linked_fails_alone(facility, committer, monkeypatch):
    original = storage.link
    group = [candidate(facility, instance=number) for number in (1, 2)]

    def link(source, key):
        if source == group[0].spooled.path:
            raise OSError(28, "No space left on device")
        original(source, key)

    monkeypatch.setattr(storage, "link", link)
    tickets = lead(committer, group)
    assert isinstance(tickets[0].error, ArchiveFullError)
    assert tickets[1].outcome.kind is OutcomeKind.STORED


def test_a_lost_race_is_looked_at_again(facility, committer, monkeypatch):
    calls = []
    original = Filing.file

    def file(self, items):
        calls.append(len(items))
        if len(calls) == 1:
            raise CollisionError
        return original(self, items)

    monkeypatch.setattr(Filing, "file", file)
    (ticket,) = lead(committer, [candidate(facility)])
    assert ticket.outcome.kind is OutcomeKind.STORED
    assert calls == [1, 1]


def test_a_race_that_is_never_won_ends(facility, committer, monkeypatch, folders):
    def file(self, items):
        raise CollisionError

    monkeypatch.setattr(Filing, "file", file)
    (ticket,) = lead(committer, [candidate(facility)])
    assert isinstance(ticket.error, ArchiveUnavailableError)
    assert not [path for path in (folders / "objects").rglob("*") if path.is_file()]


def test_a_locked_database_is_not_asked_again_for_each_object(facility, committer, monkeypatch):
    calls = []

    def file(self, items):
        calls.append(len(items))
        raise OperationalError("database is locked")

    monkeypatch.setattr(Filing, "file", file)
    group = [candidate(facility, instance=number) for number in range(1, 4)]
    tickets = lead(committer, group)
    assert calls == [3]
    assert all(isinstance(ticket.error, ArchiveUnavailableError) for ticket in tickets)


def test_a_dropped_connection_is_tried_again(facility, committer, monkeypatch):
    original = Filing.file
    calls = []

    def file(self, items):
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return original(self, items)

    monkeypatch.setattr(Filing, "file", file)
    monkeypatch.setattr(commit, "_is_worth_retrying", lambda error: True)
    (ticket,) = lead(committer, [candidate(facility)])
    assert ticket.outcome.kind is OutcomeKind.STORED


def test_who_waits_is_led_by_another_and_told(facility, monkeypatch):
    """Callers that come while a group is under way share the next one."""
    committer = GroupCommitter()
    groups, entered, go_on = [], threading.Event(), threading.Event()

    def bring_in(self, group):
        groups.append(len(group))
        entered.set()
        go_on.wait(10)
        for ticket in group:
            ticket.outcome = ticket.candidate.outcome(OutcomeKind.STORED)

    monkeypatch.setattr(GroupCommitter, "_bring_in", bring_in)
    candidates = [candidate(facility, instance=number) for number in range(1, 6)]
    outcomes = []
    threads = [
        threading.Thread(target=lambda one=one: outcomes.append(committer.submit(one)))
        for one in candidates
    ]
    threads[0].start()
    entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(committer._waiting) < 4:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert groups == [1, 4]
    assert len({outcome.sop_instance_uid for outcome in outcomes}) == 5


def test_a_leader_that_dies_leaves_nobody_waiting(facility, monkeypatch):
    committer = GroupCommitter()

    def bring_in(self, group):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GroupCommitter, "_bring_in", bring_in)
        with pytest.raises(KeyboardInterrupt):
            committer.submit(candidate(facility, instance=1))
    assert committer.submit(candidate(facility, instance=2)).kind is OutcomeKind.STORED


def test_errors_of_postgresql_that_pass_are_worth_another_try():
    class DeadlockError(Exception):
        sqlstate = "40P01"

    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockError()
    assert commit._is_worth_retrying(error)
    assert commit._is_worth_retrying(IntegrityError("duplicate key"))


def test_a_new_process_needs_no_memory_of_the_old_one(facility):
    lead(GroupCommitter(), [candidate(facility, instance=1)])
    lead(GroupCommitter(), [candidate(facility, instance=2)])
    study = Study.objects.get()
    assert (study.instance_count, study.series_count) == (2, 1)
