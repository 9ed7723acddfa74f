"""How studies hang when they are opened, and how a reader comes back to what was seen."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, expect
from pydicom.dataset import FileDataset

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import (
    FIRST,
    ROOT,
    SECOND,
    Person,
    add_pixels,
    base,
    ct_slice,
)

pytestmark = pytest.mark.browser

MG, CR, MR, PT = (f"1.2.840.10008.5.1.4.1.1.{suffix}" for suffix in ("1.2", "1", "4", "128"))
MAMMOGRAM = Person("MAMMA^ONE", "H-1", f"{ROOT}.31", "Mammography")
CHEST = Person("CHEST^TWO", "H-2", f"{ROOT}.32", "Chest, two views")
HEAD = Person("HEAD^THREE", "H-3", f"{ROOT}.33", "MR head")
PETCT = Person("PET^FOUR", "H-4", f"{ROOT}.34", "PET/CT")
# In the order in which a hanging must not leave them: (view, side, spacing in mm, columns).
VIEWS = (
    ("MLO", "L", 0.1, 150),
    ("CC", "R", 0.1, 150),
    ("MLO", "R", 0.2, 100),
    ("CC", "L", 0.1, 120),
)


def _breast(number: int, view: str, side: str, spacing: float, columns: int) -> FileDataset:
    """Return a mammogram: 1000 at the chest wall, falling towards the nipple.

    The left MLO is stored mirrored: its rows run from the chest wall of the left breast like the
    others', but Patient Orientation says that they run to the front of a right one.
    """
    one = base(MAMMOGRAM, number, 1, MG, "MG")
    one.SeriesDescription = f"Breast {number}"
    one.ViewPosition, one.ImageLaterality = view, side
    one.ImagerPixelSpacing = [spacing, spacing]
    wall_right = side == "R" or (view, side) == ("MLO", "L")
    one.PatientOrientation = ["P" if wall_right else "A", "L" if view == "CC" else "FR"]
    ramp = np.linspace(200, 1000, columns)
    row = ramp if wall_right else ramp[::-1]
    add_pixels(one, np.repeat(row.astype(np.uint16)[None, :], 180, axis=0))
    one.WindowCenter, one.WindowWidth = 600, 1000
    return one


def _radiograph(number: int, view: str) -> FileDataset:
    one = base(CHEST, number, 1, CR, "CR")
    one.ViewPosition, one.BodyPartExamined = view, "CHEST"
    one.ImagerPixelSpacing = [0.5, 0.5]
    add_pixels(one, np.full((80, 80), 100 * number, np.uint16))
    return one


def _stack(
    person: Person, series: int, sop_class: str, modality: str, name: str, gap: float = 5
) -> list[FileDataset]:
    made = []
    for index in range(8):
        one = ct_slice(person, index)
        one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = sop_class
        one.Modality, one.SeriesDescription, one.SeriesNumber = modality, name, series
        one.SeriesInstanceUID = f"{person.study}.{series}"
        one.SOPInstanceUID = f"{person.study}.{series}.{index + 1}"
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
        one.ImagePositionPatient = [-48, -48, 100 - gap * index]
        made.append(one)
    return made


@pytest.fixture(scope="module")
def stored(noctis: LiveNoctis) -> None:
    session = noctis.server.session(noctis.users["sender"].token)
    names = ("Localizer sag", "ax T1 se", "ax T2 tse", "ax T2 FLAIR", "ax DWI trace")
    DICOMwebClient(f"{noctis.url}/dicom-web", session=session).store_instances(
        [
            *(_breast(number, *one) for number, one in enumerate(VIEWS, 1)),
            _radiograph(1, "LL"),
            _radiograph(2, "PA"),
            *(one for n, name in enumerate(names, 1) for one in _stack(HEAD, n, MR, "MR", name)),
            *_stack(PETCT, 1, PT, "PT", "PET AC", 10),
            *_stack(PETCT, 2, CT_CLASS, "CT", "CT ax"),
        ]
    )


CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"


@pytest.fixture
def viewer(page: Page, noctis: LiveNoctis, stored: None) -> ViewerPage:
    return ViewerPage(page, noctis.url)


def _lying(viewer: ViewerPage, count: int) -> list[str]:
    """Return the number of the series in each viewport."""
    for index in range(count):
        viewer.wait(index)
    uids = [viewer.state(index)["sopInstanceUID"] for index in range(count)]
    return [uid.removeprefix(f"{ROOT}.").split(".")[1] for uid in uids]


def _choose(viewer: ViewerPage, name: str) -> None:
    viewer.page.get_by_title("Layout", exact=True).click()
    viewer.page.get_by_role("menuitem", name=name).click()


def test_four_mammograms_hang_wall_to_wall_at_one_scale(viewer: ViewerPage) -> None:
    viewer.open(MAMMOGRAM.study)
    # RCC, LCC over RMLO, LMLO.
    assert _lying(viewer, 4) == ["2", "4", "3", "1"]
    order = [VIEWS[1], VIEWS[3], VIEWS[2], VIEWS[0]]

    def scales() -> list[float]:
        return [one[2] / viewer.state(n)["magnification"] for n, one in enumerate(order)]

    viewer.until(lambda: max(scales()) / min(scales()) < 1.005, lambda: f"{scales()}")
    # The largest picture just fits: 20 mm by 36 mm.
    box = viewer.viewport(2).bounding_box()
    assert box
    fitted = max(20 / box["width"], 36 / box["height"])
    assert scales()[2] == pytest.approx(fitted, rel=0.02)
    # Chest walls (posterior) meet in the middle; what was stored mirrored is mirrored back.
    assert [viewer.edges(n)["right"] for n in range(4)] == ["P", "A", "P", "A"]
    for n, (_, _, _, columns) in enumerate(order):
        shown = columns * viewer.state(n)["magnification"]
        viewer.until(lambda n=n, shown=shown: _ink(viewer, n, shown))
    viewer.page.set_viewport_size({"width": 900, "height": 700})
    viewer.until(lambda: max(scales()) / min(scales()) < 1.005 and scales()[2] > fitted * 1.1)
    viewer.page.set_viewport_size({"width": 1180, "height": 800})


_COLUMNS = """element => {
  const canvas = element.querySelector('canvas');
  const copy = Object.assign(document.createElement('canvas'),
    { width: canvas.width, height: 1 });
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, -Math.round(canvas.height / 2));
  const { data } = context.getImageData(0, 0, canvas.width, 1);
  return Array.from({ length: canvas.width }, (_, x) => data[4 * x]);
}"""


def _ink(viewer: ViewerPage, index: int, shown: float) -> bool:
    """Say whether the chest wall, which is brightest, touches the middle of the screen."""
    grey = viewer.viewport(index).evaluate(_COLUMNS)
    if index % 2:
        grey = grey[::-1]
    near, far = grey[-4], grey[int(len(grey) - shown + 4)]
    return near > 180 and near > far + 80 and grey[int(max(0, len(grey) - shown - 4))] < 10


def test_a_chest_hangs_from_the_front_then_from_the_side(viewer: ViewerPage) -> None:
    viewer.open(CHEST.study)
    assert _lying(viewer, 2) == ["2", "1"]
    assert (viewer.pixel(9, 9, 0), viewer.pixel(9, 9, 1)) == (200, 100)
    expect(viewer.viewport(2)).to_have_count(0)


def test_mr_hangs_by_sequence_and_pet_beside_ct_in_step(viewer: ViewerPage) -> None:
    viewer.open(HEAD.study)
    assert _lying(viewer, 4) == ["3", "4", "2", "5"]
    viewer.open(PETCT.study)
    assert _lying(viewer, 2) == ["2", "1"]
    for _ in range(4):
        viewer.page.keyboard.press("ArrowDown")
    # 4 x 5 mm are 2 x 10 mm.
    viewer.wait(0, index=4)
    viewer.wait(1, index=2)


def test_a_reader_hangs_otherwise_next_time_and_forgets_it(
    viewer: ViewerPage, noctis: LiveNoctis
) -> None:
    viewer.open(CHEST.study)
    assert _lying(viewer, 2) == ["2", "1"]
    viewer.page.get_by_title("Layout", exact=True).click()
    viewer.page.get_by_role("menuitemradio", name="2×1").click()
    viewer.card("Series 1 CR").drag_to(viewer.viewport(0))
    viewer.wait(0, sopInstanceUID=f"{CHEST.study}.1.1")
    viewer.card("Series 2 CR").drag_to(viewer.viewport(1))
    viewer.wait(1, sopInstanceUID=f"{CHEST.study}.2.1")
    _choose(viewer, "Hang it like this next time")
    expect(viewer.page.get_by_role("alert")).to_contain_text("CR CHEST")
    viewer.open(CHEST.study)
    assert _lying(viewer, 2) == ["1", "2"]
    upper, lower = (viewer.viewport(n).bounding_box() for n in (0, 1))
    assert upper and lower and lower["y"] > upper["y"] + 100
    _choose(viewer, "Standard hanging")
    assert _lying(viewer, 2) == ["2", "1"]
    _choose(viewer, "Forget my hanging")
    expect(viewer.page.get_by_role("alert")).to_contain_text("as usual")
    viewer.open(CHEST.study)
    assert _lying(viewer, 2) == ["2", "1"]


def _same(a: dict[str, Any], b: dict[str, Any]) -> None:
    for name in ("sopInstanceUID", "index", "range", "inverted", "edges"):
        assert a[name] == b[name], name
    assert a["magnification"] == pytest.approx(b["magnification"], rel=1e-3)


def _scene(viewer: ViewerPage) -> list[dict[str, Any]]:
    """Lay something out: two viewports, other slices, a window, zoom, a flip."""
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    viewer.page.get_by_title("Layout", exact=True).click()
    viewer.page.get_by_role("menuitemradio", name="1×2").click()
    viewer.card("Series 1 CT").drag_to(viewer.viewport(1))
    viewer.wait(1, index=0)
    for key in ("End", "2", "+", "h"):
        viewer.page.keyboard.press(key)
    viewer.wait(1, index=23)
    viewer.drag("right", (37, 21), 1)
    viewer.drag("middle", (31, -17), 1)
    viewer.viewport(0).click(position={"x": 5, "y": 200})
    for _ in range(3):
        viewer.page.keyboard.press("ArrowDown")
    viewer.wait(0, index=3)
    return [viewer.settled(0), viewer.settled(1)]


def _centre(viewer: ViewerPage) -> list[int]:
    return viewer.viewport(1).evaluate(_COLUMNS)


def test_a_link_shows_what_was_seen_and_names_nobody(viewer: ViewerPage) -> None:
    viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen, grey = _scene(viewer), _centre(viewer)
    _choose(viewer, "Copy link to this view")
    expect(viewer.page.get_by_role("alert")).to_contain_text("copied")
    link = viewer.page.evaluate("navigator.clipboard.readText()")
    fragment = link.split("#")[1]
    assert re.fullmatch(r"view=v1;[-A-Za-z0-9.,;=~/_+]+", fragment)
    assert not re.search(r"VIEWER|TEST|V-1\b|A-77|1960", fragment)
    viewer.page.goto("about:blank")
    viewer.page.goto(link)
    viewer.wait(0, index=3)
    viewer.wait(1, index=23)
    for n in (0, 1):
        _same(viewer.settled(n), seen[n])
    assert np.abs(np.subtract(_centre(viewer), grey)).max() <= 3
    # With the planes, which lie where they lay.
    viewer.page.keyboard.press("m")
    mpr = viewer.page.get_by_test_id("mpr")
    expect(mpr).to_have_attribute("data-status", "ready", timeout=30_000)
    where = mpr.locator(".corner-bottom-right").first
    before = where.inner_text()
    _choose(viewer, "Copy link to this view")
    link = viewer.page.evaluate("navigator.clipboard.readText()")
    viewer.page.goto("about:blank")
    viewer.page.goto(link)
    expect(mpr).to_have_attribute("data-status", "ready", timeout=30_000)
    expect(where).to_contain_text(before.splitlines()[0])


def test_reading_goes_on_where_it_stopped(viewer: ViewerPage) -> None:
    seen = _scene(viewer)
    with viewer.page.expect_response(re.compile("/api/reading-places/")) as kept:
        pass
    assert kept.value.status == 204
    viewer.open(FIRST.study)
    viewer.wait(0, index=0)
    offer = viewer.page.get_by_test_id("offers").get_by_text("Continue where you were")
    offer.click()
    viewer.wait(0, index=3)
    viewer.wait(1, index=23)
    for n in (0, 1):
        _same(viewer.settled(n), seen[n])
    # Another patient's study offers nothing of it.
    viewer.open(SECOND.study)
    viewer.wait()
    expect(offer).to_have_count(0)


@pytest.fixture
def second(page: Page, noctis: LiveNoctis) -> Iterator[ViewerPage]:
    other = page.context.new_page()
    yield ViewerPage(other, noctis.url)
    other.close()


def test_a_second_window_goes_along_and_a_stranger_is_announced(
    viewer: ViewerPage, second: ViewerPage
) -> None:
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    with viewer.page.context.expect_page() as opened:
        _choose(viewer, "Open second window")
    follower = ViewerPage(opened.value, viewer.url)
    follower.wait(index=0)
    viewer.page.bring_to_front()
    for _ in range(5):
        viewer.page.keyboard.press("ArrowDown")
    viewer.wait(index=5)
    follower.wait(index=5)
    follower.page.bring_to_front()
    follower.page.keyboard.press("Home")
    follower.wait(index=0)
    viewer.wait(index=0)
    for one in (viewer, follower):
        expect(one.page.get_by_test_id("windows-warning")).to_have_count(0)
    follower.page.close()
    second.open(SECOND.study)
    warnings = [one.page.get_by_test_id("windows-warning") for one in (viewer, second)]
    expect(warnings[0]).to_contain_text("Another patient is open in window 2")
    expect(warnings[1]).to_contain_text("Another patient is open in window 1")
    second.page.goto("about:blank")
    expect(warnings[0]).to_have_count(0)


def test_two_patients_in_one_window_are_never_without_a_warning(viewer: ViewerPage) -> None:
    viewer.open(CHEST.study, MAMMOGRAM.study)
    # Not hung as one patient's studies: each in a viewport of its own.
    viewer.wait(0)
    viewer.wait(1)
    warning = viewer.page.locator(".patient-warning")
    expect(warning).to_contain_text("2 patients in this window")
    viewer.page.keyboard.press("l")
    expect(warning).to_be_visible()
    _choose(viewer, "Standard hanging")
    expect(viewer.page.get_by_text("no standard hanging")).to_be_visible()
    expect(warning).to_be_visible()
