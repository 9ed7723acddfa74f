import pytest

from tests.factories.notices import LOCMEM
from tests.factories.people import make_facility


@pytest.fixture
def north(db):
    return make_facility("North")


@pytest.fixture
def south(db):
    return make_facility("South")


@pytest.fixture
def has_mail(settings):
    """Let mail be made, and kept in memory."""
    settings.EMAIL_BACKEND = LOCMEM
