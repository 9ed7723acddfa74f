import pytest
from django.core.cache import cache

from archive import ingest as ingest_module
from archive.commit import GroupCommitter
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility

__all__ = ["archive_folders"]


@pytest.fixture
def folders(archive_folders, monkeypatch):
    """Give the test an empty archive, and a process that remembers nothing."""
    monkeypatch.setattr(ingest_module, "_committer", GroupCommitter())
    return archive_folders


@pytest.fixture
def facility(transactional_db):
    return make_facility("North")


@pytest.fixture(autouse=True)
def no_attempts_remembered():
    """Begin without the counts of earlier attempts to sign in."""
    cache.clear()
