"""The report editor as a test sees it."""

import itertools
from dataclasses import replace

from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LiveNoctis
from tests.e2e.viewer_studies import FIRST, ct_slice

_numbers = itertools.count(1)
PATIENCE_MS = 15_000


def new_study(noctis: LiveNoctis) -> str:
    """Store a study with an empty draft of two sections, and return its UID."""
    study = f"{FIRST.study}.77.{next(_numbers)}"
    session = noctis.server.session(noctis.users["sender"].token)
    client = DICOMwebClient(f"{noctis.url}/dicom-web", session=session)
    client.store_instances([ct_slice(replace(FIRST, study=study), 0)])
    _begin(noctis, study)
    return study


def _begin(noctis: LiveNoctis, study: str) -> None:
    """Begin the report without a template, so that what stands in it is what a test types."""
    reader = noctis.server.session(noctis.users["reader"].token)
    address = f"{noctis.url}/api/reports/{study}"
    lease = reader.post(f"{address}/lease/", json={"holder": "test"})
    lease.raise_for_status()
    hold = {"holder": "test", "token": lease.json()["token"]}
    reader.post(f"{address}/start/", json={**hold, "kind": "report"}).raise_for_status()
    reader.post(f"{address}/lease/release/", json=hold).raise_for_status()


class ReportPage:
    """Opens a report and writes into it as a reader does."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, study: str) -> "ReportPage":
        self.page.goto(f"{self.url}/report/?StudyInstanceUID={study}")
        expect(self.text).to_be_visible(timeout=PATIENCE_MS)
        return self

    @property
    def text(self) -> Locator:
        return self.page.get_by_test_id("report-text")

    @property
    def save_state(self) -> Locator:
        return self.page.get_by_test_id("save-state")

    def banner(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"banner-{name}")

    def section(self, key: str) -> Locator:
        return self.text.locator(f'[data-section="{key}"] .section-body')

    def write(self, key: str, text: str) -> None:
        """Type at the end of a section, once it takes text: beginning to write asks the server."""
        expect(self.text.locator('[contenteditable="true"]').first).to_be_visible()
        self.section(key).click()
        self.page.keyboard.press("End")
        self.page.keyboard.type(text)

    def expect_saved(self) -> None:
        expect(self.save_state).to_contain_text("Saved ", timeout=PATIENCE_MS)

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.expect_saved()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)
