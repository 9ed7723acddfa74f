import os
import time

import pytest
from django.core.management import CommandError, call_command

from archive import reconcile as module
from archive import services, storage
from archive.models import Instance, QuarantinedObject, Study, Tombstone
from archive.reconcile import reconcile
from audit.actors import SYSTEM
from notifications.models import OutboxEvent
from tests.factories.dicom import ct_file
from tests.factories.storing import spool, store


@pytest.fixture
def old(monkeypatch):
    """Let every file be old enough to be judged."""
    monkeypatch.setattr(module, "MIN_AGE_S", -1.0)


def orphan():
    key = storage.new_key()
    spooled = spool(ct_file(instance=99))
    storage.link(spooled.path, key)
    spooled.discard()
    return key


def test_a_sound_archive_is_left_alone(facility, old):
    store(facility, ct_file())
    store(facility, ct_file(pixels=b"\1" * 32))
    report = reconcile()
    assert report.unclaimed == report.missing == []
    assert storage.path_of(Instance.objects.get().storage_key).exists()
    assert storage.path_of(QuarantinedObject.objects.get().storage_key).exists()


def test_an_object_without_a_row_is_moved_and_never_deleted(facility, folders, old):
    store(facility, ct_file())
    key = orphan()
    report = reconcile()
    assert report.unclaimed == [key]
    kept = list((folders / "quarantine" / "unclaimed").iterdir())
    assert [path.read_bytes() for path in kept] == [ct_file(instance=99)]
    assert OutboxEvent.objects.filter(topic="archive.reconciled").count() == 1
    assert reconcile(full=True).unclaimed == []


def test_a_young_object_may_still_get_its_row(facility):
    key = orphan()
    report = reconcile()
    assert (report.unclaimed, report.young) == ([], 1)
    assert storage.path_of(key).exists()


def test_an_object_whose_row_comes_meanwhile_is_moved_back(facility, folders, old, monkeypatch):
    key = orphan()
    answers = iter([[key], []])
    monkeypatch.setattr(module, "_without_row", lambda keys: next(answers))
    assert reconcile().unclaimed == []
    assert storage.path_of(key).exists()


def test_a_row_without_its_file_is_reported(facility):
    outcome = store(facility, ct_file())
    store(facility, ct_file(instance=2))
    instance = Instance.objects.get(pk=outcome.instance_id)
    storage.unlink(instance.storage_key)
    assert reconcile().missing == [instance.sop_instance_uid]
    assert Instance.objects.count() == 2


def test_a_file_of_another_length_is_reported(facility):
    store(facility, ct_file())
    path = storage.path_of(Instance.objects.get().storage_key)
    os.truncate(path, 100)
    assert reconcile().missing == [Instance.objects.get().sop_instance_uid]


def test_a_deletion_is_finished(facility, monkeypatch):
    store(facility, ct_file())
    key = Instance.objects.get().storage_key
    with monkeypatch.context() as patch:
        patch.setattr(services, "unlink_buried", lambda tombstones: 0)
        services.delete_study(Study.objects.get(), actor=SYSTEM, reason="")
    assert storage.path_of(key).exists()
    assert reconcile().tombstones_finished == 1
    assert not storage.path_of(key).exists()
    assert Tombstone.objects.get().unlinked_at is not None


def test_only_what_changed_is_looked_at_again(facility, monkeypatch):
    store(facility, ct_file())
    reconcile()
    instance = Instance.objects.get()
    Instance.objects.update(received_at=instance.received_at.replace(year=2001))
    storage.unlink(instance.storage_key)
    past = time.time() - 10 * module._MARGIN_S
    directory = storage.path_of(instance.storage_key).parent
    os.utime(directory, (past, past))
    assert reconcile().missing == []
    assert reconcile(full=True).missing == [instance.sop_instance_uid]


def test_two_at_once_do_not_disturb_each_other(facility):
    with module._alone() as is_alone:
        assert is_alone
        assert reconcile().is_skipped


def test_an_empty_archive_can_be_reconciled(db, folders):
    assert reconcile(full=True) == module.Report()


def test_the_command_names_what_is_missing(facility, capsys):
    store(facility, ct_file())
    call_command("reconcile_archive")
    assert "missing files:       0" in capsys.readouterr().out
    storage.unlink(Instance.objects.get().storage_key)
    with pytest.raises(CommandError, match="backup"):
        call_command("reconcile_archive", full=True)
    assert f"missing {Instance.objects.get().sop_instance_uid}" in capsys.readouterr().out
