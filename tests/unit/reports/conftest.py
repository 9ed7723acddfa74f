import pytest
from django.core.cache import cache

from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user


@pytest.fixture(autouse=True)
def no_attempts_remembered(settings):
    """Begin without the counts of earlier attempts, and hash passwords fast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def facility(db):
    return make_facility()


@pytest.fixture
def study(facility):
    return make_study(facility, modalities="\\CT\\", body_parts="\\CHEST\\")


@pytest.fixture
def rita(db):
    return make_user("RADIOLOGIST")


@pytest.fixture
def omar(db):
    return make_user("RADIOLOGIST")
