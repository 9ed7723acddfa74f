import pytest

from archive import ingest as ingest_module
from archive.commit import GroupCommitter
from archive.errors import StudyKeptError
from archive.models import Instance, Study, Tombstone
from archive.services import delete_study
from audit.actors import SYSTEM
from reports.models import DraftSave, Reading, Report
from reports.writing.drafts import start_draft
from reports.writing.leases import Hold, take_lease
from tests.factories.dicom import ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.reading import make_report, make_version
from tests.factories.storing import store

__all__ = ["archive_folders"]


@pytest.fixture
def stored(transactional_db, archive_folders, monkeypatch):
    monkeypatch.setattr(ingest_module, "_committer", GroupCommitter())
    store(make_facility(), ct_file())
    return Study.objects.get()


def test_a_stored_study_has_a_reading_that_is_due(stored):
    reading = Reading.objects.get(study=stored)
    assert (reading.status, reading.target_minutes) == ("unread", 1440)
    assert reading.due_at > reading.received_at


def test_a_study_with_a_signed_report_stays_whole(stored):
    make_version(make_report(stored), make_user("RADIOLOGIST"))
    with pytest.raises(StudyKeptError, match="signed report"):
        delete_study(stored, actor=SYSTEM, reason="asked for")
    assert Instance.objects.filter(study=stored).exists()
    assert not Tombstone.objects.exists()


def test_what_was_never_signed_goes_with_the_study(stored):
    rita = make_user("RADIOLOGIST")
    lease = take_lease(stored, rita, "window", actor=SYSTEM)
    start_draft(stored, Hold(rita, "window", lease.token), kind="report", actor=SYSTEM)
    assert delete_study(stored, actor=SYSTEM, reason="asked for") == 1
    for model in (Study, Reading, Report, DraftSave):
        assert not model.objects.exists()
