"""PET over CT, and volumes in 3D: colours and places as they follow from the numbers."""

import io

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_page import PATIENCE_S, ViewerPage
from tests.e2e.viewer_studies import CT, ROOT, Person, add_pixels, base

pytestmark = pytest.mark.browser

PET = "1.2.840.10008.5.1.4.1.1.128"
BOTH = Person("FUSED^PAIR", "V-71", f"{ROOT}.71", "PET/CT")
CUBE = Person("CUBE^BRIGHT", "V-72", f"{ROOT}.72", "A cube")
SLICES, SIZE, GAP = 12, 48, 4.0
# Bq/ml times this are SUV: 75 kg, 370 MBq, no time between injection and scan.
SUV_FACTOR = 75_000 / 370e6
HOT_SUV = 7.0


def _placed(instance: FileDataset, person: Person, z: float, spacing: float = 2.0) -> FileDataset:
    instance.FrameOfReferenceUID = f"{person.study}.9"
    instance.ImagePositionPatient = [-SIZE, -SIZE, z]
    instance.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    instance.PixelSpacing, instance.SliceThickness = [spacing, spacing], GAP
    instance.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    return instance


def _ct(person: Person, index: int, hu: np.ndarray, gap: float = GAP) -> FileDataset:
    instance = _placed(base(person, 1, index + 1, CT, "CT"), person, -gap * index)
    instance.RescaleIntercept, instance.RescaleSlope, instance.RescaleType = -1024, 1, "HU"
    instance.WindowCenter, instance.WindowWidth = 40, 400
    add_pixels(instance, (hu + 1024).astype(np.uint16))
    return instance


def _pet(person: Person, index: int) -> FileDataset:
    instance = _placed(base(person, 2, index + 1, PET, "PT"), person, -GAP * index)
    instance.Units, instance.DecayCorrection, instance.CorrectedImage = "BQML", "ADMIN", ["ATTN"]
    instance.PatientWeight = 75
    dose = Dataset()
    dose.RadionuclideTotalDose, dose.RadionuclideHalfLife = 370e6, 6586.2
    instance.RadiopharmaceuticalInformationSequence = Sequence([dose])
    instance.RescaleIntercept, instance.RescaleSlope = 0, 1
    values = np.zeros((SIZE, SIZE))
    values[:, SIZE // 2 :] = HOT_SUV / SUV_FACTOR
    add_pixels(instance, values.astype(np.uint16))
    return instance


@pytest.fixture(scope="module")
def studies(noctis: LiveNoctis) -> None:
    flat = np.full((SIZE, SIZE), 40, np.int16)
    cube = [np.full((SIZE, SIZE), -1000, np.int16) for _ in range(SIZE)]
    # To the patient's right, in front, near the head.
    for index in range(6, 16):
        cube[index][8:18, 6:16] = 1500
    session = noctis.server.session(noctis.users["sender"].token)
    DICOMwebClient(f"{noctis.url}/dicom-web", session=session).store_instances(
        [_ct(BOTH, index, flat) for index in range(SLICES)]
        + [_pet(BOTH, index) for index in range(SLICES)]
        + [_ct(CUBE, index, hu, gap=2.0) for index, hu in enumerate(cube)]
    )


@pytest.fixture
def viewer(page: Page, noctis: LiveNoctis, studies: None) -> ViewerPage:
    return ViewerPage(page, noctis.url)


def _colour(viewer: ViewerPage, plane: str, world: tuple[float, float, float]) -> np.ndarray:
    at = viewer.page.evaluate(
        "([plane, world]) => window.noctisViewer.planeCanvas(plane, world)", [plane, list(world)]
    )
    section = viewer.page.get_by_test_id(f"mpr-{plane}")
    shot = np.asarray(Image.open(io.BytesIO(section.screenshot())).convert("RGB"), float)
    x, y = (round(value) for value in at)
    return shot[y - 2 : y + 2, x - 2 : x + 2].mean(axis=(0, 1))


def test_pet_lies_over_ct_in_its_own_colours_and_window(viewer: ViewerPage) -> None:
    page = viewer.page
    viewer.open(BOTH.study)
    viewer.wait(index=0)
    page.keyboard.press("Shift+U")
    mpr = page.get_by_test_id("mpr")
    expect(mpr).to_have_attribute("data-status", "ready", timeout=PATIENCE_S * 1000)
    page.keyboard.press("c")
    cold, hot = (-20.0, -20.0, 0.0), (25.0, -20.0, 0.0)

    def is_like(world: tuple[float, float, float], wanted: list[float]) -> None:
        viewer.until(
            lambda: np.abs(_colour(viewer, "axial", world) - wanted).max() < 14,
            lambda: f"{_colour(viewer, 'axial', world)} instead of {wanted}",
        )

    # 40 HU are the middle of the window of the CT; nothing lies over it where there is no uptake.
    is_like(cold, [127, 127, 127])
    # At the top of the window of the PET: white, which covers 60 %.
    is_like(hot, [204, 204, 204])
    page.get_by_role("combobox", name="Colours").select_option("rainbow")
    is_like(hot, [0.6 * 217 + 51, 51, 51])
    # Half as hot when the window is twice as wide.
    page.get_by_role("slider", name="SUV, up to").fill("14")
    is_like(hot, [51, 0.6 * 208 + 51, 0.6 * 94 + 51])
    page.get_by_role("slider", name="Cover").fill("0")
    is_like(hot, [127, 127, 127])
    expect(page.get_by_test_id("values-axial")).to_have_text("40 HU · 7.00 SUVbw")


def _bright_middle(viewer: ViewerPage) -> tuple[float, float] | None:
    """Return where the bright pixels of the picture have their middle, as shares of its size."""
    canvas = viewer.page.get_by_test_id("solid-viewport")
    shot = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"), float)
    # The letters at the edges and in the corners are not the picture.
    shot[: len(shot) // 8], shot[-len(shot) // 8 :] = 0, 0
    shot[:, : shot.shape[1] // 12], shot[:, -shot.shape[1] // 12 :] = 0, 0
    rows, columns = np.nonzero(shot > 150)
    if len(rows) < 200:
        return None
    return float(columns.mean() / shot.shape[1]), float(rows.mean() / len(shot))


def test_a_volume_in_3d_is_turned_cut_and_dressed(viewer: ViewerPage) -> None:
    page = viewer.page
    page.set_viewport_size({"width": 820, "height": 560})
    viewer.open(CUBE.study)
    viewer.wait(index=0)
    page.keyboard.press("ArrowDown")
    viewer.wait(index=1)
    page.keyboard.press("Shift+M")
    solid = page.get_by_test_id("solid")
    expect(solid).to_have_attribute("data-fine", "true", timeout=PATIENCE_S * 1000)
    page.get_by_role("button", name="Maximum intensity").click()
    places: list[tuple[float, float] | None] = [None]

    def lies(test: str) -> None:
        """Wait until the middle of what is bright lies as the expression in x and y says."""

        def seen() -> bool:
            places[0] = _bright_middle(viewer)
            x, y = places[0] or (-1, -1)
            return bool(eval(test, {}, {"x": x, "y": y}))

        viewer.until(seen, lambda: f"{places[0]}, not {test}")

    # From the front the patient's right is on the left, the head is above.
    lies("0 < x < 0.45 and 0 < y < 0.45")
    page.keyboard.press("p")
    lies("x > 0.55 and 0 < y < 0.45")
    page.keyboard.press("l")
    # From the left, the front is on the left.
    lies("0 < x < 0.45 and 0 < y < 0.45")
    page.keyboard.press("a")
    lies("0 < x < 0.45")
    before = places[0]
    assert before
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    lies(f"x > 0 and abs(x - {before[0]}) > 0.02")
    page.keyboard.press("a")
    # Without the right third of the patient the cube is gone.
    page.get_by_role("slider", name="Right to left: cut at R").fill("0.5")
    lies("x < 0")
    page.get_by_role("button", name="Whole volume").click()
    lies("0 < x < 0.45")
    page.keyboard.press("Escape")
    viewer.wait(index=1)


def test_what_does_not_go_together_is_not_laid_together(viewer: ViewerPage) -> None:
    viewer.open(CUBE.study)
    viewer.wait(index=0)
    viewer.page.keyboard.press("Shift+U")
    expect(viewer.page.get_by_role("alert")).to_contain_text("no PET")
    expect(viewer.page.get_by_test_id("mpr")).to_have_count(0)


def _saved(viewer: ViewerPage, choice: str) -> tuple[str, np.ndarray]:
    page = viewer.page
    with page.expect_download() as started:
        page.get_by_title("Save as a picture", exact=True).click()
        page.get_by_role("menuitem", name=choice, exact=True).click()
    shot = Image.open(started.value.path())
    assert shot.format == ("JPEG" if "JPEG" in choice else "PNG")
    return started.value.suggested_filename, np.asarray(shot.convert("L"), float)


def test_what_is_seen_is_saved_with_and_without_names(viewer: ViewerPage) -> None:
    viewer.open(BOTH.study)
    viewer.wait(index=0)
    # Bright text is seen upon the black around a small picture.
    for _ in range(6):
        viewer.page.keyboard.press("-")
    viewer.settled()
    box = viewer.viewport().bounding_box()
    assert box
    name, named = _saved(viewer, "Picture (PNG)")
    assert named.shape[1] >= box["width"]
    assert "FUSED" not in name and "V-71" not in name
    # 40 HU in the middle of the window, in the middle of the viewport.
    y, x = round(box["height"] / 2), round(box["width"] / 2)
    assert abs(named[y - 3 : y + 3, x - 3 : x + 3].mean() - 127) < 3
    assert named[4:60, 4:200].max() > 180
    _, nameless = _saved(viewer, "Picture without names (JPEG)")
    assert nameless[4:60, 4:200].max() < 40
    assert nameless[-60:-4].max() > 180
