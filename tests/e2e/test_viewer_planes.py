"""Three planes through a series: every place of the patient shows its own value in each of them."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_page import PATIENCE_S, ViewerPage
from tests.e2e.viewer_studies import FIRST, ROOT, SIZE, SLICES, Person, ct_hu, ct_slice

pytestmark = pytest.mark.browser

UNEVEN = Person(study=f"{ROOT}.7", description="Slices at uneven distances")
TILTED = Person(study=f"{ROOT}.8", description="A tilted gantry")
# Of viewer_studies.py: the first pixel's centre, the spacings, the window.
ORIGIN, SPACING, GAP = (-48.0, -48.0, 100.0), 1.0, 5.0
LEVEL, WIDTH = 40, 400


@pytest.fixture
def viewer(page: Page, noctis: LiveNoctis) -> ViewerPage:
    return ViewerPage(page, noctis.url)


def _cut(viewer: ViewerPage, study: str) -> None:
    viewer.open(study)
    viewer.wait(index=0)
    viewer.page.keyboard.press("m")


def _grey(viewer: ViewerPage, plane: str, world: tuple[float, float, float]) -> float:
    """Return the grey on the screen at a place of the patient, as a mean of four by four pixels."""
    at = viewer.page.evaluate(
        "([plane, world]) => window.noctisViewer.planeCanvas(plane, world)", [plane, list(world)]
    )
    section = viewer.page.get_by_test_id(f"mpr-{plane}")
    shot = Image.open(io.BytesIO(section.screenshot())).convert("L")
    x, y = (round(value) for value in at)
    return float(np.asarray(shot)[y - 2 : y + 2, x - 2 : x + 2].mean())


def _places() -> list[tuple[tuple[float, float, float], float]]:
    """Return places off the crosshairs, in the middle of slices, with their values in HU."""
    places = []
    for index in (5, 9, 15):
        for column, row in ((30, 48), (64, 48)):
            world = (
                ORIGIN[0] + column * SPACING,
                ORIGIN[1] + row * SPACING,
                ORIGIN[2] - index * GAP,
            )
            places.append((world, float(ct_hu(index)[row, column])))
    return places


def test_a_place_has_its_value_in_a_plane_that_was_never_acquired(viewer: ViewerPage) -> None:
    _cut(viewer, FIRST.study)
    mpr = viewer.page.get_by_test_id("mpr")
    expect(mpr).to_have_attribute("data-status", "ready", timeout=PATIENCE_S * 1000)
    expect(viewer.page.get_by_test_id("mpr-coronal")).to_contain_text("MPR · interpolated")
    # The middle row of the pixels, where the coronal plane begins.
    middle = ORIGIN[1] + (SIZE - 1) / 2 * SPACING
    for world, value in _places():
        wanted = np.clip((value - LEVEL) / WIDTH + 0.5, 0, 1) * 255
        place = (world[0], middle, world[2])
        viewer.until(
            lambda place=place, wanted=wanted: abs(_grey(viewer, "coronal", place) - wanted) < 4,
            lambda place=place, wanted=wanted: (
                f"{place}: {_grey(viewer, 'coronal', place)} instead of {wanted}"
            ),
        )
    edges = [viewer.page.locator(f"[data-testid=mpr-coronal] .edge-{one}").inner_text()
             for one in ("left", "right", "top", "bottom")]  # fmt: skip
    assert edges == ["R", "L", "H", "F"]
    # The place where the planes meet is told with the crosshairs put away, too.
    expect(viewer.page.get_by_test_id("mpr-axial")).to_contain_text("H 100.0 mm")
    viewer.page.keyboard.press("c")
    box = viewer.page.get_by_test_id("mpr-axial").bounding_box()
    assert box
    viewer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.page.mouse.wheel(0, 100)
    expect(viewer.page.get_by_test_id("mpr-sagittal")).to_contain_text(
        re.compile(r"H (95|90)\.0 mm")
    )


def test_a_slab_shows_the_brightest_and_says_how_thick_it_is(viewer: ViewerPage) -> None:
    _cut(viewer, FIRST.study)
    expect(viewer.page.get_by_test_id("mpr")).to_have_attribute(
        "data-status", "ready", timeout=PATIENCE_S * 1000
    )
    start = (ORIGIN[0] + 30, ORIGIN[1] + 60, ORIGIN[2])
    before = _grey(viewer, "axial", start)
    viewer.page.keyboard.press("k")
    for _ in range(6):
        viewer.page.keyboard.press("]")
    text = viewer.page.get_by_test_id("mpr-axial")
    expect(text).to_contain_text(re.compile(r"MIP 3\d mm"))
    # Values grow from slice to slice by 10 HU: within 19 mm on one side there are three more.
    viewer.until(lambda: _grey(viewer, "axial", start) > before + 12)
    viewer.page.keyboard.press("m")
    viewer.wait(index=0)
    assert viewer.state()["frames"] == SLICES


@pytest.mark.parametrize(
    ("person", "reason"), [(UNEVEN, "unevenly spaced"), (TILTED, "gantry tilt")], ids=str
)
def test_what_is_no_volume_is_refused_with_its_reason(
    viewer: ViewerPage, noctis: LiveNoctis, person: Person, reason: str
) -> None:
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    slices = [ct_slice(replace(person), index) for index in range(8)]
    for index, one in enumerate(slices):
        x, y, z = (float(value) for value in one.ImagePositionPatient)
        shift, jump = (0.0, 1.5 * (index > 4)) if person is UNEVEN else (1.2 * index, 0.0)
        one.ImagePositionPatient = [x, y + shift, z - jump]
    client.store_instances(slices)
    _cut(viewer, person.study)
    expect(viewer.page.get_by_role("alert")).to_contain_text(reason)
    expect(viewer.page.get_by_test_id("mpr")).to_have_count(0)
    viewer.page.keyboard.press("Escape")
    expect(viewer.page.get_by_role("alert")).to_have_count(0)


def test_a_distance_in_a_cut_plane_is_that_in_the_patient(viewer: ViewerPage) -> None:
    _cut(viewer, FIRST.study)
    page = viewer.page
    expect(page.get_by_test_id("mpr")).to_have_attribute(
        "data-status", "ready", timeout=PATIENCE_S * 1000
    )
    middle = ORIGIN[1] + (SIZE - 1) / 2 * SPACING
    ends = [(ORIGIN[0] + 20, middle, ORIGIN[2] - 20), (ORIGIN[0] + 68, middle, ORIGIN[2] - 75)]
    box = page.get_by_test_id("mpr-coronal").bounding_box()
    assert box
    page.keyboard.press("d")
    places = []
    for end in ends:
        x, y = page.evaluate("w => window.noctisViewer.planeCanvas('coronal', w)", list(end))
        places.append((box["x"] + x, box["y"] + y))
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()
    viewer.until(lambda: len(page.evaluate("window.noctisViewer.rulers()")) == 1)
    measured = float(page.evaluate("window.noctisViewer.rulers()[0]").removesuffix(" mm"))
    # 48 mm across and 55 mm down, to what a pixel of the screen allows.
    assert measured == pytest.approx(np.hypot(48, 55), abs=0.4)
    # Nothing of it is kept with an image.
    expect(page.locator(".measure-row")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("mpr")).to_be_visible()
    page.keyboard.press("Escape")
    viewer.wait(index=0)
    assert page.evaluate("window.noctisViewer.rulers()") == []
