import pytest

from tests.factories.listing import make_study
from tests.factories.notices import LOCMEM
from tests.factories.people import make_facility, make_user


@pytest.fixture
def north(db, settings):
    settings.EMAIL_BACKEND = LOCMEM
    facility = make_facility("North")
    facility.email = "desk@north.example"
    facility.save()
    return facility


@pytest.fixture
def study(north):
    return make_study(
        north,
        patient_name="Geheim^Gerda",
        dicom_patient_id="ID-1",
        accession_number="ACC-1234",
        study_date="20260504",
        modalities="\\CT\\",
    )


@pytest.fixture
def reader(db):
    return make_user("RADIOLOGIST")
