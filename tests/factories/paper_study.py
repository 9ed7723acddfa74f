"""Fixtures: a study whose report is printed and archived."""

import pytest

from archive import ingest as ingest_module
from archive.commit import GroupCommitter
from archive.models import Study
from tests.factories.dicom import ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.storing import store

__all__ = ["archive_folders", "facility", "signer", "study"]


@pytest.fixture
def facility(transactional_db, archive_folders, monkeypatch):
    """Return a facility, with an empty archive and a process that remembers nothing."""
    monkeypatch.setattr(ingest_module, "_committer", GroupCommitter())
    return make_facility("North General Hospital")


@pytest.fixture
def study(facility):
    """Return a study with one CT slice."""
    store(facility, ct_file())
    return Study.objects.get()


@pytest.fixture
def signer(facility):
    """Return a radiologist with a name."""
    user = make_user("RADIOLOGIST")
    user.first_name, user.last_name = "Jane", "Reader"
    user.save()
    return user
