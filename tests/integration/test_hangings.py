"""Hangings and reading places through the API: each user's own, and nobody else's."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from archive.models import Study
from archive.services import delete_study
from audit.actors import SYSTEM
from tests.factories.dicom import ct_file
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.storing import store
from viewer.hanging import services
from viewer.models import Hanging, ReadingPlace

__all__ = ["archive_folders"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("archive_folders")]

CT = json.loads(
    (
        Path(__file__).resolve().parents[2] / "contract/fixtures/hanging-protocol/good/ct.json"
    ).read_text(encoding="utf-8")
)
VIEW = "v1;1x2;active=1~1;set=1.2.3/4;sop=1.2.3.4;frame=1;voi=-160.5,1e-7,LINEAR;zoom=1;at=0.5,0.5"


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _put(client: Client, address: str, body: Any) -> int:
    return client.put(address, orjson.dumps(body), content_type="application/json").status_code


@pytest.fixture
def reader() -> Client:
    return _client(make_user("RADIOLOGIST"))


@pytest.fixture
def study() -> Study:
    store(make_facility("North"), ct_file(patient=7, study=7))
    return Study.objects.get()


def test_a_hanging_is_kept_changed_and_forgotten(reader: Client) -> None:
    address = "/api/hangings/CT.CHEST/"
    assert _put(reader, address, {"protocol": CT}) == 204
    assert _put(reader, address, {"protocol": {**CT, "name": "Mine"}}) == 204
    kept = [{"key": "CT.CHEST", "protocol": {**CT, "name": "Mine"}}]
    assert reader.get("/api/hangings/").json() == {"hangings": kept}
    # It is nobody else's.
    colleague = _client(make_user("RADIOLOGIST"))
    assert colleague.get("/api/hangings/").json() == {"hangings": []}
    assert colleague.delete(address).status_code == 204
    assert reader.get("/api/hangings/").json() == {"hangings": kept}
    assert reader.delete(address).status_code == 204
    assert not Hanging.objects.exists()


def test_other_forms_keys_and_too_many_are_refused(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _put(reader, "/api/hangings/CT/", {"protocol": {**CT, "uid": "1.2"}}) == 400
    assert _put(reader, "/api/hangings/CT/", {}) == 400
    for key in ("CT.", "ct", "CT+", "CT.CHEST.X", "A" * 17, "A+B+C+D+E"):
        assert _put(reader, f"/api/hangings/{key}/", {"protocol": CT}) == 404, key
    monkeypatch.setattr(services, "PER_USER", 1)
    assert _put(reader, "/api/hangings/CT/", {"protocol": CT}) == 204
    assert _put(reader, "/api/hangings/MR/", {"protocol": CT}) == 400
    assert _put(reader, "/api/hangings/CT/", {"protocol": CT}) == 204


def test_a_place_is_ones_own_and_goes_with_the_study(reader: Client, study: Study) -> None:
    address = f"/api/reading-places/{study.study_instance_uid}/"
    assert reader.get(address).status_code == 404
    assert _put(reader, address, {"view": VIEW}) == 204
    found = reader.get(address).json()
    assert (found["studyInstanceUID"], found["view"]) == (study.study_instance_uid, VIEW)
    assert _client(make_user("RADIOLOGIST")).get(address).status_code == 404
    stranger = _client(make_user("FACILITY", make_facility("South")))
    assert _put(stranger, address, {"view": VIEW}) == 404
    assert stranger.delete(address).status_code == 404
    for wrong in ("", "v2;1x1", "v1;<b>", "v1;" + "1" * 8000, "v1;é"):
        assert _put(reader, address, {"view": wrong}) == 400, wrong
    ReadingPlace.objects.update(changed_at=timezone.now() - timedelta(days=15))
    assert reader.get(address).status_code == 404
    delete_study(study, actor=SYSTEM, reason="test")
    assert not ReadingPlace.objects.exists()
