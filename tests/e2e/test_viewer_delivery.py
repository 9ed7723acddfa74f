"""How frames come to the browser: packed over a slow line, coarse at first, several at once."""

from collections.abc import Iterator

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, Response, expect

from tests.e2e.conftest import LiveNoctis, Watch
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import DX, FIRST, ROOT, SLICES, Person, add_pixels, base, ct_hu

pytestmark = pytest.mark.browser

LARGE = Person("LARGE^PICTURE", "V-19", f"{ROOT}.19", "A large radiograph")
ROWS, COLUMNS = 1700, 1301
SLOW_BYTES_S = 1_500_000


def _radiograph() -> np.ndarray:
    """Return soft shades with noise, so that packing leaves some megabytes."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    noise = np.random.default_rng(7).normal(0, 40, (ROWS, COLUMNS))
    shades = 2000 + 1500 * np.sin(rows / 300) * np.cos(columns / 250)
    return np.clip(shades + noise, 0, 4095).astype(np.uint16)


@pytest.fixture(scope="module")
def radiograph(noctis: LiveNoctis) -> np.ndarray:
    pixels = _radiograph()
    instance = base(LARGE, 1, 1, DX, "DX")
    add_pixels(instance, pixels)
    instance.BitsStored, instance.HighBit = 12, 11
    instance.WindowCenter, instance.WindowWidth = 2000, 4000
    session = noctis.server.session(noctis.users["sender"].token)
    DICOMwebClient(f"{noctis.url}/dicom-web", session=session).store_instances([instance])
    return pixels


def _remember_line(page: Page, bytes_per_second: int) -> None:
    """Tell the page of its line as after an earlier visit, which left it the scripts too."""
    page.add_init_script(f"localStorage['noctis-line'] = `{bytes_per_second} ${{Date.now()}}`")


@pytest.fixture
def slow(page: Page) -> Iterator[None]:
    _remember_line(page, SLOW_BYTES_S)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"downloadThroughput": SLOW_BYTES_S, "uploadThroughput": SLOW_BYTES_S}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 10, **limits})
    yield
    session.detach()


def _kinds(page: Page) -> list[str]:
    """Return, as they come, what the pixel answers are made of."""
    kinds: list[str] = []

    def note(response: Response) -> None:
        if "/frames/" in response.url or "/pixeldata" in response.url:
            kinds.append(f"{response.url.split('/')[-1][:9]} {response.headers['content-type']}")

    page.on("response", note)
    return kinds


@pytest.mark.usefixtures("slow")
def test_a_large_picture_is_coarse_before_it_is_whole(
    page: Page, noctis: LiveNoctis, radiograph: np.ndarray
) -> None:
    viewer = ViewerPage(page, noctis.url)
    kinds = _kinds(page)
    viewer.open(LARGE.study)
    viewer.until(lambda: viewer.state().get("coarse") is True)
    expect(page.get_by_test_id("coarse")).to_be_visible()
    # Nothing is measured on what is not there yet.
    assert viewer.pixel(500, 500) is None
    viewer.wait(coarse=False)
    expect(page.get_by_test_id("coarse")).to_have_count(0)
    for column, row in ((0, 0), (700, 650), (COLUMNS - 1, ROWS - 1)):
        assert viewer.pixel(column, row) == radiograph[row, column]
    assert kinds and all("image/jphc" in kind for kind in kinds)


@pytest.mark.usefixtures("slow")
def test_slices_come_packed_several_at_once_over_a_slow_line(
    page: Page, noctis: LiveNoctis
) -> None:
    viewer = ViewerPage(page, noctis.url)
    kinds = _kinds(page)
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    page.keyboard.press("End")
    viewer.wait(index=SLICES - 1)
    assert viewer.pixel(48, 48) == ct_hu(SLICES - 1)[48, 48]
    assert viewer.pixel(2, 2) == -1000  # signed values keep their sign
    assert all("image/jphc" in kind for kind in kinds)
    batches = [kind for kind in kinds if kind.startswith("pixeldata")]
    assert batches and len(kinds) < SLICES


def test_a_fast_line_brings_pixels_as_they_are_stored(page: Page, noctis: LiveNoctis) -> None:
    _remember_line(page, 1_000_000_000)
    viewer = ViewerPage(page, noctis.url)
    kinds = _kinds(page)
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    page.keyboard.press("End")
    viewer.wait(index=SLICES - 1)
    assert viewer.pixel(48, 48) == ct_hu(SLICES - 1)[48, 48]
    assert all("octet-stream" in kind for kind in kinds) and len(kinds) < SLICES, kinds


def test_a_frame_of_a_batch_that_breaks_is_asked_for_by_itself(
    page: Page, noctis: LiveNoctis, watch: Watch
) -> None:
    watch.expected.append("net::ERR_FAILED")
    page.route("**/pixeldata*", lambda route: route.abort())
    viewer = ViewerPage(page, noctis.url)
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    for index in range(SLICES):
        page.keyboard.press("ArrowDown")
        viewer.wait(index=min(index + 1, SLICES - 1))
    assert viewer.pixel(48, 48) == ct_hu(SLICES - 1)[48, 48]
