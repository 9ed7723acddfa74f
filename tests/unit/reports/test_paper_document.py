"""The pages themselves: three facilities, printed for real and read back."""

import io
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import segno
from PIL import Image
from pypdf import PdfReader

from reports.paper import press
from reports.paper.press import PressError, PressMissingError, print_pages
from reports.paper.sheet import page_html
from tests.factories.paper import CASES, Case, content, far_east, long_table, section, version

pytestmark = pytest.mark.usefixtures("cache_of_fonts")


@pytest.fixture(autouse=True, scope="module")
def cache_of_fonts(tmp_path_factory):
    """Keep the cache of the fonts between the tests of this file."""
    from django.test import override_settings

    with override_settings(CACHE_DIR=tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture(scope="module")
def printed(cache_of_fonts) -> dict[str, tuple[Case, bytes]]:
    """Return the three reports, each as the bytes of its PDF."""
    cases = [case() for case in CASES]
    pdfs = {}
    for case in cases:
        with print_pages([page_html(case.sheet())], "ab" * 16) as stream:
            pdfs[case.name] = (case, stream.read())
    return pdfs


def _text(pdf: bytes) -> str:
    """Return what a PDF says, with a blank for every end of a line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


NAMES = [case().name for case in CASES]


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_is_an_archivable_tagged_document(name, printed):
    """References: ISO 19005-2 (PDF/A-2), 6.6.4 (version and conformance level identification)."""
    _case, pdf = printed[name]
    reader = PdfReader(io.BytesIO(pdf))
    catalogue = reader.trailer["/Root"]
    metadata = ElementTree.fromstring(catalogue["/Metadata"].get_data())
    marks = {
        element.tag.split("}")[-1]: element.text
        for element in metadata.iter()
        if "pdfa" in element.tag
    }
    attributes = {
        key.split("}")[-1]: value
        for element in metadata.iter()
        for key, value in element.attrib.items()
        if "pdfa" in key
    }
    found = marks | attributes
    assert (found["part"], found["conformance"]) == ("2", "B")
    assert catalogue["/Lang"] == "en"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert reader.metadata.title.startswith("Radiology report, ")
    assert reader.metadata.author
    assert "/JavaScript" not in pdf.decode("latin-1")


@pytest.mark.parametrize("name", NAMES)
def test_every_font_is_embedded(name, printed):
    _case, pdf = printed[name]
    fonts = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        fonts |= page["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        for inner in font.get_object()["/DescendantFonts"]:
            descriptor = inner.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), descriptor["/FontName"]
            # Nothing is drawn in the box of a font that lacks the character.
            assert "Noto" in descriptor["/FontName"]


@pytest.mark.parametrize("name", NAMES)
def test_the_qr_code_leads_to_the_page_of_the_print(name, printed):
    """The picture in the PDF has exactly the modules of that address."""
    case, pdf = printed[name]
    wanted = np.array([list(row) for row in segno.make_qr(case.address, error="m").matrix]) > 0
    pictures = [
        image.image
        for image in PdfReader(io.BytesIO(pdf)).pages[0].images  # shared by all pages
        if image.image.size == (8 * len(wanted),) * 2
    ]
    assert len(pictures) == 1
    dark = np.array(pictures[0].convert("L"))[4::8, 4::8] < 128
    assert (dark == wanted).all()


def test_a_long_table_repeats_its_head_and_the_patient_on_every_page(printed):
    _case, pdf = printed["long-table"]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of 3" in text
        assert "Lindström" in text and "P-00417" in text
        assert "North General Hospital is a foundation" in text
    heads = [text for text in pages if "Place" in text and "Before" in text]
    rows = [text for text in pages if "Segment" in text]
    assert heads == rows and len(rows) >= 2
    for number in range(1, 81):
        assert f"{number}\nSegment" in "\n".join(pages) or f"{number} Segment" in "\n".join(pages)
    everything = "\n".join(pages)
    for wanted in (
        "Department of Diagnostic",
        "12 Hospital Road",
        "Electronically signed by",
        "Dr. Jane Reader",
        "Consultant radiologist",
        "12 May 2026, 14:05 UTC",
        "Version 1",
        "67 years",
        "A0020931",
        "Dr. Maja Öberg",
        "FINAL REPORT",
    ):
        assert wanted.lower() in everything.lower(), wanted
    assert "PRELIMINARY" not in everything


def test_han_kana_and_hangul_are_there_and_in_the_fonts_of_their_language(printed):
    _case, pdf = printed["far-east"]
    text = _text(pdf)
    for wanted in ("三浦 遥香", "両側大脳半球", "뇌실질에", "脑实质内", "港湾画像", "林 美咲"):
        assert wanted in text, wanted
    assert "PRELIMINARY" in text and "not final" in text
    assert "Electronically signed as preliminary by" in text
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)  # US Letter
    names = {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for font in PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    }
    for language in ("JP", "KR", "SC"):
        assert any(language in name for name in names), names


def test_arabic_and_hebrew_are_shaped_and_everything_else_is_said(printed):
    _case, pdf = printed["right-to-left"]
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    text = _text(pdf)
    for wanted in ("لا يوجد كسر", "אין עדות לשבר", "Костных", "δομὴ", "شارع الجامعة", "أحمد"):
        assert wanted in text, wanted
    for wanted in (
        "CORRECTED",
        "The side was wrong in the impression.",
        "ADDENDUM",
        "Added by Dr. Rana Aziz, 14 May 2026",
        "History of this report",
        "CORRECTED REPORT",
        "سامي خوري",
        "Correction",
    ):
        assert wanted.lower() in text.lower(), wanted


def test_the_page_is_drawn_as_it_was_looked_at(printed, tmp_path):
    """The first pages as pictures: ink where the letterhead is, in the facility's colour."""
    case, pdf = printed["right-to-left"]
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "40", "-png", path, tmp_path / "page"], check=True)
    pixels = np.array(Image.open(next(tmp_path.glob("page*.png"))).convert("RGB")).astype(int)
    accent = np.array([int(case.look.accent[place : place + 2], 16) for place in (1, 3, 5)])
    near = np.abs(pixels - accent).max(axis=2) < 24
    top = near[: len(near) // 6]
    assert top.sum() > 150


def test_the_same_page_gives_the_same_bytes(printed):
    case, pdf = printed["far-east"]
    with print_pages([page_html(case.sheet())], "ab" * 16) as stream:
        assert stream.read() == pdf


def test_nothing_is_fetched(tmp_path):
    """References: hardening.md W6. A page with foreign addresses is printed without them."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.txt"
    secret.write_text("root:x:0:0")
    address = f"http://127.0.0.1:{server.server_port}/"
    page = (
        f'<html><head><base href="{address}"><link rel=stylesheet href="{address}a.css">'
        f'<link rel=attachment href="file://{secret}">'
        f"<style>@import url({address}b.css); body {{ background: url({address}c.png) }}</style>"
        f'</head><body><img src="{address}d.png"><img src="file://{secret}">'
        f'<object data="{address}e"></object>'
        f'<img src="data:image/svg+xml,&lt;svg&gt;&lt;image href={address}f&gt;&lt;/svg&gt;">'
        "here</body></html>"
    )
    try:
        with print_pages([page], "00" * 16) as stream:
            pdf = stream.read()
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
    assert "here" in _text(pdf)
    assert b"root:x" not in pdf and b"/EmbeddedFile" not in pdf


def test_what_somebody_wrote_is_text_and_nothing_else():
    """References: hardening.md W4."""
    hostile = '<img src="file:///etc/passwd"><script>alert(1)</script>'
    body = content(hostile, section("Findings", hostile), section(hostile[:100], "x", key="other"))
    case = long_table()
    case.study.patient_name = f"{hostile}^Eve"
    html = page_html(Case("x", case.look, case.study, version(body, signed_name=hostile)).sheet())
    assert "<script" not in html and 'src="file' not in html
    assert html.count("&lt;script&gt;") >= 4


def test_many_documents_become_one_and_each_counts_its_own_pages(printed):
    pages = [page_html(far_east().sheet()), page_html(long_table().sheet())]
    with print_pages(pages, "00" * 16) as stream:
        reader = PdfReader(io.BytesIO(stream.read()))
    texts = [page.extract_text() for page in reader.pages]
    wanted = ["Page 1 of 1", "Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]
    assert [number in text for number, text in zip(wanted, texts, strict=True)] == [True] * 4


def test_a_press_without_its_libraries_says_what_to_do(tmp_path, monkeypatch):
    broken = tmp_path / "weasyprint"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise OSError('cannot load library libpango')\n")
    real = press._environment
    monkeypatch.setattr(press, "_environment", lambda: {**real(), "PYTHONPATH": str(tmp_path)})
    with pytest.raises(PressMissingError, match="noctis doctor"):
        print_pages(["<p>x</p>"], "00")


def test_a_press_that_breaks_or_hangs_is_an_error_without_a_patient(monkeypatch):
    with pytest.raises(PressError, match="failed"):
        print_pages(["<p>x</p>"], "no hex")
    monkeypatch.setattr(press, "_FIRST_S", 0.01)
    monkeypatch.setattr(press, "_EACH_S", 0.0)
    with pytest.raises(PressError, match="too long"):
        print_pages(["<p>x</p>"], "00")


def test_a_report_does_not_wait_for_batches_and_a_batch_says_that_it_cannot_begin(monkeypatch):
    monkeypatch.setattr(press, "_PATIENCE_S", 0.01)
    with press._batch_turns:
        with pytest.raises(PressError, match="too many"):
            print_pages(["<p>x</p>"] * 4, "00")
        print_pages(["<p>x</p>"], "00").close()


def test_the_tools_that_look_at_pages_are_there():
    assert shutil.which("pdftotext") and shutil.which("pdftoppm")
    assert Path(press.__file__).with_name("press_worker.py").exists()
