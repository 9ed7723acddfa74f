"""From a technician's upload to a print that is out of date: four people, one study, one story."""

import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import DESKTOP
from tests.e2e.report_page import PATIENCE_MS, ReportPage
from tests.e2e.viewer_studies import FIRST, ct_slice
from tests.live import PROJECT, LiveServer, People, start_server

pytestmark = pytest.mark.browser

STUDY = f"{FIRST.study}.99"
# A task of the worker takes its turn within a minute at the most.
TASK_MS = 75_000

_AUDIT = """
import json, django
django.setup()
from audit.models import AuditEvent
rows = AuditEvent.objects.filter(study_instance_uid=%r).order_by("pk")
print(json.dumps([[row.user_name, row.event_code, row.action, row.detail] for row in rows]))
"""
_STATE = """
import json, django
django.setup()
from archive.models import Instance
from reports.models import CriticalResult, ReportPrint
print(json.dumps({
    "critical": list(CriticalResult.objects.values_list("pk", flat=True)),
    "tokens": list(
        ReportPrint.objects.filter(printed_by__username="desk").values_list("token", flat=True)
    ),
    "classes": sorted(set(Instance.objects.values_list("sop_class_uid", flat=True))),
}))
"""
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
ENHANCED_SR = "1.2.840.10008.5.1.4.1.1.88.22"


class House:
    """The server with its worker, and a browser for each of the four."""

    def __init__(self, server: LiveServer, people: People, browser: Browser) -> None:
        self.server, self.people, self.browser = server, people, browser
        self._contexts: dict[str, BrowserContext] = {}

    def page(self, name: str, path: str) -> Page:
        """Open a page as one of the four."""
        if name not in self._contexts:
            context = self.browser.new_context(viewport=DESKTOP)
            session = self.server.sign_in(self.people.users[name])
            cookies = [
                {"name": one.name, "value": one.value or "", "url": self.server.url}
                for one in session.cookies
            ]
            context.add_cookies(cookies)  # type: ignore[arg-type]
            self._contexts[name] = context
        page = self._contexts[name].new_page()
        page.goto(self.server.url + path)
        return page

    def password(self, name: str) -> str:
        return self.people.users[name].password

    def state(self) -> dict[str, list]:
        return json.loads(self.server.python(_STATE).splitlines()[-1])

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()


@pytest.fixture
def house(tmp_path: Path, browser: Browser) -> Iterator[House]:
    with start_server(tmp_path) as server:
        people = server.populate(
            facilities=["North General"],
            users={
                "tech": ("TECHNICIAN", "North General"),
                "reader": ("RADIOLOGIST", None),
                "desk": ("FACILITY", "North General"),
                "chief": ("ADMIN", None),
            },
        )
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_huey", "--workers", "1"],
            cwd=PROJECT,
            env=dict(server.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server.processes.append(worker)
        home = House(server, people, browser)
        yield home
        home.close()


def _file() -> bytes:
    stream = io.BytesIO()
    ct_slice(replace(FIRST, study=STUDY), 0).save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _sign(house: House, report: ReportPage, *answers: str) -> None:
    """Sign what is open with these answers; every warning is overruled."""
    report.page.keyboard.press("Control+Enter")
    dialog = report.page.get_by_role("dialog")
    expect(dialog.locator("input[type=password]")).to_be_visible(timeout=PATIENCE_MS)
    for answer in answers:
        dialog.get_by_text(answer, exact=True).click()
    sign = dialog.get_by_role("button", name="Sign", exact=True)
    expect(dialog.get_by_text("Looking through the report")).to_have_count(0)
    for tick in dialog.locator("input[type=checkbox]").all():
        tick.check()
    dialog.locator("input[type=password]").fill(house.password("reader"))
    sign.click()
    expect(dialog).to_contain_text("Signed by", timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Stay here").click()


def test_a_study_goes_through_all_hands(house: House) -> None:
    # --- The technician uploads, rejects, corrects, takes it back, accepts, and asks for haste.
    tech = house.page("tech", "/worklist/upload/")
    tech.locator("#pick-files").set_input_files(
        {"name": "a.dcm", "mimeType": "application/dicom", "buffer": _file()}
    )
    expect(tech.locator("[data-totals]")).to_contain_text("1", timeout=PATIENCE_MS)
    tech.goto(f"{house.server.url}/quality/{STUDY}/")
    tech.keyboard.press("r")
    expect(tech.get_by_role("dialog")).to_be_visible()
    tech.keyboard.press("1")
    tech.keyboard.press("Enter")
    expect(tech.locator(".quality-card").first).to_have_class(re.compile("is-rejected"))
    reader = house.page("reader", f"/viewer/?StudyInstanceUIDs={STUDY}")
    expect(reader.get_by_text("not found")).to_be_visible(timeout=PATIENCE_MS)
    tech.keyboard.press("u")
    expect(tech.get_by_text("The rejection was taken back.")).to_be_visible()
    tech.locator("#correct > summary").click()
    tech.get_by_label("Name", exact=True).fill("Rightly^Rosa")
    tech.get_by_role("button", name="Preview the correction…").click()
    tech.get_by_role("dialog").get_by_label("Why").fill("typed wrong at the scanner")
    tech.get_by_role("dialog").get_by_role("button", name="Correct").click()
    expect(tech.get_by_role("heading", level=1)).to_have_text("Rightly, Rosa")
    request = tech.locator("#request")
    request.get_by_text("STAT", exact=True).click()
    request.get_by_label("Reason for the priority").fill("suspected bleeding")
    request.get_by_label("Indication").fill("Fall from a ladder")
    request.get_by_role("button", name="Save request").click()
    expect(request.locator(".badge-danger")).to_be_visible()
    tech.locator("body").click(position={"x": 5, "y": 300})
    tech.keyboard.press("a")
    expect(tech.get_by_text("Accepted").first).to_be_visible()

    # --- The chief assigns; the reader hears of it and reads.
    reader.goto(f"{house.server.url}/worklist/")
    expect(reader.locator("[data-live-state]")).to_have_text("Live")
    chief = house.page("chief", "/worklist/")
    chief.locator(f'#rows tr[data-uid="{STUDY}"] td.c-select').click()
    chief.keyboard.press("a")
    dialog = chief.locator("#bulk-dialog")
    dialog.locator("select").select_option(value=str(house.people.users["reader"].pk))
    dialog.get_by_role("button", name="Assign").click()
    expect(dialog).to_be_hidden()
    expect(reader.locator("#bell [data-count]")).to_be_visible(timeout=TASK_MS)

    report = ReportPage(reader, house.server.url).open(STUDY)
    expect(reader.get_by_text("Rightly").first).to_be_visible()
    # The template has the request in it already; what it does not know it asks for.
    expect(report.text.get_by_label("Indication")).to_have_value("Fall from a ladder")
    report.text.get_by_label("Contrast").select_option("without intravenous contrast")
    report.write("impression", " Free air below the diaphragm.")
    report.save()
    _sign(house, report, "Preliminary")
    expect(reader.get_by_test_id("report-status")).to_have_text("Preliminary")

    # --- The desk sees nothing before the final report, then prints it.
    desk = house.page("desk", f"/reports/{STUDY}/")
    expect(desk.get_by_text("No report yet")).to_be_visible()
    _choose(reader, "Go on writing")
    report.write("impression", " Operation is advised.")
    report.save()
    _sign(house, report, "Final", "Minor")
    expect(reader.get_by_test_id("report-status")).to_have_text("Final")
    desk.reload()
    expect(desk.get_by_text("Operation is advised.")).to_be_visible()
    pdf = desk.context.request.get(f"{house.server.url}/reports/{STUDY}/pdf")
    assert pdf.status == 200
    assert pdf.body().startswith(b"%PDF-")

    # --- A critical result is reported and acknowledged: the communication waits as an addendum.
    _choose(reader, "Report a critical result …")
    dialog = reader.get_by_role("dialog")
    dialog.get_by_label("Finding").fill("Free air below the diaphragm")
    dialog.get_by_label("Recipient").fill("Dr. Ward")
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog).to_have_count(0)
    state = house.state()
    desk.goto(f"{house.server.url}/critical/{state['critical'][0]}/")
    desk.get_by_label("I know the finding").check()
    desk.get_by_role("button", name="Acknowledge as").click()
    expect(desk.locator(".critical-step-acknowledged")).to_be_visible()
    checked = house.page("desk", f"/prints/{state['tokens'][0]}/")
    expect(checked.get_by_role("heading")).to_have_text("This print is current")

    # --- The reader signs it; the print at the desk is out of date.
    reader.reload()
    expect(report.section("addendum-1")).to_contain_text("acknowledged by desk", timeout=TASK_MS)
    _sign(house, report)
    expect(reader.get_by_test_id("report-status")).to_contain_text("addendum")
    checked.reload()
    expect(checked.get_by_role("heading")).to_have_text("This print is superseded")
    expect(checked.locator("body")).not_to_contain_text("Rightly")

    _expect_documents(house)
    _expect_trail(house)


def _expect_documents(house: House) -> None:
    """Hold that the worker brings what was signed into the study, as a document and as a tree."""
    deadline = time.monotonic() + TASK_MS / 1000
    wanted = {ENCAPSULATED_PDF, ENHANCED_SR}
    while not wanted <= (found := set(house.state()["classes"])):
        assert time.monotonic() < deadline, f"the study holds only {found}"
        time.sleep(1)


def _choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


def _expect_trail(house: House) -> None:
    """Hold that every step left its row in the audit log, in the order of the story."""
    rows = json.loads(house.server.python(_AUDIT % STUDY).splitlines()[-1])
    told = [(who, json.dumps(detail)) for who, _code, _action, detail in rows]
    steps = [
        ("tech", "upload"),
        ("tech", "111210"),
        ("tech", "undone"),
        ("tech", "PatientName"),
        ("tech", "priority"),
        ("tech", "accepted"),
        ("chief", "reader"),
        ("reader", "report opened"),
        ("reader", "preliminary"),
        ("reader", "final"),
        ("desk", "pdf"),
        ("reader", "critical result reported"),
        ("desk", "acknowledged"),
        ("reader", "addendum"),
    ]
    place = 0
    for who, word in steps:
        found = [
            at for at, (by, text) in enumerate(told) if at >= place and by == who and word in text
        ]
        assert found, f"nothing of {word} by {who} in {told[place:]}"
        place = found[0] + 1
