"""The page of the report editor: who gets it, what it tells the front end, what is recorded."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from archive.models import Patient, Study
from audit.models import AuditEvent
from tests.factories.people import make_facility, make_user
from viewer import assets, views
from worklist.models import Facility, UserRole

UID = "1.2.826.0.1.3680043.10.1999.6"

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    files = assets.Assets(
        script="/static/viewer/report.js", styles=("/static/viewer/a.css",), preloads=()
    )
    monkeypatch.setattr(views, "assets", lambda *entry: files)


def study_of(facility: Facility) -> Study:
    patient = Patient.objects.create(facility=facility, identity="P1", patient_id="P1")
    return Study.objects.create(
        facility=facility,
        patient=patient,
        study_instance_uid=UID,
        dicom_patient_id="P1",
        patient_name="DOE^JANE",
    )


@pytest.fixture
def study() -> Study:
    return study_of(make_facility("North"))


def client_of(role: str, facility: Facility | None = None) -> Client:
    client = Client()
    client.force_login(make_user(role, facility))
    return client


def config_of(body: str) -> dict[str, Any]:
    match = re.search(r'<script id="noctis-config"[^>]*>(.*?)</script>', body, re.DOTALL)
    assert match
    return dict(json.loads(match[1]))


def test_the_page_names_study_reader_and_script(study: Study) -> None:
    answer = client_of(UserRole.RADIOLOGIST).get("/report/", {"StudyInstanceUID": UID})
    body = answer.content.decode()
    config = config_of(body)
    assert config["studyInstanceUID"] == UID
    assert config["me"]["name"]
    assert config["viewerURL"] == "/viewer/"
    assert '<script type="module" src="/static/viewer/report.js">' in body
    assert "csrftoken" in answer.cookies  # the script sends it back
    assert "no-store" in answer["Cache-Control"]
    assert "DOE" not in body


def test_opening_is_recorded(study: Study) -> None:
    client_of(UserRole.RADIOLOGIST).get(f"/report/?StudyInstanceUID={UID}")
    event = AuditEvent.objects.get(study_instance_uid=UID)
    assert event.detail["means"] == "report editor"


@pytest.mark.parametrize("role", [UserRole.FACILITY, UserRole.TECHNICIAN])
def test_who_writes_no_reports_gets_what_a_stranger_gets(study: Study, role: str) -> None:
    client = client_of(role, study.facility)
    answer, unknown = (client.get(f"/report/?StudyInstanceUID={uid}") for uid in (UID, "1.2.9"))
    assert answer.status_code == unknown.status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?StudyInstanceUID=", "?StudyInstanceUID=1.2.9", f"?StudyInstanceUID={UID},1.2"]
)
def test_what_names_no_study_is_not_found(study: Study, query: str) -> None:
    assert client_of(UserRole.RADIOLOGIST).get(f"/report/{query}").status_code == 404


def test_the_facility_decides_between_two_studies_of_one_uid(study: Study) -> None:
    other = study_of(make_facility("South"))
    client = client_of(UserRole.RADIOLOGIST)
    for facility in (str(other.facility_id), ""):
        client.get("/report/", {"StudyInstanceUID": UID, "facility": facility})
    recorded = AuditEvent.objects.filter(study_instance_uid=UID).order_by("pk")
    assert [event.facility_id for event in recorded] == [other.facility_id, study.facility_id]
    for facility in ("x", "9" * 30, "999999"):
        answer = client.get("/report/", {"StudyInstanceUID": UID, "facility": facility})
        assert answer.status_code == 404


def test_the_viewer_offers_the_report_to_who_may_write_one(study: Study) -> None:
    body = client_of(UserRole.RADIOLOGIST).get(f"/viewer/?StudyInstanceUIDs={UID}").content
    assert config_of(body.decode())["report"]["reportURL"] == "/report/"


def test_the_viewer_offers_no_report_to_others(study: Study) -> None:
    client = client_of(UserRole.FACILITY, study.facility)
    body = client.get(f"/viewer/?StudyInstanceUIDs={UID}").content
    assert config_of(body.decode())["report"] is None
