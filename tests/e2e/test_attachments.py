"""Files beside a study, and the dashboard, in a browser."""

import contextlib
import re

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from archive.attachments.names import shown_name
from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_studies import FIRST
from tests.factories.attaching import PNG

pytestmark = pytest.mark.browser

SCRIPT = b"window.name = 'ran'; alert('ran'); fetch('/api/me/')"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>%s</script></svg>' % SCRIPT
)
HTML = b"<!doctype html><body onload=alert(1)><script>%s</script>" % SCRIPT
# Opens an alert and a web address as soon as a reader shows it, if the reader lets it.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"4 0 obj<</S/JavaScript/JS(app.alert\\('ran'\\); window.name='ran';)>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)
STILL = PDF.replace(b"/OpenAction 4 0 R", b"").replace(b"/JavaScript/JS", b"/GoTo/D")


@pytest.fixture
def panel(page: Page, noctis: LiveNoctis) -> Page:
    page.goto(f"{noctis.url}/attachments/{FIRST.study}/")
    return page


def _send(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("[data-attachment-input]").set_input_files(
        [{"name": name, "mimeType": "text/html", "buffer": data} for name, data in files]
    )
    for name, _data in files:
        expect(page.locator(".attachment-name", has_text=shown_name(name))).to_be_visible()
    expect(page.locator("[data-attachment-sending] li")).to_have_count(0)


def _row(page: Page, name: str) -> Locator:
    return page.locator(".attachment", has_text=name)


def _preview(page: Page, name: str) -> str:
    return page.get_by_role("link", name=f"Show {name}").get_attribute("href") or ""


def test_a_file_is_added_seen_and_taken_back(panel: Page) -> None:
    panel.get_by_text("Photo", exact=True).click()
    panel.get_by_label("Facility user").uncheck()
    _send(panel, ("left hand.png", PNG))
    row = _row(panel, "left hand.png")
    expect(row).to_contain_text("Only for: Radiologist, Technician")
    panel.get_by_role("link", name="Show left hand.png").click()
    expect(panel.locator("dialog[open] img")).to_be_visible()
    panel.keyboard.press("Escape")
    expect(panel.locator("dialog[open]")).to_have_count(0)
    with panel.expect_download() as saved:
        panel.get_by_role("link", name="Save left hand.png").click()
    assert saved.value.path().read_bytes() == PNG
    assert saved.value.suggested_filename == "left hand.png"
    panel.once("dialog", lambda dialog: dialog.accept())
    panel.get_by_role("button", name="Delete left hand.png").click()
    expect(row).to_have_count(0)


def test_nothing_that_is_attached_runs(panel: Page, noctis: LiveNoctis) -> None:
    alerts: list[str] = []
    panel.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    name = "<img src=x onerror=alert(1)>"
    _send(panel, ("a.svg", SVG), ("b.html", HTML), ("c.png", HTML), ("d.txt", b"see " + SCRIPT))
    _send(panel, (f"{name}.txt", b"plain"), ("e.pdf", PDF), ("f.pdf", STILL))
    for file in ("a.svg", "b.html", "c.png", "e.pdf"):
        assert panel.get_by_role("link", name=f"Show {file}").count() == 0
        link = panel.get_by_role("link", name=f"Save {file}")
        with panel.expect_download() as saved:
            link.evaluate("link => { location.href = link.href }")
        assert saved.value.path().read_bytes() in {SVG, HTML, PDF}
    with panel.expect_popup() as opened:
        panel.get_by_role("link", name="Show d.txt").click()
    text = opened.value
    expect(text.locator("pre")).to_contain_text("alert('ran')")
    text.close()
    with panel.expect_response(re.compile("/preview")) as shown:
        panel.evaluate("address => fetch(address)", _preview(panel, "f.pdf"))
    assert shown.value.headers["content-type"] == "application/pdf"
    document = panel.context.new_page()
    document.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    # A headless browser without a reader of its own saves it instead: that runs nothing either.
    with contextlib.suppress(Error):
        document.goto(f"{noctis.url}{_preview(panel, 'f.pdf')}")
    document.close()
    assert not alerts
    assert panel.locator("img[src=x]").count() == 0


def test_the_dashboard_speaks_without_its_pictures(page: Page, noctis: LiveNoctis) -> None:
    page.goto(f"{noctis.url}/dashboard/")
    expect(page.get_by_role("img", name=re.compile("Studies received on each day"))).to_be_visible()
    page.get_by_text("Show as a table").first.click()
    expect(page.get_by_role("table", name="Studies received")).to_be_visible()
    page.get_by_role("link", name="7 days").click()
    expect(page).to_have_url(re.compile("days=7"))
    page.get_by_label("Facility", exact=True).select_option(label="Elsewhere")
    expect(page).to_have_url(re.compile(r"days=7&facility=\d+"))
    expect(page.locator(".tile", has_text="Received").locator("dd")).to_contain_text("0")
