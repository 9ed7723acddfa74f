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


def _write(bench: Bench, words: str, end: str = "Enter") -> None:
    """Write into the field at the place of a mark."""
    field = bench.page.get_by_test_id("text-prompt").get_by_role("textbox")
    expect(field).to_be_focused()
    field.press_sequentially(words)
    bench.page.keyboard.press(end)
    expect(field).to_have_count(0)


def test_arrow_and_text_are_written_kept_undone_and_rubbed_out(bench: Bench) -> None:
    page = bench.page
    page.keyboard.press("Shift+T")
    page.mouse.click(*bench.at(20, 20))
    _write(bench, "Port")
    expect(bench.rows()).to_have_text([page_row("Port")])
    page.mouse.click(*bench.at(40, 20))
    _write(bench, "not this", "Escape")
    expect(bench.rows()).to_have_count(1)
    page.keyboard.press("Shift+D")
    page.mouse.move(*bench.at(60, 60))
    page.mouse.down()
    page.mouse.move(*bench.at(75, 75), steps=5)
    page.mouse.up()
    _write(bench, "Nodule")
    expect(bench.rows()).to_have_count(2)
    by_tool = {one["tool"]: one for one in bench.kept(2)}
    assert np.allclose(by_tool["arrow"]["points"], [[60, 60], [75, 75]], atol=0.6)
    assert by_tool["arrow"]["label"] == "Nodule"
    assert np.allclose(by_tool["text"]["points"], [[20, 20]], atol=0.6)
    bench.open()
    expect(bench.rows()).to_have_count(2)
    expect(page.locator(".canvas svg text").filter(has_text="Nodule")).to_have_count(1)
    page.keyboard.press("Shift+E")
    page.mouse.click(*bench.at(68, 68))
    expect(bench.rows()).to_have_text([page_row("Port")])
    page.mouse.click(*bench.at(40, 80))
    expect(bench.rows()).to_have_count(1)
    bench.kept(1)
    page.keyboard.press("Control+z")
    expect(bench.rows()).to_have_count(2)
    bench.kept(2)
    # From another image, the next measurement brings its own.
    page.keyboard.press("End")
    page.keyboard.press("n")
    bench.viewer.wait(index=MIDDLE)
    expect(page.locator(".measure-row[data-selected=true]")).to_have_count(1)


def page_row(words: str) -> re.Pattern[str]:
    """Return what a row of the list begins with."""
    return re.compile(f"^{words}")


def _drag(bench: Bench, button: str = "left") -> dict[str, Any]:
    bench.viewer.drag(button, (0, 90))
    return bench.viewer.settled()


def test_keys_and_mouse_are_as_the_reader_wants_them_everywhere(bench: Bench) -> None:
    page, viewer = bench.page, bench.viewer
    assert _drag(bench)["index"] != MIDDLE
    page.keyboard.press("Shift+K")
    dialog = page.get_by_test_id("preferences")
    dialog.locator("[data-command=invert] .key-button").click()
    page.keyboard.press("f")
    conflict = page.get_by_test_id("key-conflict")
    expect(conflict).to_contain_text("Fit to viewport")
    conflict.get_by_role("button", name="Take it").click()
    expect(dialog.locator("[data-command=fit] .key-button")).to_have_text("none")
    dialog.get_by_role("radio", name="Left window").check()
    expect(dialog.locator("[data-keeping=kept]")).to_be_visible()
    # Another window, as on another workstation.
    bench.open()
    page.keyboard.press("i")
    page.keyboard.press("f")
    viewer.wait(inverted=True)
    before = viewer.state()
    after = _drag(bench)
    assert after["index"] == MIDDLE
    assert after["range"] != before["range"]
    zoomed = _drag(bench, "right")
    assert zoomed["magnification"] != pytest.approx(after["magnification"], rel=0.05)
    assert zoomed["range"] == after["range"]
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys and mouse").click()
    dialog.get_by_role("button", name="Everything as usual").click()
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    viewer.wait(inverted=False)


def test_linked_stacks_are_enlarged_and_windowed_together(bench: Bench) -> None:
    page, viewer = bench.page, bench.viewer
    page.get_by_title("Layout", exact=True).click()
    page.get_by_role("menuitemradio", name="1×2").click()
    viewer.viewport(1).click(position={"x": 9, "y": 200})
    viewer.card("Series 1").click()
    viewer.wait(1, index=0)
    page.keyboard.press("y")
    for name in ("Linked: zoom and pan", "Linked: window"):
        page.get_by_title("Layout", exact=True).click()
        page.get_by_role("menuitemradio", name=name).click()
    page.locator("body").press("+")
    page.keyboard.press("+")
    viewer.drag("right", (60, 30), 1)
    leading = viewer.settled(1)
    other = viewer.settled(0)
    assert other["magnification"] == pytest.approx(leading["magnification"], rel=1e-3)
    assert other["range"] == leading["range"] != {"lower": -160, "upper": 239}


@pytest.fixture
def tablet(
    browser: Browser, noctis: LiveNoctis, study: str, signed_in: Any, watch: Watch
) -> Iterator[ViewerPage]:
    context = browser.new_context(
        viewport=TABLET, has_touch=True, storage_state=signed_in("reader")
    )
    viewer = ViewerPage(watch.attach(context.new_page()), noctis.url)
    viewer.open(study)
    viewer.wait(index=0)
    yield viewer
    context.close()
    watch.check()


class Fingers:
    """Fingers on the first viewport, in CSS pixels from its middle."""

    def __init__(self, viewer: ViewerPage) -> None:
        self.session = viewer.page.context.new_cdp_session(viewer.page)
        box = viewer.viewport().bounding_box()
        assert box
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        x, y = self.middle
        points = [{"x": x + dx, "y": y + dy, "id": n} for n, (dx, dy) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_two_fingers_enlarge_one_scrolls_and_one_that_stays_tells_the_value(
    tablet: ViewerPage,
) -> None:
    fingers = Fingers(tablet)
    before = tablet.settled()
    # A measuring tool in hand: the first finger of a pinch must draw nothing.
    tablet.page.keyboard.press("d")
    fingers.touch("touchStart", (-40, 0))
    fingers.touch("touchMove", (-50, 0))
    fingers.touch("touchStart", (-50, 0), (50, 0))
    for step in range(1, 11):
        fingers.touch("touchMove", (-50 - 5 * step, 0), (50 + 5 * step, 0))
    fingers.touch("touchEnd")
    after = tablet.settled()
    assert after["magnification"] == pytest.approx(2 * before["magnification"], rel=0.02)
    expect(tablet.page.locator(".measure-row")).to_have_count(0)
    tablet.page.keyboard.press("Escape")
    fingers.touch("touchStart", (0, 0))
    for step in range(1, 11):
        fingers.touch("touchMove", (0, 10 * step))
    fingers.touch("touchEnd")
    index = tablet.settled()["index"]
    assert index > 0
    fingers.touch("touchStart", (0, 0))
    bubble = tablet.page.get_by_test_id("probe-bubble")
    middle = ct_hu(index)[48, 48]
    expect(bubble).to_contain_text(re.compile(rf"({middle}|{middle - 1}) HU"))
    fingers.touch("touchEnd")
    expect(bubble).to_have_count(0)


def test_on_a_tablet_everything_has_a_name_and_room_for_a_finger(tablet: ViewerPage) -> None:
    page = tablet.page
    series = page.get_by_role("button", name="Series", exact=True)
    expect(tablet.card("Series 1")).not_to_be_visible()
    series.click()
    expect(tablet.card("Series 1")).to_be_visible()
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('button, a, input, [role=slider]')].filter(one =>"
        " !one.closest('dialog:not([open])') && one.type !== 'hidden'"
        " && !(one.getAttribute('aria-label') || one.title || one.innerText.trim()"
        " || one.labels?.length)).map(one => one.outerHTML)"
    )
    assert nameless == []
    small = page.evaluate(
        "() => [...document.querySelectorAll('.toolbar button')].map(one => [one.title,"
        " one.getBoundingClientRect()]).filter(([, box]) => box.width < 44 || box.height < 44"
        " || box.right > innerWidth || box.left < 0).map(([title]) => title)"
    )
    assert small == []
