"""From the sign-in page to values on the screen: what a reader does, against pydicom's pixels."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from pydicom import dcmread

from tests.corpus import CorpusFile, corpus_files
from tests.corpus_doors import upload_zip
from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import FIRST, SIZE, ct_hu

pytestmark = pytest.mark.browser

POINTS = ((0.1, 0.2), (0.5, 0.5), (0.8, 0.6))


def sign_in(page: Page, noctis: LiveNoctis, username: str) -> None:
    user = noctis.users[username]
    page.goto(f"{noctis.url}/accounts/login/")
    page.fill("input[name=login]", user.username)
    page.fill("input[name=password]", user.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{noctis.url}/worklist/**")


def test_a_reader_signs_in_and_reads_true_values(
    browser: Browser, noctis: LiveNoctis, watch: Watch
) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, noctis, "reader")
    viewer = ViewerPage(watch.attach(page), noctis.url)
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    values = ct_hu(0)
    points = [(int(x * SIZE), int(y * SIZE)) for x, y in POINTS]
    assert [viewer.pixel(*point) for point in points] == [values[y, x] for x, y in points]
    page.get_by_title("Layout").click()
    page.get_by_role("menuitemradio", name="2×2").click()
    viewer.viewport(2).click()
    viewer.card("Series 1 CT").click()
    viewer.wait(viewport=2, index=0)
    page.keyboard.press("End")
    viewer.wait(viewport=2, index=23)
    values = ct_hu(23)
    seen = [viewer.pixel(*point, viewport=2) for point in points]
    assert seen == [values[y, x] for x, y in points]
    assert [viewer.pixel(*point) for point in points] == [ct_hu(0)[y, x] for x, y in points]
    context.close()
    watch.check()


REAL = {
    "JPEG-LS, rescaled": "studies/petct-acrin-nsclc-042/CT_CT_IMAGES",
    "signed, rescaled": "files/pydicom/CT_small.dcm",
    "JPEG 2000, signed": "files/pydicom-data/693_J2KR.dcm",
}


@pytest.fixture(scope="module")
def real(
    noctis: LiveNoctis, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, dict[str, CorpusFile]]]:
    """Real objects by kind, and a page of somebody who sees these alone."""
    files = [file for file in corpus_files() if file.is_valid]
    chosen = {
        kind: next(file for file in files if file.name.startswith(name))
        for kind, name in REAL.items()
    }
    people = noctis.server.populate(facilities=["Real"], users={"real": ("FACILITY", "Real")})
    folder = tmp_path_factory.mktemp("real")
    facility = people.facilities["Real"]
    upload_zip(noctis.server, noctis.users["chief"].token, facility, chosen.values(), folder)
    watch, cookies = Watch(), noctis.cookies(people.users["real"])
    context = browser.new_context(viewport=DESKTOP, storage_state=cookies)
    yield watch.attach(context.new_page()), chosen
    context.close()
    watch.check()


@pytest.mark.corpus
@pytest.mark.parametrize("kind", REAL)
def test_values_of_real_objects(
    kind: str, real: tuple[Page, dict[str, CorpusFile]], noctis: LiveNoctis
) -> None:
    page, files = real
    ds = dcmread(files[kind].path)
    stored = ds.pixel_array
    values = stored * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    viewer = ViewerPage(page, noctis.url)
    viewer.open(ds.StudyInstanceUID)
    viewer.wait(sopInstanceUID=ds.SOPInstanceUID)
    for x, y in POINTS:
        column, row = int(x * ds.Columns), int(y * ds.Rows)
        assert np.allclose(viewer.pixel(column, row), values[row, column], rtol=1e-6), (column, row)


# Contrast of WCAG 2.2 1.4.3 and names of 4.1.2, computed in the page.
_UNNAMED = """() => [...document.querySelectorAll('button, a[href], input, [role=slider],'
  + '[role=progressbar], [role=menu], [role=toolbar], dialog, nav, main, section')]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.innerText?.trim() || e.getAttribute('title')))
  .map(e => e.outerHTML.slice(0, 120))"""
_PALE = """() => {
  const parse = text => (text.match(/[\\d.]+/g) ?? [0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (let at = e; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.6) return colour;
    }
    return [0, 0, 0];
  };
  const faint = [];
  for (const e of document.querySelectorAll('#noctis-viewer *')) {
    const says = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!says || !e.checkVisibility() || e.closest(':disabled')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${e.innerText.slice(0, 40)} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def test_everything_has_a_name_and_can_be_read(page: Page, noctis: LiveNoctis) -> None:
    viewer = ViewerPage(page, noctis.url)
    viewer.open(FIRST.study)
    viewer.wait()

    def check(state: str) -> None:
        found: dict[str, Any] = {"unnamed": page.evaluate(_UNNAMED), "pale": page.evaluate(_PALE)}
        assert found == {"unnamed": [], "pale": []}, state

    check("picture")
    page.get_by_title("Window presets").click()
    check("menu")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(viewer.viewport(1)).to_contain_text("Empty viewport")
    check("empty viewport")
    page.goto(f"{noctis.url}/viewer/")
    expect(page.get_by_role("heading", name="No study chosen")).to_be_visible()
    check("no study")
