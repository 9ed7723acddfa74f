import pytest

from archive import ingest as ingest_module
from archive.commit import GroupCommitter
from operations import intake
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility

__all__ = ["archive_folders"]


@pytest.fixture
def facility(transactional_db, archive_folders, monkeypatch):
    """Return a facility, with an empty archive and a process that remembers nothing."""
    monkeypatch.setattr(ingest_module, "_committer", GroupCommitter())
    # A database in memory locks whole tables; several threads are for the integration tests.
    monkeypatch.setattr(intake, "_AT_ONCE", 1)
    return make_facility()
