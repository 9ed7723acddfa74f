"""Measuring: what is drawn has the right figures, is kept, and is spoken of in the report."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_page import PATIENCE_S, ViewerPage
from tests.e2e.viewer_studies import ROOT, SIZE, Person, ct_hu, ct_slice

pytestmark = pytest.mark.browser

# Columns are half as far apart as rows: who takes one for the other is found out.
COLUMN_MM, ROW_MM = 0.5, 1.0
MEASURED = Person(study=f"{ROOT}.6", description="To be measured")
MIDDLE = 12


class Bench:
    """A study in the viewer, on which is drawn in image coordinates."""

    def __init__(self, page: Page, noctis: LiveNoctis, study: str) -> None:
        self.noctis, self.study = noctis, study
        self.viewer = ViewerPage(page, noctis.url)
        self.page = page

    def open(self) -> "Bench":
        self.viewer.open(self.study)
        self.viewer.wait(index=0)
        for _ in range(MIDDLE):
            self.page.keyboard.press("ArrowDown")
        self.viewer.wait(index=MIDDLE)
        self.viewer.settled()
        return self

    def at(self, column: float, row: float) -> tuple[float, float]:
        """Return where a pixel's centre lies on the screen."""
        box = self.viewer.viewport().bounding_box()
        assert box
        zoom = self.viewer.state()["magnification"]
        x = box["x"] + box["width"] / 2 + (column - (SIZE - 1) / 2) * zoom
        y = box["y"] + box["height"] / 2 + (row - (SIZE - 1) / 2) * zoom * ROW_MM / COLUMN_MM
        return x, y

    def draw(self, key: str, *points: tuple[float, float]) -> None:
        count = self.rows().count()
        self.page.keyboard.press(key)
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=5)
        self.page.mouse.up()
        expect(self.rows()).to_have_count(count + 1)
        self.page.keyboard.press("Escape")

    def rows(self) -> Any:
        return self.page.get_by_test_id("measurements").locator(".measure-row")

    def kept(self, count: int) -> list[dict[str, Any]]:
        """Return what the server has, once it has as many as that."""
        session = self.noctis.server.session(self.noctis.users["reader"].token)
        address = f"{self.noctis.url}/api/annotations/?study={self.study}"
        found: list[list[dict[str, Any]]] = [[]]

        def there() -> bool:
            found[0] = session.get(address).json()["annotations"]
            return len(found[0]) == count

        self.viewer.until(there, lambda: f"{found[0]}")
        return found[0]


@pytest.fixture(scope="module")
def study(noctis: LiveNoctis) -> str:
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    slices = [ct_slice(replace(MEASURED), index) for index in range(MIDDLE * 2)]
    for one in slices:
        one.PixelSpacing = [ROW_MM, COLUMN_MM]
    client.store_instances(slices)
    return MEASURED.study


@pytest.fixture
def bench(page: Page, noctis: LiveNoctis, study: str) -> Bench:
    session = noctis.server.session(noctis.users["reader"].token)
    address = f"{noctis.url}/api/annotations/"
    for one in session.get(f"{address}?study={study}").json()["annotations"]:
        answer = session.delete(f"{address}{one['uid']}/", json={"revision": one["revision"]})
        answer.raise_for_status()
    return Bench(page, noctis, study).open()


def _as_of_another_system(noctis: LiveNoctis, study: str, uid: str) -> Dataset:
    """Return our report as if another system had written it: other names of everything."""
    session = noctis.server.session(noctis.users["reader"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    series = next(
        one["0020000E"]["Value"][0]
        for one in client.search_for_instances(study)
        if one["00080018"]["Value"][0] == uid
    )
    report = client.retrieve_instance(study, series, uid)
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = f"{ROOT}.6.77.1"
    report.SeriesInstanceUID = f"{ROOT}.6.77"
    _rename(report)
    return report


def _rename(item: Dataset) -> None:
    for child in item.get("ContentSequence", []):
        if child.ValueType == "UIDREF" and child.ConceptNameCodeSequence[0].CodeValue == "112040":
            child.UID = f"{ROOT}.6.78"
        if child.ValueType == "PNAME":
            child.PersonName = "Else^Where"
        _rename(child)


def _value(annotation: dict[str, Any], name: str) -> tuple[float, str]:
    value = next(one for one in annotation["values"] if one["name"] == name)
    return value["value"], value["unit"]


def test_a_length_is_that_of_its_points_in_the_patient(bench: Bench) -> None:
    bench.draw("d", (20, 30), (70, 60))
    (kept,) = bench.kept(1)
    first, second = kept["points"]
    assert np.allclose([first, second], [[20, 30], [70, 60]], atol=0.5)
    exact = np.hypot((second[0] - first[0]) * COLUMN_MM, (second[1] - first[1]) * ROW_MM)
    length, unit = _value(kept, "length")
    assert unit == "mm"
    assert length == pytest.approx(exact, rel=1e-3)
    # 50 columns of half a millimetre and 30 rows of one: as near as a mouse comes.
    assert length == pytest.approx(np.hypot(25, 30), abs=0.6)
    assert np.linalg.norm(np.diff(kept["world"], axis=0)) == pytest.approx(length, rel=1e-3)
    assert kept["sop_instance_uid"] == bench.viewer.state()["sopInstanceUID"]
    expect(bench.rows().first).to_contain_text(f"{length:.1f} mm")


def test_a_region_counts_the_pixels_of_the_object(bench: Bench) -> None:
    bench.draw("Shift+O", (30, 35), (60, 55))
    (kept,) = bench.kept(1)
    columns, rows = np.array(kept["points"]).T
    inside = ct_hu(MIDDLE)[
        int(np.ceil(rows.min())) : int(np.floor(rows.max())) + 1,
        int(np.ceil(columns.min())) : int(np.floor(columns.max())) + 1,
    ].astype(float)
    for name, exact in (("mean", inside.mean()), ("sd", inside.std()), ("max", inside.max())):
        value, unit = _value(kept, name)
        assert (value, unit) == (pytest.approx(exact, abs=1e-6), "[hnsf'U]"), name
    area = np.ptp(columns) * COLUMN_MM * np.ptp(rows) * ROW_MM
    assert _value(kept, "area") == (pytest.approx(area, rel=1e-2), "mm2")


def test_what_was_drawn_is_undone_redone_and_there_again_after_a_reload(bench: Bench) -> None:
    bench.draw("d", (20, 30), (50, 30))
    bench.draw("o", (40, 50), (60, 60))
    bench.kept(2)
    bench.page.keyboard.press("Control+z")
    expect(bench.rows()).to_have_count(1)
    bench.kept(1)
    bench.page.keyboard.press("Control+Shift+Z")
    expect(bench.rows()).to_have_count(2)
    before = [row.inner_text() for row in bench.rows().all()]
    expect(bench.page.get_by_test_id("measure-state")).to_have_attribute("data-saving", "saved")
    bench.kept(2)
    bench.open()
    expect(bench.rows()).to_have_count(2)
    assert sorted(row.inner_text() for row in bench.rows().all()) == sorted(before)
    bench.page.keyboard.press("End")
    bench.rows().first.locator(".measure-go").click()
    bench.viewer.wait(index=MIDDLE)
    bench.page.locator("body").press("Delete")
    expect(bench.rows()).to_have_count(1)
    bench.kept(1)


def test_a_measurement_stands_in_the_report_and_grows_old_when_it_is_changed(bench: Bench) -> None:
    bench.draw("d", (20, 30), (70, 30))
    bench.kept(1)
    bench.page.keyboard.press("e")
    text = bench.page.get_by_test_id("report-text")
    patience = PATIENCE_S * 1000
    expect(text.locator('[contenteditable="true"]').first).to_be_visible(timeout=patience)
    text.locator('[data-section="findings"] .section-body').click()
    words = bench.rows().first.locator(".measure-value").inner_text()
    bench.rows().first.hover()
    bench.rows().first.get_by_role("button", name="Insert into the report").click()
    chip = text.locator(".measurement-chip")
    expect(chip).to_have_text(words)
    bench.viewer.viewport().click(position={"x": 5, "y": 5})
    bench.viewer.settled()
    x, y = bench.at(70, 30)
    bench.page.mouse.move(x, y)
    bench.page.mouse.down()
    bench.page.mouse.move(*bench.at(50, 30), steps=5)
    bench.page.mouse.up()
    expect(bench.rows().first.locator(".measure-value")).not_to_have_text(words)
    expect(text.locator(".measurement[data-stale=true]")).to_have_count(1)
    chip.click()
    bench.viewer.wait(index=MIDDLE)


def test_key_images_and_measurements_leave_as_objects_of_the_study(bench: Bench) -> None:
    bench.draw("d", (20, 30), (70, 30))
    bench.kept(1)
    bench.viewer.viewport().click(position={"x": 5, "y": 5})
    bench.page.keyboard.press("u")
    expect(bench.page.get_by_test_id("key-mark")).to_contain_text("Key image")
    bench.page.get_by_role("button", name="Save as structured report").click()
    expect(bench.page.get_by_text("Saved in the study.")).to_be_visible(timeout=PATIENCE_S * 1000)
    session = bench.noctis.server.session(bench.noctis.users["reader"].token)
    address = f"{bench.noctis.url}/dicom-web/studies/{bench.study}/series"
    accept = {"Accept": "application/dicom+json"}

    def modalities() -> list[str]:
        found = session.get(address, headers=accept).json()
        return sorted(one["00080060"]["Value"][0] for one in found)

    bench.viewer.until(lambda: modalities() == ["CT", "KO", "SR"], lambda: f"{modalities()}")
    bench.open()
    expect(bench.page.get_by_test_id("key-mark")).to_contain_text("Key image")
    bench.viewer.card("structured report").click()
    sheet = bench.page.get_by_test_id("sheet")
    expect(sheet).to_contain_text("Imaging Measurement Report")
    expect(sheet).to_contain_text("mm")


def test_what_another_system_has_measured_is_drawn_and_not_to_be_changed(
    bench: Bench, noctis: LiveNoctis
) -> None:
    bench.draw("d", (20, 40), (70, 40))
    (kept,) = bench.kept(1)
    session = noctis.server.session(noctis.users["reader"].token)
    made = session.post(f"{noctis.url}/api/annotations/sr/", json={"study": bench.study})
    made.raise_for_status()
    report = _as_of_another_system(noctis, bench.study, made.json()["sop_instance_uid"])
    sender = noctis.server.session(noctis.users["sender"].token)
    DICOMwebClient(f"{noctis.url}/dicom-web", session=sender).store_instances([report])
    bench.page.keyboard.press("Control+z")
    bench.kept(0)
    bench.open()
    foreign = bench.rows().filter(has_text="Else")
    expect(foreign).to_have_count(1)
    length, _unit = _value(kept, "length")
    expect(foreign).to_contain_text(f"{length:.1f} mm")
    expect(foreign.get_by_role("button", name="Remove")).to_have_count(0)
