"""Real objects in the viewer: one of each SOP class in each transfer syntax of the corpus.

Where NOCTIS_DISPLAYED names a file, what was seen is written there as JSON, for the table in
docs/conformance.md.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.corpus import CorpusFile, corpus_files, rounds
from tests.corpus_doors import upload_zip
from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.viewer_corpus import Seen, representatives, tour
from tests.e2e.viewer_page import ViewerPage

pytestmark = [pytest.mark.browser, pytest.mark.corpus]

# Nobody decodes these: the transfer syntax does not exist.
UNDECODABLE = {"synthetic/malformed/unknown_transfer_syntax.dcm"}
H264, MPEG2 = "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.100"
VIDEO = {H264, MPEG2}


@pytest.fixture(scope="module")
def seen(
    noctis: LiveNoctis, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[CorpusFile], list[Seen], Watch]]:
    """What the viewer shows of each; objects in conflict with others lie in another facility."""
    files = representatives([file for file in corpus_files() if file.is_valid])
    found: list[Seen] = []
    # The one picture that nobody can decode, and says so.
    watch = Watch(expected=["406 (Not Acceptable)"])
    folder = tmp_path_factory.mktemp("corpus")
    for number, group in enumerate(rounds(files)):
        found += _tour(noctis, browser, watch, group, f"Corpus {number}", folder)
    if target := os.environ.get("NOCTIS_DISPLAYED"):
        Path(target).write_text(json.dumps([one.as_json() for one in found], indent=1))
    yield files, found, watch


def _tour(
    noctis: LiveNoctis,
    browser: Browser,
    watch: Watch,
    files: list[CorpusFile],
    facility: str,
    folder: Path,
) -> list[Seen]:
    username = facility.lower().replace(" ", "-")
    people = noctis.server.populate(facilities=[facility], users={username: ("FACILITY", facility)})
    number = people.facilities[facility]
    lines = upload_zip(noctis.server, noctis.users["chief"].token, number, files, folder)
    assert {line["result"] for line in lines.values()} == {"stored"}, lines
    cookies = noctis.cookies(people.users[username])
    context = browser.new_context(viewport=DESKTOP, storage_state=cookies)
    page = watch.attach(context.new_page())
    found = list(tour(ViewerPage(page, noctis.url), files))
    context.close()
    return found


def _table(found: list[Seen]) -> str:
    return "\n".join(f"{one.name}: {one.displayed} {one.detail}" for one in found)


def test_every_object_with_pixels_is_shown(seen: Any) -> None:
    files, found, _ = seen
    with_pixels = {
        file.name
        for file in files
        if file.decodes != "no-pixels"
        and file.transfer_syntax_uid not in VIDEO
        and file.name not in UNDECODABLE
    }
    missing = [one for one in found if one.name in with_pixels and one.displayed != "picture"]
    assert not missing, _table(missing)
    assert len(found) == len(files)


def test_pixels_are_those_of_other_decoders(seen: Any) -> None:
    pictures = [one for one in seen[1] if one.displayed == "picture"]
    wrong = [one for one in pictures if one.detail]
    assert not wrong, _table(wrong)
    compared = [one for one in pictures if one.compared]
    assert len(compared) > 0.9 * len(pictures), _table(
        [one for one in pictures if not one.compared]
    )


def test_objects_without_pixels_say_what_they_are(seen: Any) -> None:
    files, found, _ = seen
    without = {file.name for file in files if file.decodes == "no-pixels"}
    says: Callable[[Seen], bool] = lambda one: (  # noqa: E731
        one.displayed == "message"
        and ("has no picture" in one.detail or "images that it was made for" in one.detail)
        and "Unknown" not in one.detail
    )
    reads: Callable[[Seen], bool] = lambda one: (  # noqa: E731
        one.displayed == "sheet" and "could not be loaded" not in one.detail
    )
    wrong = [one for one in found if one.name in without and not (says(one) or reads(one))]
    assert not wrong, _table(wrong)
    sheets = [one for one in found if one.displayed == "sheet"]
    assert len(sheets) >= 8, _table(sheets)
    curves = [one for one in sheets if "curves" in one.detail]
    assert curves and all("- 12 curves" in one.detail for one in curves), _table(curves)


def test_videos_play_or_can_be_saved_and_what_nobody_decodes_says_so(seen: Any) -> None:
    found = seen[1]
    video = {one.transfer_syntax_uid: one for one in found if one.transfer_syntax_uid in VIDEO}
    assert video[H264].displayed == "video", _table(list(video.values()))
    assert "Save the video" in video[MPEG2].detail, _table(list(video.values()))
    undecodable = [one for one in found if one.name in UNDECODABLE]
    assert [one.displayed for one in undecodable] == ["failure"] * len(UNDECODABLE)
    assert all("decoded" in one.detail for one in undecodable), _table(undecodable)


def test_the_page_complains_of_nothing(seen: Any) -> None:
    seen[2].check()
