import pytest

from archive import ingest as ingest_module
from archive.commit import GroupCommitter
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility

__all__ = ["archive_folders"]


@pytest.fixture(autouse=True)
def folders(archive_folders, monkeypatch):
    """Give every test an empty archive, and a process that remembers nothing."""
    monkeypatch.setattr(ingest_module, "_committer", GroupCommitter())
    return archive_folders


@pytest.fixture
def facility(transactional_db):
    return make_facility()


@pytest.fixture
def other_facility(transactional_db):
    return make_facility()
