import pytest

from archive import services, storage
from archive.access import open_instance
from archive.models import Instance, Patient, QuarantinedObject, Series, Study, Tombstone
from archive.services import (
    ResolvedError,
    delete_instances,
    delete_study,
    discard_quarantined,
    release_quarantined,
)
from audit.actors import Actor
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from tests.factories.dicom import ct_file
from tests.factories.storing import store
from tests.unit.archive.test_ingest import ID, assert_consistent

SOMEBODY = Actor(user_id=7, user_name="ann", role="ADMIN")


@pytest.fixture
def study(facility):
    for series in (1, 2):
        for instance in (1, 2):
            store(facility, ct_file(series=series, instance=instance))
    return Study.objects.get()


def test_deleting_a_study_removes_rows_files_and_patient(study, folders):
    keys = list(Instance.objects.values_list("storage_key", flat=True))
    assert delete_study(study, actor=SOMEBODY, reason="asked for") == 4
    for model in (Instance, Series, Study, Patient):
        assert not model.objects.exists()
    assert not any(storage.path_of(key).exists() for key in keys)
    assert set(Tombstone.objects.values_list("storage_key", flat=True)) == set(keys)
    assert not Tombstone.objects.filter(unlinked_at__isnull=True).exists()


def test_a_deletion_is_recorded_and_announced(study):
    delete_study(study, actor=SOMEBODY, reason="asked for")
    row = AuditEvent.objects.get(event_code="110105")
    assert (row.user_name, row.study_instance_uid) == ("ann", study.study_instance_uid)
    assert row.detail == {"instances": 4, "reason": "asked for"}
    assert OutboxEvent.objects.filter(topic="study.deleted").count() == 1


def test_deleting_some_leaves_exact_totals(study, folders):
    doomed = Instance.objects.filter(series__series_instance_uid__endswith=".2")
    assert delete_instances(doomed, actor=SOMEBODY, reason="") == 2
    study.refresh_from_db()
    assert (study.series_count, study.instance_count) == (1, 2)
    assert_consistent(folders)


def test_a_patient_with_another_study_stays(study, facility):
    store(facility, ct_file(study=2))
    delete_study(study, actor=SOMEBODY, reason="")
    assert Patient.objects.count() == 1


def test_files_go_only_after_the_tombstones_are_committed(study, monkeypatch):
    seen = []

    def unlink(key):
        seen.append((Tombstone.objects.filter(storage_key=key).exists(), Study.objects.exists()))
        return True

    monkeypatch.setattr(storage, "unlink", unlink)
    delete_study(study, actor=SOMEBODY, reason="")
    assert seen == [(True, False)] * 4


def test_a_file_that_cannot_be_removed_stays_on_the_list(study, monkeypatch):
    def unlink(key):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "unlink", unlink)
        delete_study(study, actor=SOMEBODY, reason="")
    unfinished = Tombstone.objects.filter(unlinked_at__isnull=True)
    assert unfinished.count() == 4
    assert services.unlink_buried(unfinished) == 4


def test_a_file_that_a_row_points_at_is_never_removed(study):
    instance = Instance.objects.first()
    tombstone = Tombstone.objects.create(
        facility=study.facility,
        sop_instance_uid="1.2",
        study_instance_uid="1",
        storage_key=instance.storage_key,
        sha256=b"",
    )
    services.unlink_buried([tombstone])
    assert storage.path_of(instance.storage_key).exists()


def test_deleted_objects_may_come_again(study, facility, folders):
    delete_study(study, actor=SOMEBODY, reason="")
    assert store(facility, ct_file()).kind.value == "stored"
    assert_consistent(folders)


# --- Quarantine ---------------------------------------------------------------------------


@pytest.fixture
def conflict(facility):
    store(facility, ct_file(pixels=bytes(32)))
    store(facility, ct_file(pixels=b"\1" * 32))
    return QuarantinedObject.objects.get()


def test_discarding_removes_the_newcomer_for_good(conflict, facility, folders):
    discard_quarantined(conflict, actor=SOMEBODY)
    conflict.refresh_from_db()
    assert conflict.resolution == "discarded"
    assert not storage.path_of(conflict.storage_key).exists()
    with open_instance(Instance.objects.get()) as stream:
        assert stream.read() == ct_file(pixels=bytes(32))
    assert AuditEvent.objects.filter(user_name="ann", action="D").count() == 1


def test_releasing_puts_the_stored_one_aside_instead(conflict, folders):
    instance = release_quarantined(conflict, actor=SOMEBODY)
    with open_instance(instance) as stream:
        assert stream.read() == ct_file(pixels=b"\1" * 32)
    aside = QuarantinedObject.objects.get(resolved_at__isnull=True)
    assert aside.reason == "replaced"
    assert storage.path_of(aside.storage_key).read_bytes() == ct_file(pixels=bytes(32))
    assert_consistent(folders)


def test_a_release_can_be_taken_back(conflict, folders):
    release_quarantined(conflict, actor=SOMEBODY)
    aside = QuarantinedObject.objects.get(resolved_at__isnull=True)
    instance = release_quarantined(aside, actor=SOMEBODY)
    with open_instance(instance) as stream:
        assert stream.read() == ct_file(pixels=bytes(32))
    assert Instance.objects.count() == 1
    assert_consistent(folders)


def test_nothing_is_decided_twice(conflict):
    discard_quarantined(conflict, actor=SOMEBODY)
    for decide in (discard_quarantined, release_quarantined):
        with pytest.raises(ResolvedError):
            decide(conflict, actor=SOMEBODY)


def test_a_discarded_object_that_comes_again_is_opened_anew(conflict, facility, folders):
    discard_quarantined(conflict, actor=SOMEBODY)
    assert store(facility, ct_file(pixels=b"\1" * 32)).reason == "uid-conflict"
    conflict.refresh_from_db()
    assert conflict.resolved_at is None
    assert_consistent(folders)


def test_a_released_mismatch_is_stored_with_an_alert(facility, folders):
    store(facility, ct_file())
    store(facility, ct_file(instance=2, changes={ID: "ELSE"}))
    release_quarantined(QuarantinedObject.objects.get(), actor=SOMEBODY)
    study = Study.objects.get()
    assert (study.instance_count, study.alert) == (2, "patient-mismatch")
    assert_consistent(folders)


def test_a_released_truncated_object_is_stored(facility, folders):
    store(facility, ct_file(pixels=bytes(5000))[:-100])
    instance = release_quarantined(QuarantinedObject.objects.get(), actor=SOMEBODY)
    assert instance.study.instance_count == 1
    assert_consistent(folders)


def test_a_released_object_of_another_study_leaves_no_empty_one(facility, folders):
    store(facility, ct_file())
    store(facility, ct_file(study=2, changes={0x00080018: ct_uid()}))
    release_quarantined(QuarantinedObject.objects.get(), actor=SOMEBODY)
    assert Study.objects.get().study_instance_uid.endswith(".1.2")
    assert_consistent(folders)


def ct_uid():
    return Instance.objects.get().sop_instance_uid
