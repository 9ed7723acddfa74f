"""Rejecting and accepting: the note, who sees what, and that undoing restores exactly."""

import io
import subprocess

import highdicom
import pydicom
import pytest

from archive.access import open_instance
from archive.models import Instance, Rejection, Series, Study
from archive.outcome import OutcomeKind
from archive.selectors import (
    instances_visible_to,
    patients_visible_to,
    series_visible_to,
    studies_visible_to,
)
from audit.actors import Actor
from audit.models import AuditEvent
from dicomkit.rejection_note import KEY_OBJECT_SELECTION, Reference, write_note
from notifications.models import OutboxEvent
from reports.models import Quality, Reading
from reports.quality import services
from reports.quality.notes import note_of
from tests.factories.dicom import ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import StubPrincipal, make_facility, make_user, reader
from tests.factories.storing import store

__all__ = ["archive_folders"]

TECHNICIAN = StubPrincipal(
    permissions=frozenset(
        {"archive.view_study", "archive.view_all_facilities", "archive.view_rejected"}
    )
)


@pytest.fixture
def house(archive_folders, db):
    facility = make_facility()
    for series in (1, 2):
        for instance in (1, 2):
            store(facility, ct_file(series=series, instance=instance))
    return facility


@pytest.fixture
def actor(house):
    return Actor.of_user(make_user("TECHNICIAN", house))


def counts(study):
    study.refresh_from_db()
    rows = study.series.order_by("pk").values_list("instance_count", "hidden_count", "is_hidden")
    columns = (study.series_count, study.instance_count, study.hidden_count, study.is_hidden)
    return columns, study.modalities, study.sop_classes, list(rows)[:2]


def seen(principal):
    return (
        patients_visible_to(principal).count(),
        studies_visible_to(principal).count(),
        series_visible_to(principal).exclude(modality="KO").count(),
        instances_visible_to(principal).exclude(sop_class_uid=KEY_OBJECT_SELECTION).count(),
    )


def topics():
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


def test_an_instance_that_is_rejected_leaves_the_view_and_comes_back(house, actor):
    study = Study.objects.get()
    before = counts(study)
    uid = study.instances.first().sop_instance_uid
    rejection = services.reject(
        study, actor=actor, title="113001", reason="111210", comment="Ü", instances=[uid]
    )
    assert seen(reader()) == (1, 1, 2, 3)
    assert seen(TECHNICIAN) == (1, 1, 2, 4)
    study.refresh_from_db()
    # The note of a rejection for quality stays in view.
    assert (study.series_count, study.instance_count, study.hidden_count) == (3, 4, 1)
    assert (rejection.instance_count, rejection.comment) == (1, "Ü")
    services.undo(rejection, actor=actor)
    assert seen(reader()) == seen(TECHNICIAN) == (1, 1, 2, 4)
    after = counts(study)
    assert after[0] == (2, 4, 1, False)  # the note alone is out of view now
    assert after[1:] == before[1:]
    with pytest.raises(services.RejectionUndoneError):
        services.undo(rejection, actor=actor)


def test_a_rejected_study_is_gone_with_its_note_and_its_clock_stands_still(house, actor):
    study = Study.objects.get()
    rejection = services.reject(study, actor=actor, title="113001", reason="111210")
    assert seen(reader()) == (0, 0, 0, 0)
    assert instances_visible_to(reader()).count() == 0
    assert seen(TECHNICIAN)[1:] == (1, 2, 4)
    reading = Reading.objects.get()
    assert (reading.quality, reading.due_at) == (Quality.REJECTED, None)
    assert reading.paused_at is not None
    assert "study.rejected" in topics()
    services.undo(rejection, actor=actor)
    reading.refresh_from_db()
    assert (reading.quality, reading.paused_at) == (Quality.UNCHECKED, None)
    assert seen(reader()) == (1, 1, 2, 4)
    kinds = [event.detail.get("quality") for event in AuditEvent.objects.order_by("pk")]
    assert [kind for kind in kinds if kind] == ["rejected", "undone"]


def test_what_is_rejected_for_safety_takes_its_note_along(house, actor):
    study = Study.objects.get()
    uid = study.series.first().series_instance_uid
    services.reject(study, actor=actor, title="113037", series=[uid])
    assert instances_visible_to(reader()).count() == 2
    study.refresh_from_db()
    assert (study.series_count, study.instance_count, study.hidden_count) == (1, 2, 3)


def test_rejections_do_not_undo_each_other(house, actor):
    study = Study.objects.get()
    uid = study.instances.first().sop_instance_uid
    first = services.reject(study, actor=actor, title="113037", instances=[uid])
    rest = services.reject(study, actor=actor, title="113001", reason="111210")
    assert (first.instance_count, rest.instance_count) == (1, 3)
    services.undo(rest, actor=actor)
    assert seen(reader()) == (1, 1, 2, 3)
    services.undo(first, actor=actor)
    assert seen(reader()) == (1, 1, 2, 4)


def test_rejected_objects_that_come_again_stay_rejected_and_new_ones_are_seen(house, actor):
    study = Study.objects.get()
    services.reject(study, actor=actor, title="113001", reason="111210")
    assert store(house, ct_file(series=1, instance=1)).kind is OutcomeKind.DUPLICATE
    assert seen(reader()) == (0, 0, 0, 0)
    store(house, ct_file(series=1, instance=3))
    assert seen(reader()) == (1, 1, 1, 1)
    assert Reading.objects.get().quality == Quality.UNCHECKED
    study.refresh_from_db()
    assert (study.instance_count, study.hidden_count) == (2, 4)  # with the note
    store(house, ct_file(series=1, instance=4))
    assert seen(reader()) == (1, 1, 1, 2)


def test_a_note_from_outside_is_honoured(house):
    study = Study.objects.get()
    _, note = note_of(
        study,
        study.instances.select_related("series")[:3],
        title="113038",
        reason="",
        comment="wrong patient",
    )
    assert store(house, note).kind is OutcomeKind.STORED
    rejection = Rejection.objects.get()
    assert (rejection.is_external, rejection.rejected_name) == (True, "MODALITY")
    assert (rejection.title, rejection.instance_count) == ("113038", 3)
    assert seen(reader()) == (1, 1, 1, 1)
    assert store(house, note).kind is OutcomeKind.DUPLICATE


def test_a_note_does_nothing_in_another_facility_or_study(house, archive_folders):
    elsewhere = make_facility()
    store(elsewhere, ct_file(series=1, instance=1))
    store(house, ct_file(study=2, instance=9))
    study = Study.objects.get(facility=house, study_instance_uid__endswith=".1.2")
    named = Instance.objects.filter(facility=house, study__study_instance_uid__endswith=".1.1")
    _, note = note_of(study, named.select_related("series"), title="113037", reason="", comment="")
    store(elsewhere, note)
    store(house, note)
    assert Instance.objects.exclude(rejection=None).count() == 0


def test_the_note_is_read_by_others(house, actor, tmp_path):
    study = Study.objects.get()
    rejection = services.reject(
        study, actor=actor, title="113001", reason="111212", comment="far too dark — wiederholen"
    )
    instance = Instance.objects.get(sop_instance_uid=rejection.note_uid)
    with open_instance(instance) as stream:
        data = stream.read()
    document = highdicom.ko.KeyObjectSelectionDocument.from_dataset(
        pydicom.dcmread(io.BytesIO(data))
    )
    assert document.ConceptNameCodeSequence[0].CodeValue == "113001"
    references = document.content.get_references()
    assert len(references) == 4
    path = tmp_path / "note.dcm"
    path.write_bytes(data)
    shown = subprocess.run(
        ["dsrdump", "+U8", str(path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    assert "Over exposed" in shown.stdout
    assert "far too dark" in shown.stdout
    assert not [line for line in shown.stderr.splitlines() if line.startswith("E:")]


def test_accepting_series_by_series_accepts_the_study(house, actor):
    study = Study.objects.get()
    one, two = study.series.order_by("pk").values_list("series_instance_uid", flat=True)
    services.accept(study, actor=actor, series=[one])
    assert Reading.objects.get().quality == Quality.UNCHECKED
    services.accept(study, actor=actor, series=[two])
    assert Reading.objects.get().quality == Quality.ACCEPTED
    assert topics().count("study.accepted") == 1
    rejection = services.reject(study, actor=actor, title="113001", reason="111210")
    assert Reading.objects.get().quality == Quality.REJECTED
    services.undo(rejection, actor=actor)
    assert Reading.objects.get().quality == Quality.ACCEPTED


def test_a_study_is_accepted_when_the_rest_of_it_is_rejected(house, actor):
    study = Study.objects.get()
    one, two = study.series.order_by("pk").values_list("series_instance_uid", flat=True)
    services.accept(study, actor=actor, series=[one])
    rejection = services.reject(study, actor=actor, title="113001", reason="111210", series=[two])
    assert Reading.objects.get().quality == Quality.ACCEPTED
    services.undo(rejection, actor=actor)
    assert Reading.objects.get().quality == Quality.UNCHECKED


def test_accepting_a_study_takes_its_rejections_back(house, actor):
    study = Study.objects.get()
    services.reject(study, actor=actor, title="113001", reason="111210")
    services.accept(study, actor=actor)
    assert Reading.objects.get().quality == Quality.ACCEPTED
    assert seen(reader()) == (1, 1, 2, 4)


@pytest.mark.parametrize(
    ("title", "reason"), [("113000", ""), ("113001", ""), ("113001", "999"), ("113037", "999")]
)
def test_a_rejection_needs_a_reason_that_exists(house, actor, title, reason):
    with pytest.raises(services.QualityError):
        services.reject(Study.objects.get(), actor=actor, title=title, reason=reason)
    assert Rejection.objects.count() == 0


def test_nothing_left_to_reject_is_told(house, actor):
    study = Study.objects.get()
    services.reject(study, actor=actor, title="113037")
    with pytest.raises(services.QualityError):
        services.reject(study, actor=actor, title="113037")
    assert Series.objects.filter(modality="KO").count() == 1


def test_a_long_note_is_read_whole(house):
    study = Study.objects.get()
    names = [f"1.2.826.0.1.3680043.10.1999.77.{number}" for number in range(3000)]
    stored = study.instances.select_related("series").last()
    series_uid = stored.series.series_instance_uid
    references = [Reference(stored.sop_class_uid, uid, series_uid) for uid in names]
    references.append(Reference(stored.sop_class_uid, stored.sop_instance_uid, series_uid))
    attributes = {"StudyInstanceUID": study.study_instance_uid, "PatientID": "P00001"}
    note = write_note(
        attributes,
        references,
        title="113039",
        reason=None,
        comment="",
        uids=("1.2.3.1", "1.2.3.2"),
        made_at=study.received_at,
    )
    assert store(house, note).kind is OutcomeKind.STORED
    assert Rejection.objects.get().instance_count == 1
