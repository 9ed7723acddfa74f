"""The worklist and the upload page in a browser."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import LiveNoctis, Watch
from tests.e2e.viewer_studies import FIRST, SECOND
from tests.factories.dicom import ct_file

pytestmark = pytest.mark.browser


@pytest.fixture
def worklist(page: Page, noctis: LiveNoctis) -> Page:
    page.goto(f"{noctis.url}/worklist/")
    return page


@pytest.fixture
def desk(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any], watch: Watch
) -> Iterator[Page]:
    """The upload page of somebody who works for the facility that has no studies at first."""
    context = browser.new_context(storage_state=signed_in("desk"))
    page = watch.attach(context.new_page())
    page.goto(f"{noctis.url}/worklist/upload/")
    yield page
    context.close()
    watch.check()


def _rows(page: Page) -> Any:
    return page.locator("#results tbody tr")


def test_people_sign_in_with_their_password(browser: Browser, noctis: LiveNoctis) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{noctis.url}/worklist/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    user = noctis.users["sender"]
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(user.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{noctis.url}/worklist/")
    context.close()


def test_a_name_finds_its_studies_and_stands_in_the_address(worklist: Page) -> None:
    expect(_rows(worklist).first).to_be_visible()
    worklist.keyboard.press("/")
    worklist.keyboard.type("other per")
    expect(_rows(worklist)).to_have_count(1)
    expect(_rows(worklist)).to_contain_text(SECOND.description)
    expect(worklist).to_have_url(re.compile("name=other"))
    worklist.reload()
    expect(_rows(worklist)).to_have_count(1)


def test_nothing_found_says_so_and_offers_a_way_back(worklist: Page) -> None:
    worklist.locator("input[name=patient_id]").fill("NOBODY-HAS-THIS")
    worklist.keyboard.press("Enter")
    expect(_rows(worklist)).to_have_count(0)
    expect(worklist.locator("#results")).to_contain_text(re.compile("no stud", re.IGNORECASE))


def test_a_study_opens_in_the_viewer(worklist: Page) -> None:
    link = worklist.locator(f'a.study-link[href*="{FIRST.study}"]').first
    link.click()
    expect(worklist).to_have_url(re.compile(f"/viewer/\\?StudyInstanceUIDs={FIRST.study}"))


def test_sorting_is_part_of_the_address(worklist: Page) -> None:
    worklist.get_by_role("link", name=re.compile("^Patient")).first.click()
    expect(worklist).to_have_url(re.compile("sort=name"))
    # Who has no name stands first; other tests store such studies into the same archive.
    names = worklist.locator("#results .name").all_inner_texts()
    named = [name for name in names if name != "No name"]
    assert names == ["No name"] * (len(names) - len(named)) + sorted(named, key=str.casefold)


def test_a_study_that_arrives_appears_by_itself(worklist: Page, noctis: LiveNoctis) -> None:
    before = _rows(worklist).count()
    expect(worklist.locator("body")).to_contain_text("Live")
    session = noctis.server.session(noctis.users["sender"].token)
    body = b"--b\r\nContent-Type: application/dicom\r\n\r\n%s\r\n--b--" % ct_file(study=88)
    headers = {
        "Content-Type": 'multipart/related; type="application/dicom"; boundary=b',
        "Accept": "application/dicom+json",
    }
    stored = session.post(f"{noctis.url}/dicom-web/studies", data=body, headers=headers)
    assert stored.status_code == 200, stored.text
    expect(_rows(worklist)).to_have_count(before + 1, timeout=20_000)
    expect(worklist.locator("#results")).to_contain_text("Chest study 88")


def test_files_and_archives_are_uploaded_and_each_is_accounted_for(
    desk: Page, tmp_path: Path
) -> None:
    good, text = tmp_path / "good.dcm", tmp_path / "notes.txt"
    good.write_bytes(ct_file(patient=41, study=41))
    text.write_text("not an image")
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(ct_file(patient=42, study=42)[:300])
    packed = tmp_path / "study.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2, 3):
            archive.writestr(f"disc/IM{number}", ct_file(patient=43, study=43, instance=number))
        archive.writestr("../../etc/evil", ct_file(patient=43, study=43, instance=4))
    desk.locator("#pick-files").set_input_files([good, text, broken, packed])
    expect(desk.locator("[data-done]")).to_be_visible(timeout=30_000)
    totals = desk.locator("[data-totals]").inner_text()
    assert "stored" in totals.lower()
    assert "refused" in totals.lower()
    desk.locator("[data-done]").click()
    expect(desk.locator("#results")).to_contain_text("Chest study 41")
    expect(desk.locator("#results")).to_contain_text("Chest study 43")


def test_what_is_there_already_is_said_to_be(desk: Page, tmp_path: Path) -> None:
    for _ in range(2):
        again = tmp_path / "again.dcm"
        again.write_bytes(ct_file(patient=44, study=44))
        desk.reload()
        desk.locator("#pick-files").set_input_files(again)
        expect(desk.locator("[data-done]")).to_be_visible(timeout=30_000)
    assert "already" in desk.locator("[data-totals]").inner_text().lower()
