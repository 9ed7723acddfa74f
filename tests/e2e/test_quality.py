"""The technician's page in a browser, by keyboard."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.viewer_studies import SECOND

pytestmark = pytest.mark.browser


@pytest.fixture
def quality(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any], watch: Watch
) -> Iterator[Page]:
    """The page of a study, open for a technician; every test leaves the study as it was."""
    context = browser.new_context(viewport=DESKTOP, storage_state=signed_in("sender"))
    page = watch.attach(context.new_page())
    page.goto(f"{noctis.url}/quality/{SECOND.study}/")
    _ready(page)
    yield page
    context.close()
    watch.check()


def _ready(page: Page) -> None:
    """Wait until the page listens to keys."""
    expect(page.locator("#decide[data-ready]")).to_be_visible()


def test_a_series_is_rejected_and_taken_back_by_keyboard(quality: Page) -> None:
    cards = quality.locator(".quality-card")
    expect(cards.first).to_be_visible()
    quality.keyboard.press("ArrowRight")
    quality.keyboard.press("Space")
    expect(quality.locator("[data-chosen-bar]")).to_contain_text("1")
    quality.keyboard.press("r")
    expect(quality.get_by_role("dialog")).to_be_visible()
    quality.keyboard.press("2")
    quality.keyboard.press("Enter")
    expect(cards.first).to_have_class(re.compile("is-rejected"))
    expect(cards.first).to_contain_text("Positioning")
    _ready(quality)
    quality.keyboard.press("r")  # the reason given last comes first
    expect(quality.get_by_role("dialog")).to_be_visible()
    expect(quality.locator("[data-reasons] label").first).to_contain_text("Positioning")
    quality.keyboard.press("Escape")
    expect(quality.get_by_role("dialog")).to_be_hidden()
    quality.keyboard.press("u")
    expect(quality.get_by_text("The rejection was taken back.")).to_be_visible()
    expect(cards.first).not_to_have_class(re.compile("is-rejected"))


def test_a_correction_is_shown_before_it_is_made_and_reverted(quality: Page) -> None:
    heading = quality.get_by_role("heading", level=1)
    name = heading.inner_text()
    quality.locator("#correct > summary").click()
    quality.get_by_label("Name", exact=True).fill("Corrected^Cora")
    quality.get_by_role("button", name="Preview the correction…").click()
    dialog = quality.get_by_role("dialog")
    expect(dialog).to_contain_text("Corrected, Cora")
    dialog.get_by_label("Why").fill("typed wrong")
    dialog.get_by_role("button", name="Correct").click()
    expect(heading).to_have_text("Corrected, Cora")
    expect(quality.get_by_text("typed wrong")).to_be_visible()
    quality.get_by_role("button", name="Revert").first.click()
    expect(heading).to_have_text(name)


def test_patients_are_found_for_a_merge(quality: Page) -> None:
    quality.get_by_role("button", name="Merge patient…").click()
    dialog = quality.get_by_role("dialog")
    dialog.get_by_label("Search").fill("zzzz-nobody")
    expect(dialog).to_contain_text("Nobody and nothing found.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_next_to_check_leads_on(quality: Page, noctis: LiveNoctis) -> None:
    quality.keyboard.press("n")
    expect(quality).to_have_url(re.compile(f"{re.escape(noctis.url)}/quality/"))
    expect(quality).not_to_have_url(re.compile(re.escape(SECOND.study)))
