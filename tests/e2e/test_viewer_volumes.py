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
BOTH = Person("FUSED^PAIR", "V-21", f"{ROOT}.21", "PET/CT")
CUBE = Person("CUBE^BRIGHT", "V-22", f"{ROOT}.22", "A cube")
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
    is_like(hot, [51, 0.6 * 210 + 51, 0.6 * 51 + 51])
    page.get_by_role("slider", name="Cover").fill("0")
    is_like(hot, [127, 127, 127])
    expect(page.get_by_test_id("values-axial")).to_have_text("40 HU · 7.00 SUVbw")
