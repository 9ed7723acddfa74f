"""What is laid over images: painted pixels at known places of the picture."""

from collections.abc import Iterator
from typing import Any

import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, expect

from tests.e2e.conftest import LiveNoctis
from tests.e2e.overlay_studies import (
    CONTOUR_SLICE,
    NODULE_SLICE,
    OVERLAID,
    PRESENTED_SLICE,
    WINDOW,
    overlay_studies,
)
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import SIZE

pytestmark = pytest.mark.browser

LAYER = "[data-testid=viewport-0] canvas.overlay-layer"
RED, GREEN, MAGENTA, AMBER = (220, 40, 40), (40, 200, 80), (255, 0, 255), (255, 200, 60)
FILL = 102  # the opacity with which areas begin, of 255


@pytest.fixture(scope="module")
def stored(noctis: LiveNoctis) -> LiveNoctis:
    session = noctis.server.session(noctis.users["sender"].token)
    DICOMwebClient(f"{noctis.url}/dicom-web", session=session).store_instances(overlay_studies())
    return noctis


@pytest.fixture
def viewer(page: Page, stored: LiveNoctis) -> Iterator[ViewerPage]:
    viewer = ViewerPage(page, stored.url)
    viewer.open(OVERLAID.study)
    viewer.wait()
    yield viewer


def painted(viewer: ViewerPage, *places: tuple[float, float]) -> list[list[int]]:
    """Return red, green, blue and alpha of the layer at places of an unmoved, unturned picture."""
    box = viewer.viewport().bounding_box()
    assert box
    scale = viewer.state()["magnification"]
    points = [
        (
            box["width"] / 2 + (x + 0.5 - SIZE / 2) * scale,
            box["height"] / 2 + (y + 0.5 - SIZE / 2) * scale,
        )
        for x, y in places
    ]
    return viewer.page.evaluate(
        "([selector, points]) => { const c = document.querySelector(selector).getContext('2d');"
        " return points.map(([x, y]) =>"
        " [...c.getImageData(Math.floor(x), Math.floor(y), 1, 1).data]); }",
        [LAYER, points],
    )


def amount(viewer: ViewerPage) -> int:
    """Return how many pixels of the layer are painted at all."""
    return viewer.page.evaluate(
        "selector => { const e = document.querySelector(selector);"
        " const d = e.getContext('2d').getImageData(0, 0, e.width, e.height).data;"
        " let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0 ? 1 : 0; return n; }",
        LAYER,
    )


def expect_painted(
    viewer: ViewerPage, wanted: dict[tuple[float, float], tuple[tuple[int, int, int], int] | None]
) -> None:
    """Wait until these places have these colours and alphas; None: nothing is painted."""
    seen: list[Any] = []

    def matches(pixel: list[int], want: tuple[tuple[int, int, int], int] | None) -> bool:
        if want is None:
            return pixel[3] == 0
        colour, alpha = want
        close = all(abs(a - b) <= 6 for a, b in zip(pixel, colour, strict=False))
        return close and abs(pixel[3] - alpha) <= 4

    def shown() -> bool:
        seen[:] = painted(viewer, *wanted)
        return all(matches(a, b) for a, b in zip(seen, wanted.values(), strict=True))

    viewer.until(shown, lambda: f"{dict(zip(wanted, seen, strict=True))} instead of {wanted}")


# Just inside and just outside of the corners: a third of a pixel from the edge.
NODULE_EDGES = {
    (19.83, 40): (RED, FILL),
    (19.17, 40): None,
    (39.17, 40): (RED, FILL),
    (39.83, 40): None,
    (30, 29.83): (RED, FILL),
    (30, 29.17): None,
    (30, 49.17): (RED, FILL),
    (30, 49.83): None,
    (60, 65): (GREEN, FILL),
    (45, 55): None,
}


def show(viewer: ViewerPage, title: str) -> None:
    viewer.card(title).click()
    expect(viewer.page.get_by_test_id("overlays")).to_be_visible()


def test_a_segmentation_lies_on_its_slices_at_every_zoom(viewer: ViewerPage) -> None:
    show(viewer, "Segmentation")
    viewer.wait(index=NODULE_SLICE + 1)  # the middle of the three
    expect_painted(viewer, {(30, 40): None, (60, 65): (GREEN, FILL)})
    viewer.page.get_by_role("button", name="Nodule Lump").click()
    viewer.wait(index=NODULE_SLICE)
    expect_painted(viewer, NODULE_EDGES)
    before = viewer.state()["magnification"]
    viewer.page.keyboard.press("+")
    viewer.until(lambda: viewer.state()["magnification"] > before * 1.2)
    expect_painted(viewer, NODULE_EDGES)
    viewer.page.keyboard.press("f")
    viewer.page.keyboard.press("Home")
    viewer.wait(index=0)
    viewer.until(lambda: amount(viewer) == 0)


def test_parts_and_all_of_it_can_be_hidden(viewer: ViewerPage) -> None:
    show(viewer, "Segmentation")
    panel = viewer.page.get_by_test_id("overlays")
    panel.get_by_role("button", name="Nodule Lump").click()
    expect_painted(viewer, {(30, 40): (RED, FILL), (60, 65): (GREEN, FILL)})
    panel.get_by_role("slider", name="Opacity").fill("80")
    expect_painted(viewer, {(30, 40): (RED, 204)})
    panel.get_by_role("checkbox", name="Show Nodule").uncheck()
    expect_painted(viewer, {(30, 40): None, (60, 65): (GREEN, 204)})
    viewer.page.keyboard.press("j")
    viewer.until(lambda: amount(viewer) == 0)
    viewer.page.keyboard.press("j")
    expect_painted(viewer, {(60, 65): (GREEN, 204)})
    # Turned by 90 degrees clockwise, column 60, row 65 lies where column 30, row 60 was.
    viewer.page.keyboard.press("r")
    expect_painted(viewer, {(95 - 65, 60): (GREEN, 204), (60, 65): None})


def test_contours_have_holes_and_lie_on_one_slice(viewer: ViewerPage) -> None:
    show(viewer, "structure set")
    viewer.wait(index=CONTOUR_SLICE)
    inside = (MAGENTA, FILL // 2)
    expect_painted(viewer, {(15, 15): inside, (50, 50): inside, (35, 35): None, (70, 40): None})
    expect_painted(viewer, {(60, 40): (MAGENTA, 255), (35, 25): (MAGENTA, 255)})
    expect_painted(viewer, {(80, 80): ((0, 255, 255), 255)})
    viewer.page.keyboard.press("ArrowUp")
    viewer.wait(index=CONTOUR_SLICE - 1)
    viewer.until(lambda: amount(viewer) == 0)


def test_a_presentation_state_is_how_the_image_is_seen(viewer: ViewerPage) -> None:
    show(viewer, "Presentation state")
    center, width = WINDOW
    lower, upper = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    viewer.wait(index=PRESENTED_SLICE, inverted=True, range={"lower": lower, "upper": upper})
    black = ((0, 0, 0), 255)
    shutter = {(19.7, 48): None, (19.2, 48): black, (75.3, 48): None, (75.8, 48): black}
    expect_painted(viewer, {**shutter, (48, 9.2): black, (48, 9.7): None, (48, 50): None})
    # In graphics 0,0 is the outer corner of the first pixel.
    expect_painted(viewer, {(29.5, 45): (AMBER, 255), (45, 59.5): (AMBER, 255)})
    viewer.page.keyboard.press("ArrowDown")
    viewer.wait(index=PRESENTED_SLICE + 1)
    viewer.until(lambda: amount(viewer) == 0)


def test_another_state_turns_and_says_what_it_cannot(viewer: ViewerPage) -> None:
    show(viewer, "Presentation state")
    zoom = viewer.wait(index=PRESENTED_SLICE, inverted=True)["magnification"]
    viewer.page.get_by_role("checkbox", name="Turned").check()
    viewer.expect_edges({"left": "A", "right": "P", "top": "R", "bottom": "L"})
    viewer.until(lambda: viewer.state()["magnification"] == pytest.approx(2 * zoom, rel=0.02))
    assert viewer.wait(inverted=False)["range"] == {"lower": -160, "upper": 239}
    said = viewer.page.get_by_test_id("overlay-unsupported")
    expect(said).to_contain_text("Modality look-up table")
    viewer.page.get_by_role("checkbox", name="Turned").uncheck()
    viewer.expect_edges({"left": "R", "right": "L", "top": "A", "bottom": "P"})
