"""What the reader's hands do: marks, keys and mouse of one's own, fingers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import LiveNoctis, Watch
from tests.e2e.test_viewer_measure import COLUMN_MM, MIDDLE, ROW_MM, Bench
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import ROOT, Person, ct_hu, ct_slice

pytestmark = pytest.mark.browser

HANDLED = Person(study=f"{ROOT}.61", description="For the hands")
TABLET = ViewportSize(width=768, height=1024)
USUAL = {"version": 1, "keys": {}, "mouse": "noctis", "wheel_reversed": False}


@pytest.fixture(scope="module")
def study(noctis: LiveNoctis) -> str:
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    slices = [ct_slice(replace(HANDLED), index) for index in range(MIDDLE * 2)]
    for one in slices:
        one.PixelSpacing = [ROW_MM, COLUMN_MM]
    client.store_instances(slices)
    return HANDLED.study


@pytest.fixture
def usual(noctis: LiveNoctis) -> Iterator[None]:
    """Leave the reader with the usual keys and mouse."""
    yield
    session = noctis.server.session(noctis.users["reader"].token)
    session.put(f"{noctis.url}/api/viewer-preferences/", json=USUAL).raise_for_status()


@pytest.fixture
def bench(page: Page, noctis: LiveNoctis, study: str, usual: None) -> Bench:
    session = noctis.server.session(noctis.users["reader"].token)
    address = f"{noctis.url}/api/annotations/"
    for one in session.get(f"{address}?study={study}").json()["annotations"]:
        answer = session.delete(f"{address}{one['uid']}/", json={"revision": one["revision"]})
        answer.raise_for_status()
    return Bench(page, noctis, study).open()


def _values(annotation: dict[str, Any]) -> dict[str, float]:
    return {one["name"]: one["value"] for one in annotation["values"]}


def test_a_circle_has_the_area_and_the_pixels_of_a_circle_in_the_patient(bench: Bench) -> None:
    bench.draw("Shift+C", (48, 48), (64, 48))
    (kept,) = bench.kept(1)
    assert kept["tool"] == "circle"
    (column, row), rim = kept["points"]
    radius_mm = np.hypot((rim[0] - column) * COLUMN_MM, (rim[1] - row) * ROW_MM)
    assert radius_mm == pytest.approx(16 * COLUMN_MM, abs=0.3)
    values = _values(kept)
    assert values["area"] == pytest.approx(np.pi * radius_mm**2, rel=1e-3)
    rows, columns = np.mgrid[0:96, 0:96]
    inside = np.hypot((columns - column) * COLUMN_MM, (rows - row) * ROW_MM) <= radius_mm
    exact = ct_hu(MIDDLE)[inside].astype(float)
    assert values["mean"] == pytest.approx(exact.mean(), abs=0.2)
    assert values["sd"] == pytest.approx(exact.std(), abs=0.2)
    assert (values["min"], values["max"]) == (exact.min(), exact.max())
    beside = bench.page.locator(".canvas svg text").filter(has_text="Mean")
    expect(beside).to_contain_text(f"{values['area']:.0f} mm²")


def test_arrow_and_text_are_written_kept_undone_and_rubbed_out(bench: Bench) -> None:
    page = bench.page
    page.keyboard.press("Shift+T")
    page.mouse.click(*bench.at(20, 20))
    page.keyboard.type("Port")
    page.keyboard.press("Enter")
    expect(bench.rows()).to_have_text([page_row("Port")])
    page.mouse.click(*bench.at(40, 20))
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("text-prompt")).to_have_count(0)
    expect(bench.rows()).to_have_count(1)
    page.keyboard.press("Shift+D")
    page.mouse.move(*bench.at(60, 60))
    page.mouse.down()
    page.mouse.move(*bench.at(75, 75), steps=5)
    page.mouse.up()
    page.keyboard.type("Nodule, new")
    page.keyboard.press("Enter")
    expect(bench.rows()).to_have_count(2)
    by_tool = {one["tool"]: one for one in bench.kept(2)}
    assert np.allclose(by_tool["arrow"]["points"], [[60, 60], [75, 75]], atol=0.6)
    assert by_tool["arrow"]["label"] == "Nodule, new"
    assert np.allclose(by_tool["text"]["points"], [[20, 20]], atol=0.6)
    bench.open()
    expect(bench.rows()).to_have_count(2)
    texts = page.locator(".canvas svg text")
    expect(texts.filter(has_text="Nodule, new")).to_have_count(1)
    page.keyboard.press("Shift+E")
    page.mouse.click(*bench.at(68, 68))
    expect(bench.rows()).to_have_text([page_row("Port")])
    page.mouse.click(*bench.at(40, 80))
    expect(bench.rows()).to_have_count(1)
    bench.kept(1)
    page.keyboard.press("Control+z")
    expect(bench.rows()).to_have_count(2)
    bench.kept(2)


def page_row(words: str) -> re.Pattern[str]:
    """Return what a row of the list begins with."""
    return re.compile(f"^{words}")
