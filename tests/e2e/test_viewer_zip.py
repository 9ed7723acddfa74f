"""The study as a ZIP file: from the link to files that a DICOM reader finds its way in."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect
from pydicom.fileset import FileSet

from tests.e2e.conftest import LiveNoctis, Watch
from tests.e2e.viewer_page import ViewerPage
from tests.e2e.viewer_studies import FIRST, OBJECTS, SLICES, ct_slice

pytestmark = pytest.mark.browser


def unpacked(download: Download, folder: Path) -> FileSet:
    """Return what is in a downloaded file, found through its DICOMDIR."""
    path = folder / download.suggested_filename
    download.save_as(path)
    with zipfile.ZipFile(path) as read:
        assert read.testzip() is None
        read.extractall(folder)
    return FileSet(folder / "DICOMDIR")


def test_the_study_in_the_viewer_is_taken_along_whole(
    page: Page, noctis: LiveNoctis, tmp_path: Path
) -> None:
    viewer = ViewerPage(page, noctis.url)
    viewer.open(FIRST.study)
    viewer.wait(index=0)
    with viewer.page.expect_download() as started:
        viewer.page.get_by_role("link", name="Download study (ZIP)").click()
    assert started.value.suggested_filename.startswith("study-A-77-")
    found = unpacked(started.value, tmp_path)
    sent = {ct_slice(FIRST, index).SOPInstanceUID: index for index in range(SLICES)}
    pixels = {one.SOPInstanceUID: one.load().PixelData for one in found}
    for uid, index in sent.items():
        assert pixels[uid] == ct_slice(FIRST, index).PixelData
    # The viewer is as it was.
    assert viewer.state()["index"] == 0


def test_the_list_and_the_page_of_a_study_offer_it_too(
    browser: Browser,
    noctis: LiveNoctis,
    signed_in: Callable[[str], object],
    watch: Watch,
    tmp_path: Path,
) -> None:
    context = browser.new_context(storage_state=signed_in("reader"))  # type: ignore[arg-type]
    page: Page = watch.attach(context.new_page())
    page.goto(f"{noctis.url}/worklist/")
    row = page.locator(f'tr[data-uid="{OBJECTS.study}"]')
    row.scroll_into_view_if_needed()
    # A scrolled list closes its menu, and says so only with the next picture.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    row.locator("[data-row-menu]").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Download study (ZIP)").click()
    kinds = {one.node.record_type for one in unpacked(started.value, tmp_path)}
    assert {"IMAGE", "SR DOCUMENT", "ENCAP DOC"} <= kinds
    page.goto(f"{noctis.url}/study/{OBJECTS.study}/")
    link = page.get_by_role("link", name="Download (ZIP)")
    expect(link).to_have_attribute("href", f"/viewer/studies/{OBJECTS.study}/zip?facility=1")
    with page.expect_download() as again:
        link.click()
    assert again.value.suggested_filename == started.value.suggested_filename
    context.close()
