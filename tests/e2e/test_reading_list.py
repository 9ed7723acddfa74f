"""The reading list in a browser: keys, palette, views, live rows, actions and their undo."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.viewer_studies import FIRST

pytestmark = pytest.mark.browser


@pytest.fixture
def reading_list(page: Page, noctis: LiveNoctis) -> Page:
    page.goto(f"{noctis.url}/worklist/?sort=name")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    return page


@pytest.fixture
def colleague(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any], watch: Watch
) -> Iterator[Page]:
    """The list as an administrator has it open at the same time."""
    context = browser.new_context(viewport=DESKTOP, storage_state=signed_in("chief"))
    page = watch.attach(context.new_page())
    page.goto(f"{noctis.url}/worklist/?sort=name")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    yield page
    context.close()


def _row(page: Page) -> Any:
    return page.locator(f'#rows tr[data-uid="{FIRST.study}"]')


def test_the_list_is_worked_with_the_keyboard_alone(reading_list: Page) -> None:
    page = reading_list
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("priority=stat"))
    expect(page.locator("#views [aria-current=page]")).to_contain_text("STAT")


def test_the_palette_finds_commands_and_patients(reading_list: Page, watch: Watch) -> None:
    # Parts that are not there are left out quietly; the browser itself notes their 404.
    watch.expected.append("404")
    page = reading_list
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Command or patient")
    expect(box).to_be_focused()
    page.keyboard.type("unass")
    chosen = page.locator("#palette-list [aria-selected=true]")
    expect(chosen).to_contain_text("Unassigned")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("palette-"))
    box.fill("other per")
    expect(page.locator("#palette-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/study/"))
    expect(page.get_by_role("heading", name="Patient's timeline")).to_be_visible()


def test_a_view_is_saved_found_again_and_deleted(reading_list: Page) -> None:
    page = reading_list
    page.keyboard.press("/")
    page.keyboard.type("other")
    expect(page).to_have_url(re.compile("name=other"))
    page.get_by_label("Save and arrange views").click()
    page.get_by_label("Save what is shown as a view").fill("The others")
    page.keyboard.press("Enter")
    tab = page.locator("#views li.is-saved a")
    expect(tab).to_contain_text("The others")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab.locator("[data-count]")).to_have_text("1")
    page.get_by_label("Save and arrange views").click()
    page.get_by_label("Delete The others").click()
    expect(tab).to_have_count(0)


def test_columns_are_chosen_and_stay(reading_list: Page) -> None:
    page = reading_list
    page.get_by_label("Columns", exact=True).click()
    page.get_by_label("Accession", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("th.c-accession")).to_be_visible()
    expect(page).to_have_url(re.compile("sort=name"))
    page.get_by_label("Columns", exact=True).click()
    page.get_by_role("button", name="Default").click()
    expect(page.locator("th.c-accession")).to_have_count(0)


def test_what_a_colleague_does_is_seen_at_once_and_undone(
    reading_list: Page, colleague: Page, noctis: LiveNoctis, watch: Watch
) -> None:
    """One list shows STAT, the other the row leaving a view that it no longer fits; then undo."""
    # STAT without a reason is refused, and the browser notes that answer.
    watch.expected.append("400")
    reading_list.goto(f"{noctis.url}/worklist/?priority=routine")
    expect(reading_list.locator("[data-live-state]")).to_have_text("Live")
    expect(_row(reading_list)).to_be_visible()
    _row(colleague).locator("td.c-select").click()
    colleague.keyboard.press("s")
    dialog = colleague.locator("#bulk-dialog")
    expect(dialog).to_contain_text("1 study")
    dialog.get_by_text("STAT", exact=True).click()
    dialog.get_by_role("button", name="Set").click()
    expect(dialog).to_contain_text("Say why this is STAT.")
    dialog.get_by_label("Why is it STAT?").fill("suspected bleeding")
    colleague.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(_row(colleague).locator(".priority-stat")).to_have_attribute(
        "title", "suspected bleeding"
    )
    expect(_row(reading_list)).to_have_class(re.compile("is-leaving"), timeout=10_000)
    expect(_row(reading_list)).to_have_count(0, timeout=10_000)
    # Where it still fits it stays, and counts as before.
    expect(_row(colleague)).to_be_visible()
    expect(_row(colleague)).not_to_have_class(re.compile("is-leaving"))
    colleague.get_by_role("button", name="Undo").click()
    expect(colleague.locator("#toasts")).to_contain_text("1 study as before")
    expect(_row(colleague).locator(".priority-routine")).to_be_visible()
    expect(_row(reading_list)).to_be_visible(timeout=10_000)


def test_the_menu_of_a_row_leads_to_its_page(reading_list: Page, watch: Watch) -> None:
    watch.expected.append("404")
    _row(reading_list).locator("[data-row-menu]").click()
    menu = reading_list.locator("#row-menu")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    menu.get_by_role("menuitem", name="Study and timeline").click()
    expect(reading_list.locator(".timeline .is-this")).to_be_visible()


def test_on_a_phone_the_navigation_is_a_menu(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], Any]
) -> None:
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, storage_state=signed_in("chief"))
    page = context.new_page()
    page.goto(f"{noctis.url}/worklist/")
    page.get_by_label("Main menu").first.click()
    expect(page.get_by_role("link", name="Upload").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
