"""The viewer in a browser: what it shows against what the objects hold."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import LiveNoctis, Watch
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import BROKEN, FIRST, OBJECTS, ROOT, SECOND, SIZE, SLICES, ct_hu

pytestmark = pytest.mark.browser


@pytest.fixture
def viewer(page: Page, noctis: LiveNoctis) -> ViewerPage:
    return ViewerPage(page, noctis.url)


def screen_greys(viewer: ViewerPage, columns: list[int], row: int, size: tuple[int, int]) -> list:
    """Return the greys on the screen at pixels of an image that lies in the middle, unturned."""
    shot = Image.open(io.BytesIO(viewer.viewport().screenshot())).convert("L")
    scale = viewer.state()["magnification"]
    width, height = size

    def at(column: int) -> int:
        x = shot.width / 2 + (column + 0.5 - width / 2) * scale
        y = shot.height / 2 + (row + 0.5 - height / 2) * scale
        return int(shot.getpixel((int(x), int(y))))

    return [at(column) for column in columns]


def expect_greys(
    viewer: ViewerPage,
    columns: list[int],
    row: int,
    size: tuple[int, int],
    expected: Sequence[float],
    tolerance: float = 3,
) -> None:
    """Wait until the screen shows these greys: a window is drawn some time after it is set."""
    seen: list[list] = []

    def shown() -> bool:
        seen[:] = [screen_greys(viewer, columns, row, size)]
        return bool(np.allclose(seen[0], expected, atol=tolerance))

    viewer.until(shown, lambda: f"{seen} instead of {list(expected)}")


def test_pixels_are_those_of_the_object_in_reading_order(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    assert viewer.wait(index=0)["frames"] == SLICES
    for index, key in ((0, "Home"), (1, "ArrowDown"), (SLICES - 1, "End")):
        viewer.page.keyboard.press(key)
        viewer.wait(index=index)
        values = ct_hu(index)
        for column, row in ((0, 0), (SIZE // 2, SIZE // 2), (SIZE // 3, SIZE // 2 + 7)):
            assert viewer.pixel(column, row) == values[row, column]


def test_the_window_reaches_the_screen(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    state = viewer.wait()
    assert state["range"] == {"lower": -160, "upper": 239}  # W 400 L 40, PS3.3 C.11.2.1.2
    columns = [20, 48, 76]
    row = ct_hu(0)[SIZE // 2]
    expected = [(row[column] + 160) / 399 * 255 for column in columns]
    expect_greys(viewer, columns, SIZE // 2, (SIZE, SIZE), expected)
    viewer.page.keyboard.press("i")
    viewer.wait(inverted=True)
    inverted = [255 - grey for grey in expected]
    expect_greys(viewer, columns, SIZE // 2, (SIZE, SIZE), inverted)


def test_right_drag_windows_and_zero_takes_it_back(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    before = viewer.wait()["range"]
    viewer.drag("right", (80, 40))
    viewer.until(lambda: viewer.state()["range"] != before)
    after = viewer.settled()["range"]
    assert after["upper"] - after["lower"] > before["upper"] - before["lower"]
    assert after["upper"] + after["lower"] > before["upper"] + before["lower"]
    viewer.page.keyboard.press("ArrowDown")
    assert viewer.wait(index=1)["range"] == after, "the window stays from slice to slice"
    viewer.page.keyboard.press("0")
    viewer.wait(range=before)


def test_presets_by_digit_and_menu(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    viewer.wait()
    viewer.page.keyboard.press("2")
    viewer.wait(range={"lower": -1350, "upper": 149})
    viewer.page.get_by_title("Window presets").click()
    viewer.page.get_by_role("menuitem", name="Bone").click()
    viewer.wait(range={"lower": -500, "upper": 1499})
    expect(viewer.viewport()).to_contain_text("W 2000  L 500  HU")


def test_wheel_scrolls_and_with_control_zooms(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    zoom = viewer.wait()["magnification"]
    viewer.viewport().hover()
    viewer.page.mouse.wheel(0, 120)
    viewer.wait(index=1)
    viewer.page.keyboard.down("Control")
    viewer.page.mouse.wheel(0, -240)
    viewer.page.keyboard.up("Control")
    viewer.until(lambda: viewer.state()["magnification"] > zoom * 1.3)
    assert viewer.state()["index"] == 1
    viewer.page.keyboard.press("f")
    viewer.until(lambda: viewer.state()["magnification"] == pytest.approx(zoom))


def test_left_drag_is_the_tool_in_hand(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    zoom = viewer.wait()["magnification"]
    viewer.drag("left", (0, 200))
    viewer.until(lambda: viewer.state()["index"] > 2)
    place = viewer.settled()["index"]
    viewer.page.get_by_role("button", name="Zoom", exact=True).click()
    viewer.drag("left", (0, 60))
    viewer.until(lambda: viewer.state()["magnification"] > zoom)
    assert viewer.state()["index"] == place


def test_turning_and_flipping_carry_the_letters_along(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    viewer.wait()
    viewer.expect_edges({"left": "R", "right": "L", "top": "A", "bottom": "P"})
    viewer.page.keyboard.press("r")
    viewer.expect_edges({"left": "P", "right": "A", "top": "R", "bottom": "L"})
    viewer.page.keyboard.press("h")
    viewer.expect_edges({"left": "A", "right": "P", "top": "R", "bottom": "L"})
    viewer.page.keyboard.press("ArrowDown")
    viewer.wait(index=1)
    viewer.expect_edges({"left": "A", "right": "P", "top": "R", "bottom": "L"})
    viewer.page.keyboard.press("v")
    viewer.page.keyboard.press("Shift+R")
    viewer.expect_edges({"left": "L", "right": "R", "top": "P", "bottom": "A"})
    viewer.page.keyboard.press("x")
    viewer.expect_edges({"left": "R", "right": "L", "top": "A", "bottom": "P"})


def test_a_flip_mirrors_the_picture(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    viewer.wait()
    columns = [20, 34, 61, 75]  # two pairs, each symmetric about the middle
    values = ct_hu(0)[SIZE // 2]
    greys = [(values[column] + 160) / 399 * 255 for column in columns]
    expect_greys(viewer, columns, SIZE // 2, (SIZE, SIZE), greys)
    viewer.page.keyboard.press("h")
    expect_greys(viewer, columns, SIZE // 2, (SIZE, SIZE), greys[::-1])


def test_series_dragged_into_four_viewports(viewer: ViewerPage) -> None:
    viewer.open(OBJECTS.study)
    viewer.wait()
    viewer.page.get_by_title("Layout").click()
    viewer.page.get_by_role("menuitemradio", name="2×2").click()
    expect(viewer.viewport(3)).to_contain_text("Empty viewport")
    viewer.card("Series 3 DX").drag_to(viewer.viewport(3))
    viewer.wait(viewport=3, sopInstanceUID=f"{OBJECTS.study}.3.1")
    viewer.card("Series 2 US").drag_to(viewer.viewport(1))
    viewer.wait(viewport=1, sopInstanceUID=f"{OBJECTS.study}.2.1")
    expect(viewer.viewport(1)).to_have_attribute("data-active", "true")
    expect(viewer.viewport(3)).to_have_attribute("data-active", "false")
    # Keys go to the active viewport alone.
    viewer.page.keyboard.press("End")
    viewer.wait(viewport=1, index=11)
    assert viewer.state(3)["index"] == 0


def test_a_clip_in_colour_plays(viewer: ViewerPage) -> None:
    viewer.open(OBJECTS.study)
    viewer.card("Series 2 US").click()
    assert viewer.wait(frames=12)["rate"] == 20
    assert viewer.pixel(5, 5) == [10, 100, 0]
    viewer.page.keyboard.press("End")
    viewer.wait(index=11)
    assert viewer.pixel(59, 39) == [120, 100, 0]
    viewer.page.keyboard.press("Home")
    viewer.wait(index=0)
    viewer.page.keyboard.press(" ")
    seen: set[int] = set()

    def advances() -> bool:
        seen.add(viewer.state()["index"])
        return len(seen) > 3

    viewer.until(advances)
    viewer.page.keyboard.press(" ")
    viewer.wait(playing=False)


def test_a_voi_table_bends_the_greys(viewer: ViewerPage) -> None:
    viewer.open(OBJECTS.study)
    viewer.card("Series 3 DX").click()
    viewer.wait(sopInstanceUID=f"{OBJECTS.study}.3.1")
    viewer.expect_edges({"left": "R", "right": "L", "top": "H", "bottom": "F"})
    columns = [40, 90, 128, 180, 230]
    squares = [(column / 255) ** 2 * 255 for column in columns]
    expect_greys(viewer, columns, 100, (256, 200), squares)
    viewer.page.get_by_title("Window presets").click()
    viewer.page.get_by_role("menuitem", name="Full range").click()
    expect_greys(viewer, columns, 100, (256, 200), columns)
    viewer.page.keyboard.press("0")
    expect_greys(viewer, columns, 100, (256, 200), squares)


def test_objects_without_picture_say_what_they_are(viewer: ViewerPage) -> None:
    viewer.open(OBJECTS.study)
    viewer.wait()
    viewer.card("Basic text report").click()
    expect(viewer.viewport().get_by_test_id("sheet")).to_contain_text("Partial")
    viewer.card("PDF document").click()
    link = viewer.viewport().get_by_role("link", name="A letter")
    address = link.get_attribute("href")
    assert address
    answer = viewer.page.request.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("application/pdf")
    assert answer.body().startswith(b"%PDF-")


def test_a_broken_frame_does_not_stop_the_others(viewer: ViewerPage, watch: Watch) -> None:
    watch.expected.append("Failed to load resource")
    viewer.open(BROKEN.study)
    viewer.wait(index=0, frames=3)
    viewer.page.keyboard.press("ArrowDown")
    viewer.wait(wanted=1, status="failed")
    expect(viewer.viewport().get_by_role("alert")).to_contain_text("Image 2 of 3")
    assert viewer.pixel(3, 3) is None, "no value of another frame is passed off"
    viewer.page.keyboard.press("ArrowDown")
    viewer.wait(index=2)
    assert viewer.pixel(SIZE // 2, SIZE // 2) == ct_hu(2)[SIZE // 2, SIZE // 2]


def test_two_patients_are_never_together_without_a_warning(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    viewer.wait()
    expect(viewer.page.get_by_test_id("patient")).to_contain_text("VIEWER, TEST")
    expect(viewer.page.get_by_text("patients in this window")).to_have_count(0)
    viewer.open(FIRST.study, SECOND.study)
    viewer.wait(0)
    viewer.wait(1)
    warning = viewer.page.get_by_role("alert").filter(has_text="2 patients in this window")
    expect(warning).to_contain_text("OTHER, PERSON V-2")
    expect(viewer.viewport(1)).to_contain_text("OTHER, PERSON")
    viewer.viewport(1).click()
    expect(viewer.page.get_by_test_id("patient")).to_contain_text("OTHER, PERSON")


def test_a_lost_connection_is_said_and_mended(
    own_page: Page, noctis: LiveNoctis, watch: Watch
) -> None:
    watch.expected.append("ERR_INTERNET_DISCONNECTED")
    viewer = ViewerPage(own_page, noctis.url)
    viewer.open(OBJECTS.study)
    viewer.wait()
    viewer.page.context.set_offline(True)
    viewer.card("Series 3 DX").click()
    expect(viewer.page.get_by_test_id("notice-network")).to_be_visible()
    viewer.wait(status="failed")
    viewer.page.context.set_offline(False)
    viewer.wait(sopInstanceUID=f"{OBJECTS.study}.3.1")
    expect(viewer.page.get_by_test_id("notice-network")).to_have_count(0)


def test_an_ended_session_leads_to_the_sign_in_page(
    own_page: Page, noctis: LiveNoctis, watch: Watch
) -> None:
    watch.expected.append("401")
    viewer = ViewerPage(own_page, noctis.url)
    viewer.open(OBJECTS.study)
    viewer.wait()
    viewer.page.context.clear_cookies()
    viewer.card("Series 3 DX").click()
    link = viewer.page.get_by_test_id("notice-session").get_by_role("link")
    address = link.get_attribute("href")
    assert address
    assert address.startswith("/accounts/login/?next=%2Fviewer%2F%3FStudyInstanceUIDs")


def test_what_may_not_be_seen_is_what_does_not_exist(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any]
) -> None:
    context = browser.new_context(storage_state=signed_in("desk"))
    answers = [
        context.request.get(f"{noctis.url}/viewer/?StudyInstanceUIDs={study}")
        for study in (FIRST.study, f"{ROOT}.404", "../etc", "1" * 65)
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body() for answer in answers}) == 1
    context.close()


def test_keys_are_explained_and_focus_comes_back(viewer: ViewerPage) -> None:
    viewer.open(FIRST.study)
    viewer.wait()
    viewer.page.keyboard.press("?")
    dialog = viewer.page.get_by_role("dialog", name="Keys and mouse")
    expect(dialog).to_be_visible()
    viewer.page.keyboard.press("ArrowDown")
    viewer.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert viewer.state()["index"] == 0, "the cheat sheet takes the keys while it is open"
    viewer.page.keyboard.press("ArrowDown")
    viewer.wait(index=1)


def test_nothing_of_a_patient_stays_in_the_browser(viewer: ViewerPage, watch: Watch) -> None:
    lines: list[str] = []
    viewer.page.on("console", lambda message: lines.append(message.text))
    viewer.open(FIRST.study)
    viewer.wait()
    viewer.page.keyboard.press("End")
    viewer.wait(index=SLICES - 1)
    kept = viewer.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "VIEWER" not in kept and "V-1" not in kept
    assert not any("VIEWER" in line for line in lines)
    assert viewer.page.title() == "NOCTIS viewer"


def test_a_finger_scrolls_and_two_zoom(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any], watch: Watch
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        storage_state=signed_in("reader"),
    )
    viewer = ViewerPage(watch.attach(context.new_page()), noctis.url)
    viewer.open(FIRST.study)
    zoom = viewer.wait()["magnification"]
    box = viewer.viewport().bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    devtools = context.new_cdp_session(viewer.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": px, "y": py, "id": place} for place, (px, py) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        viewer.page.wait_for_timeout(20)

    touch("touchStart", (x, y))
    for step in range(1, 13):
        touch("touchMove", (x, y + 10 * step))
    touch("touchEnd")
    viewer.until(lambda: viewer.state()["index"] > 2)
    touch("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 13):
        touch("touchMove", (x - 30 - 5 * step, y), (x + 30 + 5 * step, y))
    touch("touchEnd")
    viewer.until(lambda: viewer.state()["magnification"] > zoom * 1.3)
    for button in viewer.page.get_by_role("toolbar").get_by_role("button").all():
        size = button.bounding_box()
        assert size and size["width"] >= 44 and size["height"] >= 44
    context.close()
    watch.check()
