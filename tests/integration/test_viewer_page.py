"""The viewer's page: who gets it, what it tells the front end, what is recorded."""

import json
import re

import pytest
from django.test import Client

from archive.models import Patient, Study
from audit.models import AuditEvent
from viewer import assets, views
from worklist.models import CustomUser, Facility, UserRole

UID = "1.2.826.0.1.3680043.10.1999.5"
PASSWORD = "a long enough password"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    files = assets.Assets(
        script="/static/viewer/main.js", styles=("/static/viewer/main.css",), preloads=()
    )
    monkeypatch.setattr(views, "assets", lambda *entry: files)


@pytest.fixture
def study() -> Study:
    facility = Facility.objects.create(name="North")
    patient = Patient.objects.create(facility=facility, identity="P1", patient_id="P1")
    return Study.objects.create(
        facility=facility,
        patient=patient,
        study_instance_uid=UID,
        dicom_patient_id="P1",
        patient_name="DOE^JANE",
    )


def client_of(role: str, facility: Facility | None = None) -> Client:
    user = CustomUser.objects.create_user("user", password=PASSWORD, role=role, facility=facility)
    client = Client()
    client.force_login(user)
    return client


def config_of(body: str) -> dict:
    match = re.search(r'<script id="noctis-config"[^>]*>(.*?)</script>', body, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_the_page_names_studies_and_assets(study: Study) -> None:
    answer = client_of(UserRole.RADIOLOGIST).get("/viewer/", {"StudyInstanceUIDs": f"{UID},1.2.3"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert config_of(body)["studyInstanceUIDs"] == [UID, "1.2.3"]
    assert config_of(body)["dicomWebRoot"] == "/dicom-web"
    assert config_of(body)["studyZipURL"] == "/viewer/studies/{study}/zip"
    assert '<script type="module" src="/static/viewer/main.js">' in body
    assert '<link rel="stylesheet" href="/static/viewer/main.css">' in body
    assert "no-store" in answer["Cache-Control"]
    assert "DOE" not in body


def test_no_script_of_the_page_is_inline(study: Study) -> None:
    body = client_of(UserRole.RADIOLOGIST).get(f"/viewer/?StudyInstanceUIDs={UID}").content.decode()
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", body, re.DOTALL):
        assert 'type="application/json"' in attributes or not content.strip()


def test_opening_is_recorded_once_for_each_study(study: Study) -> None:
    client_of(UserRole.RADIOLOGIST).get(f"/viewer/?StudyInstanceUIDs={UID},{UID}&x=1")
    event = AuditEvent.objects.get(study_instance_uid=UID)
    assert (event.user_name, event.patient_id, event.detail["means"]) == ("user", "P1", "viewer")
    assert event.facility_id == study.facility_id


def test_nobody_opens_without_signing_in(study: Study) -> None:
    answer = Client().get(f"/viewer/?StudyInstanceUIDs={UID}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/viewer/")
    assert not AuditEvent.objects.filter(study_instance_uid=UID).exists()


@pytest.mark.parametrize(
    "uids",
    [UID, "1.2.404", "../../etc/passwd", "1" * 65, "1.2\n", "١.٢", ",".join(["1"] * 2) + ",x"],
)
def test_what_may_not_be_seen_answers_like_what_does_not_exist(study: Study, uids: str) -> None:
    client = client_of(UserRole.FACILITY, Facility.objects.create(name="South"))
    answer = client.get("/viewer/", {"StudyInstanceUIDs": uids})
    unknown = client.get("/viewer/", {"StudyInstanceUIDs": "1.2.3.4.5"})
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert not AuditEvent.objects.filter(study_instance_uid=UID).exists()


def test_a_list_longer_than_the_viewer_can_show_is_refused(study: Study) -> None:
    uids = ",".join([UID, *(f"1.2.{number}" for number in range(views.MAX_STUDIES))])
    answer = client_of(UserRole.RADIOLOGIST).get("/viewer/", {"StudyInstanceUIDs": uids})
    assert answer.status_code == 404


def test_only_reading_methods(study: Study) -> None:
    answer = client_of(UserRole.RADIOLOGIST).post(f"/viewer/?StudyInstanceUIDs={UID}")
    assert answer.status_code == 405


def test_a_missing_build_is_said(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> assets.Assets:
        raise assets.FrontEndNotBuiltError("run the build")

    monkeypatch.setattr(views, "assets", missing)
    answer = client_of(UserRole.RADIOLOGIST).get(f"/viewer/?StudyInstanceUIDs={UID}")
    assert (answer.status_code, answer.content) == (503, b"run the build")
    assert not AuditEvent.objects.filter(study_instance_uid=UID).exists()
