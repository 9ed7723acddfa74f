import errno
import os

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from archive import commit, filing, storage
from archive.access import open_instance
from archive.ingest import ArchiveFullError, ArchiveUnavailableError, Door, OutcomeKind
from archive.models import Instance, Patient, QuarantinedObject, Series, Study
from audit.models import AuditEvent
from notifications.models import OutboxEvent
from tests.factories.dicom import MR_IMAGE, ROOT, ct_file, sequence
from tests.factories.storing import store

NAME, ID, ISSUER = 0x00100010, 0x00100020, 0x00100021
SOP_CLASS, SOP_INSTANCE, STUDY_UID, SERIES_UID = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E


def objects(folders):
    return [path for path in (folders / "objects").rglob("*") if path.is_file()]


def spooled(folders):
    files = (folders / "spool").rglob("*") if (folders / "spool").is_dir() else ()
    return [path for path in files if path.is_file() and path.suffix != ".lock"]


def assert_consistent(folders):
    """Every file has its row, every row its file, whole; totals are what lies beneath."""
    rows = list(Instance.objects.all())
    kept = set(QuarantinedObject.objects.values_list("storage_key", flat=True))
    names = {str(path.relative_to(folders / "objects")) for path in objects(folders)}
    assert names == {row.storage_key for row in rows} | kept
    for row in rows:
        with open_instance(row) as stream:
            assert len(stream.read()) == row.size_bytes
    for study in Study.objects.all():
        assert study.instance_count == study.instances.count() > 0
        assert study.series_count == study.series.count()
        assert study.size_bytes == sum(study.instances.values_list("size_bytes", flat=True))
        for series in study.series.all():
            assert series.instance_count == series.instances.count() > 0
    assert spooled(folders) == []


def test_the_object_is_kept_byte_for_byte(facility, folders):
    data = ct_file(pixels=os.urandom(32))
    outcome = store(facility, data)
    assert outcome.kind is OutcomeKind.STORED
    assert outcome.is_success
    instance = Instance.objects.get(pk=outcome.instance_id)
    with open_instance(instance) as stream:
        assert stream.read() == data
    assert_consistent(folders)


def test_the_outcome_names_the_object(facility):
    outcome = store(facility, ct_file(patient=2, study=3, series=4, instance=5))
    assert outcome.sop_instance_uid == f"{ROOT}.2.3.4.5"
    assert outcome.series_instance_uid == f"{ROOT}.2.3.4"
    assert outcome.study_instance_uid == f"{ROOT}.2.3"
    assert (outcome.reason, outcome.message) == ("", "")


def test_columns_hold_what_the_header_says(facility):
    request = {0x00401001: "RP1", 0x00400009: "SPS1"}
    store(facility, ct_file(changes={0x00280008: "2", 0x00400275: [request], ISSUER: "HOSP"}))
    study = Study.objects.get()
    assert study.patient_name == "Patient1^Paula"
    assert study.patient_name_key == "patient1^paula"
    assert (study.dicom_patient_id, study.issuer_of_patient_id) == ("P00001", "HOSP")
    assert (study.modalities, study.body_parts) == ("\\CT\\", "\\CHEST\\")
    series = Series.objects.get()
    assert series.request_attributes == [
        {"RequestedProcedureID": "RP1", "ScheduledProcedureStepID": "SPS1"}
    ]
    assert (series.series_number, series.sending_ae_title) == (1, "MODALITY")
    instance = Instance.objects.get()
    assert (instance.rows, instance.columns, instance.bits_allocated) == (4, 4, 16)
    assert (instance.number_of_frames, instance.has_pixels) == (2, True)
    assert instance.transfer_syntax_uid == "1.2.840.10008.1.2.1"


def test_many_instances_are_counted_exactly(facility, folders):
    for series in (1, 2):
        for instance in range(1, 6):
            store(facility, ct_file(series=series, instance=instance))
    study = Study.objects.get()
    assert (study.series_count, study.instance_count) == (2, 10)
    assert_consistent(folders)


def test_other_modalities_and_classes_are_added(facility, folders):
    store(facility, ct_file())
    store(facility, ct_file(series=2, changes={0x00080060: "MR", SOP_CLASS: MR_IMAGE}))
    store(facility, ct_file(series=2, instance=2, changes={0x00080060: "MR", SOP_CLASS: MR_IMAGE}))
    study = Study.objects.get()
    assert study.modalities == "\\CT\\MR\\"
    assert MR_IMAGE in study.sop_classes
    assert_consistent(folders)


def test_a_later_series_fills_what_the_first_left_blank(facility):
    store(facility, ct_file(changes={0x00081030: None, 0x00080050: None}))
    store(facility, ct_file(series=2))
    study = Study.objects.get()
    assert (study.description, study.accession_number) == ("Chest study 1", "A000001")
    assert study.description_key == "chest study 1"


def test_an_identical_duplicate_is_a_success_without_a_write(facility, folders):
    first = store(facility, ct_file())
    before = (AuditEvent.objects.count(), OutboxEvent.objects.count(), Study.objects.get().revision)
    second = store(facility, ct_file())
    assert second.kind is OutcomeKind.DUPLICATE
    assert second.is_success
    assert second.instance_id == first.instance_id
    after = (AuditEvent.objects.count(), OutboxEvent.objects.count(), Study.objects.get().revision)
    assert after == before
    assert_consistent(folders)


def test_other_content_under_the_same_uid_is_kept_aside(facility, folders):
    original = ct_file(pixels=bytes(32))
    store(facility, original)
    outcome = store(facility, ct_file(pixels=bytes(31) + b"\1"))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.QUARANTINED, "uid-conflict")
    assert not outcome.is_success
    with open_instance(Instance.objects.get()) as stream:
        assert stream.read() == original
    kept = QuarantinedObject.objects.get()
    assert storage.path_of(kept.storage_key).read_bytes() == ct_file(pixels=bytes(31) + b"\1")
    assert OutboxEvent.objects.filter(topic="object.quarantined").count() == 1
    assert AuditEvent.objects.filter(outcome=4).count() == 1
    assert_consistent(folders)


def test_a_quarantined_object_sent_again_is_kept_once(facility, folders):
    store(facility, ct_file())
    for _ in range(2):
        assert store(facility, ct_file(pixels=bytes(31) + b"\1")).reason == "uid-conflict"
    assert QuarantinedObject.objects.count() == 1
    assert_consistent(folders)


def test_the_same_uid_in_another_study_is_a_conflict_and_leaves_no_empty_study(facility, folders):
    store(facility, ct_file())
    outcome = store(facility, ct_file(study=2, changes={SOP_INSTANCE: f"{ROOT}.1.1.1.1"}))
    assert outcome.reason == "uid-conflict"
    assert Study.objects.count() == 1
    assert_consistent(folders)


def test_another_facility_is_independent_and_hears_nothing(facility, other_facility, folders):
    store(facility, ct_file(pixels=bytes(32)))
    outcome = store(other_facility, ct_file(pixels=bytes(31) + b"\1", changes={NAME: "Else^Who"}))
    assert outcome.kind is OutcomeKind.STORED
    assert (outcome.reason, outcome.message) == ("", "")
    assert Study.objects.count() == Patient.objects.count() == 2
    assert set(Study.objects.values_list("alert", flat=True)) == {""}
    assert_consistent(folders)


def test_a_study_never_mixes_patients(facility, folders):
    store(facility, ct_file())
    outcome = store(facility, ct_file(instance=2, changes={ID: "SOMEBODY-ELSE"}))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.QUARANTINED, "patient-mismatch")
    assert Study.objects.get().instance_count == 1
    assert Patient.objects.count() == 1
    assert_consistent(folders)


def test_a_missing_issuer_is_no_mismatch(facility, folders):
    store(facility, ct_file(changes={ISSUER: "HOSP"}))
    assert store(facility, ct_file(instance=2)).kind is OutcomeKind.STORED
    assert Patient.objects.count() == 1
    assert_consistent(folders)


def test_the_same_patient_id_with_another_name_is_stored_with_an_alert(facility):
    store(facility, ct_file(study=1))
    store(facility, ct_file(study=2, changes={NAME: "Other^Olga"}))
    assert list(Study.objects.order_by("pk").values_list("alert", flat=True)) == ["", "other-name"]
    assert Patient.objects.count() == 1


def test_another_name_within_a_study_is_an_alert_too(facility):
    store(facility, ct_file())
    store(facility, ct_file(instance=2, changes={NAME: "Other^Olga"}))
    assert Study.objects.get().alert == "other-name"


def test_a_series_uid_in_a_second_study_is_stored_with_an_alert(facility):
    store(facility, ct_file())
    store(facility, ct_file(study=2, changes={SERIES_UID: f"{ROOT}.1.1.1"}))
    assert list(Study.objects.order_by("pk").values_list("alert", flat=True)) == [
        "",
        "series-in-other-study",
    ]


def test_the_same_id_of_two_issuers_is_two_patients(facility):
    store(facility, ct_file(study=1, changes={ISSUER: "HOSP_A"}))
    store(facility, ct_file(study=2, changes={ISSUER: "HOSP_B"}))
    assert Patient.objects.count() == 2


def test_nobody_without_an_id_is_merged(facility):
    for study in (1, 2):
        store(facility, ct_file(study=study, changes={ID: None, NAME: None}))
    assert Patient.objects.count() == 2
    assert set(Patient.objects.values_list("patient_id", "name")) == {("", "")}


def test_a_truncated_object_is_kept_aside(facility, folders):
    outcome = store(facility, ct_file(pixels=bytes(5000))[:-1000])
    assert (outcome.kind, outcome.reason) == (OutcomeKind.QUARANTINED, "truncated")
    assert Study.objects.count() == 0
    assert_consistent(folders)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({STUDY_UID: None}, "missing-study-instance-uid"),
        ({SERIES_UID: ""}, "missing-series-instance-uid"),
        ({SOP_INSTANCE: "../../etc/passwd"}, "invalid-sop-instance-uid"),
        ({SOP_INSTANCE: "1." + "2" * 63}, "invalid-sop-instance-uid"),
        ({SOP_INSTANCE: b"1.2\0.3"}, "invalid-sop-instance-uid"),
        ({STUDY_UID: "1.2'; DROP TABLE archive_study"}, "invalid-study-instance-uid"),
    ],
)
def test_an_object_that_does_not_say_what_it_is_is_refused(changes, reason, facility, folders):
    outcome = store(facility, ct_file(changes=changes))
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.reason == reason
    assert outcome.message
    stated = f"{ROOT}.1.1.1.1" if SOP_INSTANCE not in changes else ""
    assert outcome.sop_instance_uid == stated  # tells the sender which one it was
    assert objects(folders) == spooled(folders) == []


def test_file_meta_of_another_object_is_refused_from_a_modality_only(facility):
    data = ct_file(changes={SOP_INSTANCE: f"{ROOT}.7.7.7.7"})
    other = ct_file(changes={SOP_INSTANCE: f"{ROOT}.7.7.7.8"})
    start = data.index(b"\x08\x00\x05\x00")
    mixed = other[: other.index(b"\x08\x00\x05\x00")] + data[start:]
    assert store(facility, mixed, Door.DIMSE).reason == "uid-mismatch"
    outcome = store(facility, mixed, Door.UPLOAD)
    assert (outcome.kind, outcome.sop_instance_uid) == (OutcomeKind.STORED, f"{ROOT}.7.7.7.7")


@pytest.mark.parametrize("data", [b"", b"\x89PNG" + bytes(300), bytes(128) + b"DICM", b"x" * 1000])
def test_what_is_no_dicom_is_refused(data, facility, folders):
    assert store(facility, data).kind is OutcomeKind.REFUSED
    assert objects(folders) == spooled(folders) == []


def test_hostile_text_is_cut_and_cleaned(facility, folders):
    changes = {NAME: "A" * 5000, 0x00081030: "B\0\r\n" + "C" * 10_000, ID: "../../x'; DROP--"}
    data = ct_file(changes=changes)
    assert store(facility, data).kind is OutcomeKind.STORED
    study = Study.objects.get()
    assert len(study.patient_name) == 324
    assert "\0" not in study.description
    assert len(study.description) <= 256
    assert study.dicom_patient_id == "../../x'; DROP--"
    with open_instance(Instance.objects.get()) as stream:
        assert stream.read() == data


def test_dates_that_are_none_stay_blank(facility):
    store(facility, ct_file(changes={0x00080020: "20231399", 0x00080030: "259999"}))
    assert (Study.objects.get().study_date, Study.objects.get().study_time) == ("", "")


def test_numbers_beyond_their_column_stay_blank(facility):
    changes = {0x00280008: "99999999999", 0x00200013: "9" * 30, 0x00280100: 65535}
    assert store(facility, ct_file(changes=changes)).kind is OutcomeKind.STORED
    instance = Instance.objects.get()
    assert (instance.number_of_frames, instance.instance_number) == (None, None)
    assert instance.bits_allocated is None


def test_a_new_study_is_announced_and_growth_only_now_and_then(facility):
    for instance in range(1, 11):
        store(facility, ct_file(instance=instance))
    assert list(OutboxEvent.objects.values_list("topic", flat=True)) == ["study.received"]
    payload = OutboxEvent.objects.get().payload
    assert payload["study"] == f"{ROOT}.1.1"
    assert payload["settle_s"] > 0


def test_growth_is_announced_again_after_a_while(facility, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("archive.fast_path.time.monotonic", lambda: now[0])
    store(facility, ct_file(instance=1))
    now[0] += 10
    store(facility, ct_file(instance=2))
    assert list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True)) == [
        "study.received",
        "study.updated",
    ]


def test_every_stored_instance_leaves_its_trace(facility):
    for instance in (1, 2):
        store(facility, ct_file(instance=instance))
    rows = AuditEvent.objects.filter(event_code="110104")
    assert sum(row.detail["instances"] for row in rows) == 2
    first = rows[0]
    assert (first.user_name, first.address) == ("MODALITY", "192.0.2.7")
    assert (first.facility_id, first.patient_id) == (facility.pk, "P00001")


# --- The order of things, and what happens when one of them fails --------------------------


def test_nothing_is_filed_before_file_and_name_are_on_the_disk(facility, monkeypatch):
    order = []

    def spy(module, name, label):
        original = getattr(module, name)

        def call(*args, **kwargs):
            order.append(label)
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, call)

    store(facility, ct_file(instance=1))
    spy(os, "fsync", "fsync")
    spy(storage, "link", "link")
    spy(storage, "fsync_directories", "directory")
    monkeypatch.setattr(
        filing.Filing, "file", _then(filing.Filing.file, lambda: order.append("filed"))
    )
    store(facility, ct_file(instance=2))
    assert order.index("fsync") < order.index("link") < order.index("directory")
    assert order[-1] == "filed" or order.index("directory") < order.index("filed")


def _then(function, after):
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        after()
        return result

    return call


def _failing(error):
    def call(*args, **kwargs):
        raise error

    return call


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, ArchiveFullError), (errno.EIO, ArchiveUnavailableError)]
)
@pytest.mark.parametrize("step", ["fsync", "link", "fsync_directories", "new_key"])
def test_a_failing_disk_stores_nothing(step, number, expected, facility, folders, monkeypatch):
    store(facility, ct_file(instance=1))
    with monkeypatch.context() as patch:
        module = os if step == "fsync" else storage
        patch.setattr(module, step, _failing(OSError(number, os.strerror(number))))
        with pytest.raises(expected):
            store(facility, ct_file(instance=2))
    assert Instance.objects.count() == 1
    assert_consistent(folders)
    assert store(facility, ct_file(instance=2)).kind is OutcomeKind.STORED


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), DatabaseError("?"), InterfaceError("closed")]
)
def test_a_failing_database_stores_nothing(error, facility, folders, monkeypatch):
    store(facility, ct_file(instance=1))
    with monkeypatch.context() as patch:
        patch.setattr(filing, "record_instance_stored", _failing(error))
        with pytest.raises(ArchiveUnavailableError):
            store(facility, ct_file(instance=2))
    assert Instance.objects.count() == 1
    assert_consistent(folders)
    assert store(facility, ct_file(instance=2)).kind is OutcomeKind.STORED
    assert_consistent(folders)


def test_a_full_database_is_a_full_archive(facility, folders, monkeypatch):
    error = OperationalError("database or disk is full")
    monkeypatch.setattr(filing, "record_instance_stored", _failing(error))
    with pytest.raises(ArchiveFullError):
        store(facility, ct_file())
    assert_consistent(folders)


def test_a_database_that_cannot_be_asked_is_unavailable(facility, folders, monkeypatch):
    monkeypatch.setattr("archive.ingest.existing_instance", _failing(OperationalError("down")))
    with pytest.raises(ArchiveUnavailableError):
        store(facility, ct_file())
    assert_consistent(folders)


def test_after_a_doubtful_commit_the_file_stays(facility, folders, monkeypatch):
    def doubtful(self, tickets):
        raise commit._CommitDoubtError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(commit.GroupCommitter, "_transact", doubtful)
        with pytest.raises(ArchiveUnavailableError):
            store(facility, ct_file())
    assert len(objects(folders)) == 1
    assert spooled(folders) == []
    assert store(facility, ct_file()).kind is OutcomeKind.STORED


def test_an_unexpected_error_stores_nothing_and_reaches_the_caller(facility, folders, monkeypatch):
    monkeypatch.setattr(filing, "record_instance_stored", _failing(ZeroDivisionError("bug")))
    with pytest.raises((ZeroDivisionError, ArchiveUnavailableError)):
        store(facility, ct_file())
    assert Instance.objects.count() == 0
    assert_consistent(folders)


# --- Any bytes ----------------------------------------------------------------------------

_TEMPLATE = ct_file(pixels=bytes(64), changes={0x00400275: [{0x00401001: "RP"}]})
_MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(_TEMPLATE) - 1), st.binary(min_size=1, max_size=8)), max_size=6
)


@pytest.fixture
def once(facility, folders):
    return facility, folders


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mutations=_MUTATIONS, length=st.integers(0, len(_TEMPLATE)), cut=st.booleans())
def test_whatever_comes_is_stored_whole_or_not_at_all(once, mutations, length, cut):
    facility, folders = once
    data = bytearray(_TEMPLATE)
    for position, change in mutations:
        data[position : position + len(change)] = change
    data = bytes(data[:length] if cut else data)
    outcome = store(facility, data)
    if outcome.is_success:
        with open_instance(Instance.objects.get(pk=outcome.instance_id)) as stream:
            assert stream.read() == data
    elif outcome.kind is OutcomeKind.REFUSED:
        assert outcome.reason
    assert_consistent(folders)


@hypothesis_settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=4000))
def test_random_bytes_change_nothing(once, data):
    facility, folders = once
    assert store(facility, data).kind is OutcomeKind.REFUSED
    assert objects(folders) == []


def test_nested_sequences_are_bounded(facility, folders):
    data = b""
    for _ in range(500):
        data = sequence(0x00400275, []) if not data else _wrap(data)
    body = ct_file()
    start = body.index(b"\xe0\x7f\x10\x00")
    outcome = store(facility, body[:start] + data + body[start:])
    assert outcome.kind is OutcomeKind.REFUSED
    assert objects(folders) == []


def _wrap(inner):
    item = b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner
    return b"\x40\x00\x75\x02SQ\0\0" + len(item).to_bytes(4, "little") + item
