"""The admin pages of templates and macros."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from reports.catalogue.preview import preview_html
from reports.catalogue.shelf import templates
from reports.models import Macro, ReportTemplate
from tests.factories.people import make_facility, make_user
from tests.unit.reports.reports_written import written

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "mrrt_chest.html"
SECTIONS = "# Findings!\nThe {{Organ: choice liver / spleen = liver}} is normal.\n\n# Impression!\n"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user("ADMIN"))
    return client


def url(name: str, *args: Any, model: str = "reporttemplate") -> str:
    return reverse(f"admin:reports_{model}_{name}", args=args)


def form(**changes: Any) -> dict[str, Any]:
    plain = {"name": "Own", "modality": "ct", "body_part": "LIVER", "language": "en"}
    return plain | {"facility": "", "is_active": "on", "sections": SECTIONS} | changes


def test_a_template_of_the_house_is_written_as_text(admin: Client) -> None:
    assert admin.post(url("add"), form()).status_code == 302
    made = ReportTemplate.objects.get(key="own-own")
    assert (made.modality, made.edition, made.content["template"]) == ("CT", 0, "own-own")
    changed = form(name="Other", sections="# Findings!\nChanged.\n", facility=make_facility().pk)
    assert admin.post(url("change", made.pk), changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.key, len(made.content["sections"])) == ("Other", "own-own", 1)
    assert b"Changed." in admin.get(url("change", made.pk)).content
    assert admin.post(url("delete", made.pk), {"post": "yes"}).status_code == 302
    assert not ReportTemplate.objects.filter(pk=made.pk).exists()
    events = AuditEvent.objects.filter(detail__kind="template").order_by("pk")
    assert [one.detail["change"] for one in events] == ["created", "changed", "deleted"]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ("no section", "line 1"),
        ("# Findings\n{{Organ: colour}}", "line 2"),
        ("# Findings\n{{Organ: choice one}}", "fewer than two choices"),
        ("# [1]", "line 1"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(
    admin: Client, sections: str, message: str
) -> None:
    response = admin.post(url("add"), form(sections=sections))
    assert response.status_code == 200 and message in response.content.decode()
    assert not ReportTemplate.objects.filter(edition=0).exists()


def test_of_ours_only_the_switch_is_changed(admin: Client) -> None:
    ours = ReportTemplate.objects.get(key="ct-head")
    assert admin.post(url("change", ours.pk), form(is_active="")).status_code == 302
    changed = ReportTemplate.objects.get(key="ct-head")
    assert not changed.is_active
    assert (changed.name, changed.edition, changed.content) == (
        ours.name,
        ours.edition,
        ours.content,
    )
    admin.post(url("delete", ours.pk), {"post": "yes"})
    assert ReportTemplate.objects.filter(key="ct-head").exists()


def test_ours_is_copied_to_be_changed(admin: Client) -> None:
    ours = ReportTemplate.objects.get(key="ct-head")
    assert admin.get(url("copy", ours.pk)).status_code == 405
    assert admin.post(url("copy", ours.pk)).status_code == 302
    action = {"action": "duplicate", "_selected_action": [ours.pk]}
    assert admin.post(url("changelist"), action).status_code == 302
    copies = ReportTemplate.objects.filter(edition=0).order_by("pk")
    assert [one.key for one in copies] == ["own-ct-head-copy", "own-ct-head-copy-2"]
    assert not any(one.is_active for one in copies)
    assert copies[0].content["sections"] == ours.content["sections"]


def test_every_template_has_a_preview(admin: Client) -> None:
    for template in ReportTemplate.objects.all():
        response = admin.get(url("preview", template.pk))
        assert response.status_code == 200
        assert b"Impression" in response.content
    assert len(templates()) == ReportTemplate.objects.count()


def test_the_preview_shows_texts_as_texts() -> None:
    html = preview_html(written(findings="<script>alert(1)</script> & more"))
    assert "<script>" not in html and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_a_foreign_template_is_taken_over_and_waits(admin: Client) -> None:
    assert admin.get(url("import")).status_code == 200
    file = SimpleUploadedFile("x.html", SAMPLE.read_bytes(), "text/html")
    assert admin.post(url("import"), {"file": file}).status_code == 302
    made = ReportTemplate.objects.get(edition=0)
    assert (made.name, made.is_active) == ("Chest radiograph (sample)", False)
    bad = SimpleUploadedFile("x.html", b"<p>nothing", "text/html")
    response = admin.post(url("import"), {"file": bad})
    assert response.status_code == 200 and b"no section" in response.content


@pytest.mark.parametrize("role", ["RADIOLOGIST", "FACILITY", "TECHNICIAN"])
def test_only_who_manages_the_reading_room_comes_in(role: str) -> None:
    client = Client()
    client.force_login(make_user(role, make_facility()))
    key = ReportTemplate.objects.order_by("pk")[0].pk
    for name, args in (("changelist", ()), ("import", ()), ("preview", (key,)), ("add", ())):
        assert client.get(url(name, *args)).status_code in {302, 403}
    assert client.post(url("copy", key)).status_code in {302, 403}
    assert not ReportTemplate.objects.filter(edition=0).exists()


def test_macros_of_all_are_edited_and_nobodys_own_are_seen(admin: Client) -> None:
    own = Macro.objects.create(owner=make_user("RADIOLOGIST"), trigger="secretword", text="x")
    assert b"secretword" not in admin.get(url("changelist", model="macro")).content
    assert admin.get(url("change", own.pk, model="macro")).status_code == 302
    shared = Macro.objects.get(owner=None, trigger="motion")
    data = {"trigger": "motion", "text": "House.", "modality": "", "is_active": "on"}
    assert admin.post(url("change", shared.pk, model="macro"), data).status_code == 302
    shared.refresh_from_db()
    assert (shared.text, shared.edition) == ("House.", 0)
    data = {"trigger": "motion", "text": "Twice.", "modality": "", "is_active": "on"}
    assert admin.post(url("add", model="macro"), data).status_code == 200
