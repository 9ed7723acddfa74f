"""Reports on paper through the whole program: pages, PDFs, batches, public pages, letterheads."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from archive.models import Study
from audit.models import AuditEvent
from reports.models import Letterhead, ReportPrint, VersionKind
from reports.paper import printing, throttle
from reports.paper.press import PressMissingError
from reports.paper.tokens import print_number
from tests.factories.dicom import ct_file
from tests.factories.paper import emblem
from tests.factories.paper_study import archive_folders, facility, signer, study
from tests.factories.people import make_facility, make_user
from tests.factories.reading import content_of, make_report, make_version
from tests.factories.storing import store

__all__ = ["archive_folders", "facility", "signer", "study"]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(facility):
    return signed_in(make_user("FACILITY", facility))


@pytest.fixture
def reader(signer):
    return signed_in(signer)


@pytest.fixture
def quick_press(monkeypatch):
    """Keep the pages instead of printing them; the real press has its own tests and two here."""
    printed = []

    def press(pages, identifier):
        printed.append(list(pages))
        return io.BytesIO(b"%PDF-1.7")

    monkeypatch.setattr(printing, "print_pages", press)
    return printed


def page(study) -> str:
    return f"/reports/{study.study_instance_uid}/"


def test_a_facility_prints_its_final_report(desk, study, signer):
    """With the real press: what the PDF says, and what is kept of the print."""
    version = make_version(make_report(study), signer)
    answer = desk.get(f"{page(study)}pdf")
    body = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    one = ReportPrint.objects.get(version=version)
    number = print_number(one.token)
    assert answer["Content-Disposition"] == f'inline; filename="report-{number}.pdf"'
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    for wanted in ("Patient1, Paula", "P00001", "Text of findings.", "Jane Reader", number):
        assert wanted in text, wanted
    event = AuditEvent.objects.get(detail__print=number)
    assert (event.study_instance_uid, event.patient_id) == (study.study_instance_uid, "P00001")
    check = Client().get(reverse("report-print-check", args=[one.token]))
    assert b"This print is current" in check.content


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("final",), b"This print is current"),
        (("final", "addendum"), b"An addendum was added on"),
        (("final", "correction"), b"The report was corrected on"),
        (("final", "withdrawal"), b"This report was withdrawn"),
        (("preliminary",), b"This print is preliminary"),
        (("preliminary", "final"), b"A newer report was signed on"),
    ],
)
def test_the_page_of_a_print_says_whether_it_still_holds_and_nothing_of_the_patient(
    kinds, words, study, signer
):
    report = make_report(study)
    versions = [make_version(report, signer, kind, reason="Patient1") for kind in kinds]
    ReportPrint.objects.create(version=versions[0], token="t" * 43)
    answer = Client().get(f"/prints/{'t' * 43}/")
    assert answer.status_code == 200 and words in answer.content
    assert answer["Cache-Control"].count("no-store") == 1
    for secret in (
        b"Patient1",
        b"Paula",
        b"P00001",
        b"Chest study",
        b"A000001",
        b"Jane",
        study.study_instance_uid.encode(),
        b"findings",
    ):
        assert secret not in answer.content, secret
    assert study.facility.name.encode() in answer.content
    assert print_number("t" * 43).encode() in answer.content


@pytest.mark.once
def test_an_unknown_print_is_a_page_that_does_not_exist(facility):
    def face(response):
        return response.status_code, re.sub(rb"[0-9a-f]{16}", b"", response.content)

    answers = [Client().get(f"/prints/{token}/") for token in ("x", "y" * 43, "z" * 500)]
    assert {face(answer) for answer in answers} == {face(Client().get("/no-such-page/"))}


@pytest.mark.once
def test_whoever_asks_too_often_waits(facility, monkeypatch):
    monkeypatch.setattr(throttle, "_MOST", 3)
    monkeypatch.setattr(throttle.time, "time", lambda: 1e9)
    from django.core.cache import cache

    cache.clear()
    codes = [Client().get("/prints/x/").status_code for _turn in range(5)]
    assert codes == [404, 404, 404, 429, 429]
    assert Client().get("/prints/x/", REMOTE_ADDR="192.0.2.9").status_code == 404


def test_a_facility_sees_nothing_before_the_report_is_released(
    desk, reader, study, signer, quick_press
):
    report = make_report(study, draft=content_of(findings="Draft words."), status="draft")
    for kind, sees in ((None, False), ("preliminary", False), ("final", True)):
        if kind:
            make_version(report, signer, kind, content_of(findings=f"Words of {kind}."))
        answer = desk.get(page(study))
        assert answer.status_code == 200
        assert (b"Words of final." in answer.content) is sees
        assert b"No report yet" not in answer.content or not sees
        assert b"Draft words" not in answer.content and b"preliminary" not in answer.content
        assert desk.get(f"{page(study)}pdf").status_code == (200 if sees else 404)
    assert desk.get(f"{page(study)}?version=1").status_code == 404
    assert desk.get(f"{page(study)}pdf?version=1").status_code == 404
    old = reader.get(f"{page(study)}?version=1").content
    assert b"Words of preliminary." in old and b"was superseded" in old


def test_a_withdrawn_report_is_no_longer_shown_but_said(desk, study, signer, quick_press):
    report = make_report(study)
    make_version(report, signer)
    make_version(report, signer, VersionKind.WITHDRAWAL, reason="Wrong side.")
    answer = desk.get(page(study))
    assert b"This report was withdrawn" in answer.content and b"Wrong side." in answer.content
    assert b"Text of findings." not in answer.content
    assert desk.get(f"{page(study)}pdf").status_code == 404
    desk.get(f"{page(study)}pdf?version=1")
    assert "WITHDRAWN" in quick_press[0][0]


def test_others_find_nothing_and_technicians_see_no_reports(study, signer, facility):
    make_version(make_report(study), signer)
    elsewhere = signed_in(make_user("FACILITY", make_facility()))
    technician = signed_in(make_user("TECHNICIAN", facility))
    for suffix in ("", "pdf"):
        assert elsewhere.get(page(study) + suffix).status_code == 404
        assert technician.get(page(study) + suffix).status_code == 403
    assert technician.post("/reports/print/", {"uids": study.study_instance_uid}).status_code == 403
    assert Client().get(page(study)).status_code == 302


@pytest.mark.once
def test_many_reports_are_one_pdf_in_the_order_of_the_list(desk, facility, study, signer):
    """With the real press. What is missing stands on the first sheet, what is foreign too."""
    for number in (2, 3):
        store(facility, ct_file(patient=number, study=number))
    foreign = make_facility()
    store(foreign, ct_file(patient=9, study=9))
    studies = {one.dicom_patient_id: one for one in Study.objects.all()}
    for patient in ("P00003", "P00001", "P00009"):
        make_version(make_report(studies[patient]), signer)
    order = ["P00003", "P00002", "P00009", "P00001"]
    uids = [studies[patient].study_instance_uid for patient in order]
    answer = desk.post("/reports/print/", {"uids": [uids[0], ",".join(uids[1:])]})
    pages = PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 3
    assert "2 reports follow" in texts[0] and "Patient2, Paula" in texts[0]
    assert uids[2] in texts[0] and "P00009" not in texts[0]
    assert "P00003" in texts[1] and "P00001" in texts[2]
    assert ReportPrint.objects.count() == 2
    assert AuditEvent.objects.filter(detail__form="pdf").count() == 2


def test_a_batch_without_a_report_is_a_page_that_says_so(desk, study):
    make_report(study)
    answer = desk.post("/reports/print/", {"uids": study.study_instance_uid})
    assert answer.status_code == 200 and b"Patient1, Paula" in answer.content
    assert ReportPrint.objects.count() == 0


@pytest.mark.once
@pytest.mark.parametrize("uids", ["", "../x", ",".join(f"1.2.{n}" for n in range(201))])
def test_a_batch_that_cannot_be_is_refused(desk, uids):
    assert desk.post("/reports/print/", {"uids": uids}).status_code == 400


def test_without_a_press_nothing_is_kept_and_the_page_says_why(desk, study, signer, monkeypatch):
    def missing(pages, identifier):
        raise PressMissingError("PDFs cannot be made on this server")

    make_version(make_report(study), signer)
    monkeypatch.setattr(printing, "print_pages", missing)
    for answer in (
        desk.get(f"{page(study)}pdf"),
        desk.post("/reports/print/", {"uids": study.study_instance_uid}),
    ):
        assert answer.status_code == 503 and b"cannot be made on this server" in answer.content
    assert ReportPrint.objects.count() == 0
    assert b"Text of findings." in desk.get(page(study)).content


def test_the_qr_code_leads_where_the_site_says(desk, study, signer, quick_press, settings):
    make_version(make_report(study), signer)
    desk.get(f"{page(study)}pdf")
    assert "http://testserver/prints/" in quick_press[0][0]
    settings.PUBLIC_URL = "https://pacs.example.org"
    desk.get(f"{page(study)}pdf")
    token = ReportPrint.objects.order_by("-pk")[0].token
    assert f"https://pacs.example.org/prints/{token}/" in quick_press[1][0]


# --- Letterhead -------------------------------------------------------------------------------

FIELDS = {
    "heading": "North <b>General</b>",
    "subheading": "Radiology",
    "contact": "12 Hospital Road\nNorthtown",
    "footer": "No. 4711",
    "signature_note": "Consultant",
    "accent": "#7A1F3D",
    "paper": "A4",
}


def logo(content: bytes, name: str = "logo.png"):
    stream = io.BytesIO(content)
    stream.name = name
    return stream


def test_a_facility_designs_its_letterhead(desk, facility, study, signer, quick_press):
    assert b"North General Hospital" in desk.get("/letterhead/").content
    answer = desk.post("/letterhead/", FIELDS | {"logo_file": logo(emblem("#7a1f3d"))})
    assert answer.status_code == 302
    kept = Letterhead.objects.get(facility=facility)
    assert (kept.accent, kept.logo_type) == ("#7a1f3d", "image/png")
    assert Image.open(io.BytesIO(bytes(kept.logo))).size == (600, 240)
    event = AuditEvent.objects.get(detail__kind="letterhead")
    assert set(event.detail["fields"]) >= {"heading", "accent", "logo_file"}
    make_version(make_report(study), signer)
    desk.get(f"{page(study)}pdf")
    html = quick_press[0][0]
    assert "North &lt;b&gt;General&lt;/b&gt;" in html and "#7a1f3d" in html
    assert "data:image/png;base64," in html and "No. 4711" in html
    desk.post("/letterhead/", FIELDS | {"remove_logo": "on"})
    assert bytes(Letterhead.objects.get(facility=facility).logo) == b""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accent": "#ffee99"}, "accent"),
        ({"accent": "red; }"}, "accent"),
        ({"contact": "\n".join("x" * 7)}, "contact"),
        ({"footer": "x" * 121}, "footer"),
        ({"paper": "A3"}, "paper"),
        ({"logo_file": logo(b"<svg onload=alert(1)>", "x.png")}, "logo_file"),
    ],
)
def test_what_would_not_print_well_is_refused_and_nothing_is_kept(desk, change, field):
    preview = desk.post("/letterhead/preview/", FIELDS | change)
    assert (
        f'data-field="{field}"'.encode() in preview.content and b"svg onload" not in preview.content
    )
    for part in change.values():
        if hasattr(part, "seek"):
            part.seek(0)
    answer = desk.post("/letterhead/", FIELDS | change)
    assert answer.status_code == 422
    assert Letterhead.objects.count() == 0 and not AuditEvent.objects.filter(
        detail__kind="letterhead"
    )


def test_the_preview_keeps_nothing(desk, monkeypatch):
    answer = desk.post("/letterhead/preview/", FIELDS | {"logo_file": logo(emblem("#7a1f3d"))})
    assert b"North &lt;b&gt;General" in answer.content and b"data:image/png" in answer.content
    assert b"10.0" in answer.content or b"data-contrast" in answer.content
    monkeypatch.setattr(
        "reports.paper.letterhead_views.print_pages", lambda pages, identifier: io.BytesIO(b"%PDF")
    )
    sample = desk.post("/letterhead/sample/", FIELDS)
    assert sample["Content-Type"] == "application/pdf"
    assert Letterhead.objects.count() == 0


def test_only_one_s_own_letterhead_unless_one_sees_all(desk, facility):
    other = make_facility("South")
    for address in ("/letterhead/", "/letterhead/preview/", "/letterhead/sample/"):
        assert desk.post(f"{address}?facility={other.pk}", FIELDS).status_code == 404
    assert desk.get(f"/letterhead/?facility={other.pk}").status_code == 404
    chief = signed_in(make_user("ADMIN"))
    assert b"South" in chief.get("/letterhead/").content
    chief.post(f"/letterhead/?facility={other.pk}", FIELDS)
    assert Letterhead.objects.get().facility == other
    for role in ("RADIOLOGIST", "TECHNICIAN"):
        assert signed_in(make_user(role, facility)).get("/letterhead/").status_code == 403
    assert signed_in(make_user("FACILITY")).get("/letterhead/").status_code == 404


@pytest.mark.once
def test_a_pdf_may_be_shown_and_nothing_else(desk, study, signer, quick_press):
    make_version(make_report(study), signer)
    answer = desk.get(f"{page(study)}pdf")
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert desk.post(f"{page(study)}pdf").status_code == 405
