"""Real and synthetic geometries under the knife: what is a volume is cut, what is none is refused.

A picture that is bent looks like anatomy; each refusal says what is wrong with the series.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.corpus import CorpusFile, corpus_files
from tests.corpus_doors import upload_zip
from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.viewer_page import PATIENCE_S, ViewerPage

pytestmark = [pytest.mark.browser, pytest.mark.corpus]

# Folder of the corpus -> what is said; nothing where the series is a volume.
CASES = {
    "synthetic/geometry/oblique": "",
    "synthetic/geometry/shuffled_instance_numbers": "",
    "synthetic/geometry/gantry_tilt": "gantry tilt",
    "synthetic/geometry/missing_slices": "unevenly spaced",
    "synthetic/geometry/variable_spacing": "unevenly spaced",
    # Two images in each place are two passes through the body; one of them is cut.
    "synthetic/geometry/duplicate_positions": "",
    "synthetic/geometry/mixed_matrix": "differ in size",
    "synthetic/geometry/mixed_orientation": "do not lie parallel",
    "synthetic/geometry/no_ipp": "do not lie parallel",
    "studies/ct-head-ge-gantrytilt": "gantry tilt",
}


def _files_of(folder: str) -> list[CorpusFile]:
    return [file for file in corpus_files() if file.name.startswith(f"{folder}/")]


@pytest.fixture(scope="module")
def viewer(
    noctis: LiveNoctis, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ViewerPage]:
    files = [file for folder in CASES for file in _files_of(folder)]
    people = noctis.server.populate(
        facilities=["Geometry"], users={"geometer": ("FACILITY", "Geometry")}
    )
    lines = upload_zip(
        noctis.server,
        noctis.users["chief"].token,
        people.facilities["Geometry"],
        files,
        tmp_path_factory.mktemp("geometry"),
    )
    assert {line["result"] for line in lines.values()} == {"stored"}, lines
    cookies = noctis.cookies(people.users["geometer"])
    context = browser.new_context(viewport=DESKTOP, storage_state=cookies)
    watch = Watch()
    yield ViewerPage(watch.attach(context.new_page()), noctis.url)
    context.close()


@pytest.mark.parametrize(("folder", "reason"), CASES.items(), ids=lambda one: one.split("/")[-1])
def test_a_series_is_cut_or_says_why_not(viewer: ViewerPage, folder: str, reason: str) -> None:
    studies = {file.identity.study_instance_uid for file in _files_of(folder)}
    assert len(studies) == 1, studies
    viewer.open(studies.pop())
    viewer.wait(index=0)
    viewer.page.keyboard.press("m")
    planes = viewer.page.get_by_test_id("mpr")
    if reason:
        expect(viewer.page.get_by_role("alert")).to_contain_text(reason)
        expect(planes).to_have_count(0)
    else:
        expect(planes).to_have_attribute("data-status", "ready", timeout=PATIENCE_S * 1000)
