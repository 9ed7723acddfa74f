"""The doors and pages of files beside a study."""

import json
from urllib.parse import quote

import pytest

from archive.models import Attachment
from audit.models import AuditEvent
from tests.factories.attaching import PNG, attach_bytes
from tests.factories.folders import archive_folders
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from tests.factories.reading import make_report, make_version

__all__ = ["archive_folders"]

pytestmark = pytest.mark.django_db(transaction=True)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.domain)</script></svg>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"
ACTIVE = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"
PDF = b"%PDF-1.7\n1 0 obj<</OpenAction[3 0 R/Fit]>>endobj\n%%EOF"


class Place:
    def __init__(self, client):
        self.client = client
        self.north = make_facility("North")
        self.study = make_study(self.north)
        self.desk = make_user("FACILITY", self.north)
        self.technician = make_user("TECHNICIAN", self.north)
        self.radiologist = make_user("RADIOLOGIST")
        self.address = f"/attachments/{self.study.study_instance_uid}/"
        client.force_login(self.desk)

    def send(self, data, name="note.txt", **headers):
        return self.client.post(
            self.address,
            data,
            content_type="application/octet-stream",
            headers={"X-File-Name": quote(name)} | headers,
        )

    def ask(self, row, what, user=None):
        if user is not None:
            self.client.force_login(user)
        return self.client.get(f"{self.address}{row.pk}/{what}")


@pytest.fixture
def place(archive_folders, client):
    return Place(client)


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_a_file_is_sent_listed_and_saved(place):
    sent = place.send(
        b"Please do both hips.", "Überweisung.txt", **{"X-Attachment-Kind": "request"}
    )
    assert sent.status_code == 201
    row = Attachment.objects.get()
    page = place.client.get(place.address)
    assert "Überweisung.txt" in page.text and "no scanner is configured" in page.text
    part = place.client.get(place.address, headers={"HX-Request": "true"})
    assert part["X-Noctis-Fragment"] == "1" and "<html" not in part.text
    saved = place.ask(row, "download")
    assert body(saved) == b"Please do both hips."
    assert AuditEvent.objects.filter(detail__means="download").count() == 1


@pytest.mark.parametrize(
    ("data", "name"), [(SVG, "x.svg"), (HTML, "x.png"), (PDF, "x.html"), (ACTIVE, "x.pdf")]
)
def test_what_is_handed_out_never_runs(place, data, name):
    row = attach_bytes(place.study, place.desk, data, name=name)
    response = place.ask(row, "download")
    assert body(response) == data
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Type"] in {"application/octet-stream", "application/pdf"}
    assert response["Cache-Control"] == "no-store"
    shown = place.ask(row, "preview")
    if data is PDF:
        assert shown["Content-Type"] == "application/pdf"
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert "script-src" not in shown["Content-Security-Policy"]
        assert shown["Content-Security-Policy"].startswith("default-src 'none'")
        assert shown["X-Frame-Options"] == "DENY"
    else:
        assert shown.status_code == 404
    assert place.ask(row, "thumbnail").status_code == 404


def test_text_is_shown_escaped_and_pictures_made_anew(place):
    note = attach_bytes(place.study, place.desk, b"x")
    Attachment.objects.filter(pk=note.pk).update(name="<img src=x onerror=alert(1)>")
    shown = attach_bytes(place.study, place.desk, b"a < b & c")
    assert "a &lt; b &amp; c" in place.ask(shown, "preview").text
    assert "<img src=x" not in place.client.get(place.address).text
    photo = attach_bytes(place.study, place.desk, PNG + b"<script>", name="p.png", kind="photo")
    for what in ("preview", "thumbnail"):
        answer = place.ask(photo, what)
        assert answer["Content-Type"] == "image/jpeg" and b"<script>" not in answer.content
    assert AuditEvent.objects.filter(detail__means="preview").count() == 2


@pytest.mark.parametrize(("state", "status"), [("pending", 409), ("infected", 403)])
def test_what_is_not_checked_is_not_handed_out(place, state, status):
    row = attach_bytes(place.study, place.desk, PNG)
    Attachment.objects.filter(pk=row.pk).update(state=state, scan_note="Test.Virus")
    for user in (place.desk, make_user("ADMIN")):
        assert place.ask(row, "download", user).status_code == status
        assert place.ask(row, "preview").status_code == status
        assert place.ask(row, "thumbnail").status_code == 404
    page = place.client.get(place.address).text
    assert ("Test.Virus" in page) == (state == "infected")
    assert f"{row.pk}/download" not in page


def test_nginx_sends_the_file_when_it_may(place, settings):
    settings.ACCEL_REDIRECT_PREFIX = "/protected/"
    row = attach_bytes(place.study, place.desk, SVG, name="x.svg")
    response = place.ask(row, "download")
    assert response["X-Accel-Redirect"] == f"/protected/objects/{row.storage_key}"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert not response.content


def test_roles_that_were_left_out_find_nothing(place):
    headers = {"X-Attachment-Roles": "TECHNICIAN", "X-Attachment-Kind": "consent"}
    assert place.send(b"secret", **headers).status_code == 201
    row = Attachment.objects.get()
    assert place.ask(row, "download", place.technician).status_code == 200
    for what in ("download", "preview", "thumbnail"):
        assert place.ask(row, what, place.radiologist).status_code == 404
    assert place.client.post(f"{place.address}{row.pk}/delete/").status_code == 404


def test_a_refusal_says_what_is_wrong_and_keeps_nothing(place, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    plain = place.client.post(place.address, {"file": "x"})
    answers = {
        415: plain,
        413: place.send(b"x" * (1024 * 1024 + 1)),
    }
    for status, answer in answers.items():
        assert answer.status_code == status and json.loads(answer.content)["detail"]
    for header, value in (
        ("X-Attachment-Kind", "virus"),
        ("X-Attachment-Roles", "ROOT"),
        ("X-Report-Version", "1"),
        ("X-Report-Version", "x" * 100),
    ):
        assert place.send(b"x", **{header: value}).status_code == 400
    place.client.logout()
    assert place.send(b"x").status_code == 401
    assert not Attachment.objects.exists()


def test_hostile_names_are_names_and_nothing_else(place):
    for name in ("../../x", "a\0b", "\u202egpj.exe", "n" * 300, "a\r\nSet-Cookie: b=c", '"; x="'):
        assert place.send(b"x", name).status_code == 201
    for row in Attachment.objects.all():
        disposition = place.ask(row, "download")["Content-Disposition"]
        assert disposition.startswith("attachment") and "\n" not in disposition
        assert "/" not in row.name and "\u202e" not in row.name and len(row.name) <= 120


def test_versions_of_a_report_are_named_to_those_who_may_know_them(place):
    report = make_report(place.study)
    make_version(report, place.radiologist, kind="preliminary")
    make_version(report, place.radiologist, kind="final")
    assert place.send(b"x", **{"X-Report-Version": "1"}).status_code == 400
    assert place.send(b"x", **{"X-Report-Version": "2"}).status_code == 201
    assert "Report, version 2" in place.client.get(place.address).text
    place.client.force_login(place.technician)
    page = place.client.get(place.address).text
    assert "note.txt" not in page or "Report, version" not in page


def test_deleting_by_its_address(place):
    row = attach_bytes(place.study, place.desk)
    place.client.force_login(place.technician)
    assert place.client.post(f"{place.address}{row.pk}/delete/").status_code == 403
    place.client.force_login(place.desk)
    script = {"X-Noctis-Script": "1"}
    assert place.client.post(f"{place.address}{row.pk}/delete/", headers=script).status_code == 204
    assert place.client.get(f"{place.address}{row.pk}/download").status_code == 404


def test_the_same_uid_elsewhere_is_another_study(place):
    south = make_facility("South")
    twin = make_study(south, study_instance_uid=place.study.study_instance_uid)
    row = attach_bytes(twin, make_user("FACILITY", south), name="south.txt")
    assert "south.txt" not in place.client.get(f"{place.address}?facility={south.pk}").text
    place.client.force_login(place.radiologist)
    assert "south.txt" not in place.client.get(place.address).text
    assert "south.txt" in place.client.get(f"{place.address}?facility={south.pk}").text
    assert place.ask(row, "download").status_code == 404
    found = place.client.get(f"{place.address}{row.pk}/download?facility={south.pk}")
    assert found.status_code == 200
