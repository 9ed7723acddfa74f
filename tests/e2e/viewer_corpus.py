"""A tour through real objects in the viewer: what it shows of each, against other decoders."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from playwright.sync_api import Locator
from pydicom.pixels import apply_color_lut, apply_modality_lut

from tests.corpus import CorpusFile
from tests.e2e.viewer_page import ViewerPage
from tests.reference_pixels import NoReferenceError, reference_frames, tolerance

# As many as the viewer takes in one address (viewer/views.py).
STUDIES_OF_A_PAGE = 16


@dataclass(frozen=True)
class Seen:
    """What the viewer made of one object.

    Attributes
    ----------
    displayed : str
        ``picture``; ``sheet``: a report or a waveform, to be read; ``video``: it plays;
        ``overlay``: it lies over its images; ``message``: it says what the object is and why there
        is nothing to see of it; ``failure``: it says why there is no picture although there
        should be one.
    detail : str
        The words on the screen for a message or failure; what differs from other decoders.
    compared : bool
        Whether pixel values were compared with those of another decoder.
    """

    name: str
    sop_class_uid: str
    transfer_syntax_uid: str
    displayed: str
    detail: str = ""
    compared: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def representatives(files: Sequence[CorpusFile]) -> list[CorpusFile]:
    """Return one file for each SOP class in each transfer syntax: one that others decode, small."""
    groups: dict[tuple[str, str], list[CorpusFile]] = {}
    for file in files:
        groups.setdefault((file.identity.sop_class_uid, file.transfer_syntax_uid), []).append(file)
    # Files of a kilobyte are made by hand for one purpose and hold hardly a pixel.
    return [
        min(
            group, key=lambda file: (not file.decodes.startswith("ok"), file.size < 4096, file.size)
        )
        for group in groups.values()
    ]


def tour(viewer: ViewerPage, files: Sequence[CorpusFile]) -> Iterator[Seen]:
    """Open the studies of files, which one user may see, and look at each."""
    by_study: dict[str, list[CorpusFile]] = {}
    for file in files:
        by_study.setdefault(file.identity.study_instance_uid, []).append(file)
    studies = list(by_study)
    for start in range(0, len(studies), STUDIES_OF_A_PAGE):
        chosen = studies[start : start + STUDIES_OF_A_PAGE]
        viewer.open(*chosen)
        viewer.until(lambda: _series_are_known(viewer))
        for study in chosen:
            for file in by_study[study]:
                yield look_at(viewer, file)


def _series_are_known(viewer: ViewerPage) -> bool:
    cards = viewer.page.locator(".series-card")
    return cards.count() > 0 and viewer.page.locator(".series-pending, .skeleton").count() == 0


def look_at(viewer: ViewerPage, file: CorpusFile) -> Seen:
    """Put an object into the first viewport and compare what is there."""
    state = _show_picture(viewer, file)
    if state is None:
        return _seen(file, *_show_other(viewer, file))
    if state["status"] == "failed":
        return _seen(file, "failure", state["failure"])
    wrong = _difference(viewer, file, state)
    return _seen(file, "picture", wrong or "", compared=wrong is not None)


def _seen(file: CorpusFile, displayed: str, detail: str, compared: bool = False) -> Seen:
    who = file.identity
    syntax = file.transfer_syntax_uid
    return Seen(file.name, who.sop_class_uid, syntax, displayed, detail, compared)


def _show_picture(viewer: ViewerPage, file: CorpusFile) -> dict[str, Any] | None:
    """Show the object's first frame; None when no stack and no clip holds it."""
    who = file.identity
    for card in (f"{who.series_instance_uid}/{who.sop_instance_uid}", who.series_instance_uid):
        if _choose(viewer, card) and (state := _found(viewer, who.sop_instance_uid)):
            return state
    # A segmentation whose images are not here has frames of its own.
    alone = viewer.viewport().get_by_role("button", name="Show its frames alone")
    if not _choose(viewer, f"{who.series_instance_uid}/overlay") or not alone.count():
        return None
    alone.click()
    return _found(viewer, who.sop_instance_uid)


def _found(viewer: ViewerPage, sop_instance_uid: str) -> dict[str, Any] | None:
    """Turn the stack on the screen to an object; None when it is not in it."""
    state = _arrived(viewer)
    while state["sopInstanceUID"] != sop_instance_uid:
        if state["index"] + 1 == state["frames"]:
            return None
        viewer.page.keyboard.press("ArrowDown")
        state = _arrived(viewer, beyond=state["index"])
    return state


def _choose(viewer: ViewerPage, card: str) -> bool:
    found = viewer.page.locator(f'.series-card[data-set="{card}"]')
    if found.count() == 0:
        return False
    # Not by the mouse: it would have to scroll the list to each of them.
    found.dispatch_event("click")
    return True


def _arrived(viewer: ViewerPage, beyond: int = -1) -> dict[str, Any]:
    """Wait until the frame asked for is there, or known to fail."""

    def here() -> bool:
        state = viewer.state()
        done = state.get("status") in ("ready", "failed") and state["index"] == state["wanted"]
        return done and state["index"] != beyond

    viewer.until(here, lambda: f"{viewer.state()}")
    return viewer.state()


def _show_other(viewer: ViewerPage, file: CorpusFile) -> tuple[str, str]:
    """Return ``sheet``, ``video``, ``overlay`` or ``message``, and what stands there."""
    series = file.identity.series_instance_uid
    if _choose(viewer, f"{series}/video"):
        return _video(viewer)
    if _choose(viewer, f"{series}/overlay"):
        return _overlay(viewer)
    assert _choose(viewer, f"{series}/no-picture"), file.name
    sheet = viewer.viewport().get_by_test_id("sheet")
    if sheet.count() == 0:
        return "message", _message(viewer)
    if (choice := sheet.get_by_label("Object")).count():
        choice.select_option(value=file.identity.sop_instance_uid)
    page = sheet.locator(".sheet-page")
    if page.count() == 0:
        return "message", _message(viewer)
    # A curve comes a moment later than its frame, or the reason why it does not.
    viewer.until(lambda: "Loading" not in page.inner_text())
    curves = f" - {sheet.locator('.trace').count()} curves" if sheet.locator("svg").count() else ""
    return "sheet", page.inner_text()[:200].replace("\n", " ") + curves


def _video(viewer: ViewerPage) -> tuple[str, str]:
    tile = viewer.viewport().locator(".video-sheet")
    player = tile.get_by_test_id("video")
    told = tile.locator(".tile:not(.tile-loading)")
    viewer.until(lambda: told.count() > 0 or _plays(player))
    return ("message", told.inner_text()) if told.count() else ("video", "plays")


def _plays(player: Locator) -> bool:
    # It goes away by itself when the browser cannot play it.
    return bool(player.evaluate_all("all => all.some(({readyState}) => readyState >= 2)"))


def _overlay(viewer: ViewerPage) -> tuple[str, str]:
    """Laid over its images, or the words that say that they are not here."""
    panel = viewer.page.get_by_test_id("overlays")
    if panel.count():
        return "overlay", panel.inner_text().replace("\n", " ")
    return "message", _message(viewer)


def _message(viewer: ViewerPage) -> str:
    return " - ".join(viewer.viewport().get_by_role("status").inner_text().split("\n\n"))


def _difference(viewer: ViewerPage, file: CorpusFile, state: dict[str, Any]) -> str | None:
    """Compare pixels with another decoder's: '' when equal, None when no other decodes it."""
    try:
        frame, allowed = expected_frame(file.path, state["frameNumber"])
    except NoReferenceError:
        return None
    rows, columns = frame.shape[:2]
    places = [
        (0, 0),
        (columns // 2, rows // 2),
        (columns // 3, rows - 1),
        (columns - 1, 2 * rows // 3),
    ]
    for column, row in places:
        shown, wanted = viewer.pixel(column, row), frame[row, column]
        if not np.allclose(
            np.asarray(shown, float), wanted, rtol=1e-5, atol=allowed, equal_nan=True
        ):
            return f"{column},{row}: {shown} instead of {wanted.tolist()}"
    return ""


def expected_frame(path: Path, number: int) -> tuple[np.ndarray, float]:
    """Return a frame (from 1) in modality values or RGB of 8 bits, and by how much it may differ.

    Raises
    ------
    NoReferenceError
        No other decoder takes it.
    """
    with warnings.catch_warnings(action="ignore"):
        ds = pydicom.dcmread(path, force=True, defer_size=1024)
        *_, frame = reference_frames(path, number)
        if ds.get("PhotometricInterpretation") == "PALETTE COLOR":
            colours = apply_color_lut(frame, ds)
            return colours >> (8 if colours.dtype.itemsize == 2 else 0), 0
        if frame.ndim == 3:
            return frame.astype(np.int64) >> max(0, ds.BitsStored - 8), tolerance(path)
        source = _transformation(ds, number)
        return apply_modality_lut(frame, source), tolerance(path) * float(
            source.get("RescaleSlope", 1) or 1
        )


def _transformation(ds: pydicom.Dataset, number: int) -> pydicom.Dataset:
    """Return what holds the rescale of a frame: its functional groups, or the root."""
    groups = [
        *ds.get("PerFrameFunctionalGroupsSequence", [])[number - 1 : number],
        *ds.get("SharedFunctionalGroupsSequence", []),
    ]
    found = (group.get("PixelValueTransformationSequence") for group in groups)
    return next((items[0] for items in found if items), ds)
