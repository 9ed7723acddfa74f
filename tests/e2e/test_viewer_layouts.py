"""Several stacks on one screen: fitted, one of them alone, and linked by position."""

from dataclasses import replace

import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, expect

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import ROOT, SIZE, Person, ct_slice

pytestmark = pytest.mark.browser

NOW = Person(study=f"{ROOT}.9", description="Thick and thin slices")
PRIOR = Person(study=f"{ROOT}.10", description="Another day, another table")


def _slices(person: Person, series: int, count: int, top: float, gap: float) -> list:
    made = [ct_slice(replace(person), index) for index in range(count)]
    for index, one in enumerate(made):
        one.SeriesInstanceUID, one.SeriesNumber = f"{person.study}.{series}", series
        one.SOPInstanceUID = f"{person.study}.{series}.{index + 1}"
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        one.SeriesDescription, one.InstanceNumber = f"Gap {gap}", index + 1
        one.ImagePositionPatient = [-48, -48, top - gap * index]
    return made


@pytest.fixture(scope="module")
def stored(noctis: LiveNoctis) -> None:
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    client.store_instances(
        [
            *_slices(NOW, 1, 8, 100, 6),
            *_slices(NOW, 2, 24, 100, 2),
            *_slices(PRIOR, 1, 12, 700, 4),
        ]
    )


@pytest.fixture
def viewer(page: Page, noctis: LiveNoctis, stored: None) -> ViewerPage:
    return ViewerPage(page, noctis.url)


def _layout(viewer: ViewerPage, name: str) -> None:
    viewer.page.get_by_title("Layout").click()
    viewer.page.get_by_role("menuitemradio", name=name).click()


def _wait(viewer: ViewerPage, viewport: int, index: int) -> None:
    viewer.until(
        lambda: viewer.state(viewport).get("index") == index,
        lambda: f"{viewport}: {viewer.state(viewport)}",
    )


def test_stacks_of_one_patient_position_scroll_together(viewer: ViewerPage) -> None:
    viewer.open(NOW.study)
    viewer.wait(index=0)
    _layout(viewer, "1×2")
    viewer.card("Gap 2").drag_to(viewer.viewport(1))
    viewer.wait(1, index=0)
    viewer.viewport(0).click(position={"x": 5, "y": 200})
    viewer.page.keyboard.press("y")
    for _ in range(3):
        viewer.page.keyboard.press("ArrowDown")
    # 3 x 6 mm are 9 x 2 mm.
    _wait(viewer, 0, 3)
    _wait(viewer, 1, 9)
    viewer.viewport(1).click(position={"x": 5, "y": 200})
    viewer.page.keyboard.press("End")
    _wait(viewer, 1, 23)
    # 46 mm down there is a slice at 48, which is the last.
    _wait(viewer, 0, 7)
    viewer.page.keyboard.press("y")
    viewer.page.keyboard.press("Home")
    _wait(viewer, 1, 0)
    assert viewer.state(0)["index"] == 7


def test_a_prior_goes_along_from_where_it_was_set(viewer: ViewerPage) -> None:
    viewer.open(NOW.study, PRIOR.study)
    viewer.wait(0, index=0)
    viewer.wait(1, index=0)
    viewer.viewport(1).click(position={"x": 5, "y": 200})
    viewer.page.keyboard.press("ArrowDown")
    _wait(viewer, 1, 1)
    viewer.viewport(0).click(position={"x": 5, "y": 200})
    viewer.page.keyboard.press("y")
    viewer.page.keyboard.press("ArrowDown")
    viewer.page.keyboard.press("ArrowDown")
    _wait(viewer, 0, 2)
    # 12 mm further down from its second slice: three of its own.
    _wait(viewer, 1, 4)


def test_a_picture_is_whole_in_every_layout_and_one_may_stand_alone(viewer: ViewerPage) -> None:
    viewer.open(NOW.study)
    viewer.wait(index=0)
    alone = viewer.state()["magnification"]

    def fits() -> bool:
        box = viewer.viewport(0).bounding_box()
        assert box
        zoom = viewer.state()["magnification"]
        return abs(zoom * SIZE - min(box["width"], box["height"])) < 0.05 * box["width"]

    for name in ("1×3", "4×4", "2×2"):
        _layout(viewer, name)
        viewer.until(fits, lambda: f"{viewer.state()} in {viewer.viewport(0).bounding_box()}")
    viewer.viewport(0).click(position={"x": 5, "y": 100})
    viewer.page.keyboard.press("Enter")
    expect(viewer.viewport(1)).to_be_hidden()
    viewer.until(lambda: abs(viewer.state()["magnification"] - alone) < 0.02)
    viewer.page.keyboard.press("Enter")
    expect(viewer.viewport(1)).to_be_visible()
    viewer.until(fits)


def test_what_cannot_be_linked_says_so(viewer: ViewerPage) -> None:
    viewer.open(NOW.study)
    viewer.wait(index=0)
    viewer.page.keyboard.press("y")
    expect(viewer.page.get_by_role("alert")).to_contain_text("Nothing to link")


def test_an_earlier_study_opens_beside(viewer: ViewerPage) -> None:
    viewer.open(NOW.study)
    viewer.wait(index=0)
    viewer.page.get_by_test_id("priors").get_by_text(PRIOR.description).click()
    viewer.wait(0, index=0)
    viewer.wait(1, index=0)
    assert viewer.state(1)["sopInstanceUID"].startswith(f"{PRIOR.study}.")
    priors = viewer.page.get_by_test_id("priors")
    expect(priors.get_by_text(PRIOR.description)).to_have_count(0)
