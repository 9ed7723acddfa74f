"""Writing a report in a browser: nothing that was typed is ever lost."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.e2e.conftest import DESKTOP, LiveNoctis, Watch
from tests.e2e.report_page import PATIENCE_MS, ReportPage, new_study
from tests.e2e.viewer_page import ViewerPage

pytestmark = pytest.mark.browser

# The browser itself notes answers that refuse, and requests that a cut line refuses.
REFUSED = "Failed to load resource"


@pytest.fixture
def study(noctis: LiveNoctis) -> str:
    return new_study(noctis)


@pytest.fixture
def report(page: Page, noctis: LiveNoctis, study: str) -> ReportPage:
    return ReportPage(page, noctis.url).open(study)


@pytest.fixture
def colleague(
    browser: Browser, noctis: LiveNoctis, signed_in: Callable[[str], StorageState], watch: Watch
) -> Iterator[ReportPage]:
    """Somebody else, in a browser of their own."""
    context = browser.new_context(viewport=DESKTOP, storage_state=signed_in("colleague"))
    yield ReportPage(watch.attach(context.new_page()), noctis.url)
    context.close()


def test_what_is_typed_is_saved_and_there_after_a_reload(report: ReportPage, study: str) -> None:
    report.write("findings", "No nodule.")
    report.expect_saved()
    report.write("impression", "Normal.")
    report.save()
    report.page.reload()
    expect(report.section("findings")).to_have_text("No nodule.")
    expect(report.section("impression")).to_have_text("Normal.")
    # The same window goes on: it is not asked to take anything over from itself.
    report.write("findings", " No effusion.")
    report.save()
    expect(report.banner("held")).to_have_count(0)


def test_keys_go_through_sections_and_undo_brings_text_back(report: ReportPage) -> None:
    report.section("findings").click()
    keyboard = report.page.keyboard
    keyboard.type("Lungs clear.")
    keyboard.press("Alt+ArrowDown")
    keyboard.type("Normal chest.")
    expect(report.section("impression")).to_have_text("Normal chest.")
    keyboard.press("Control+a")
    keyboard.press("Control+a")
    keyboard.press("Backspace")
    expect(report.text.locator(".section-title")).to_have_count(2)
    expect(report.section("findings")).to_have_text("")
    keyboard.press("Control+z")
    expect(report.section("findings")).to_have_text("Lungs clear.")


def test_a_takeover_loses_no_text(
    report: ReportPage, colleague: ReportPage, study: str, watch: Watch
) -> None:
    watch.expected.append(REFUSED)
    report.write("findings", "Mine, saved.")
    report.save()
    colleague.open(study)
    expect(colleague.banner("held")).to_contain_text("is writing this report")
    expect(colleague.section("findings")).to_have_text("Mine, saved.")
    colleague.button("Take over …").click()
    colleague.button("Take over").click()
    colleague.write("findings", " Theirs.")
    colleague.save()
    report.write("findings", " Mine, too late.")
    expect(report.banner("lost")).to_contain_text("kept on the server", timeout=PATIENCE_MS)
    expect(report.section("findings")).to_have_text("Mine, saved. Mine, too late.")
    report.button("Compare …").click()
    dialog = report.page.get_by_role("dialog")
    expect(dialog.locator("ins")).to_contain_text(["Mine, too late."])
    expect(dialog.locator("del")).to_contain_text(["Theirs."])
    # Taking it back, the reader chooses; the other's text stays in the history.
    dialog.get_by_role("button", name="Take over …").click()
    report.button("Take over").click()
    report.button("Compare and choose …").click()
    report.button("Go on with mine").click()
    report.expect_saved()
    report.page.reload()
    expect(report.section("findings")).to_have_text("Mine, saved. Mine, too late.")


def test_a_cut_line_loses_nothing(
    own_page: Page, noctis: LiveNoctis, study: str, watch: Watch
) -> None:
    watch.expected.append(REFUSED)
    report = ReportPage(own_page, noctis.url).open(study)
    context: BrowserContext = own_page.context
    context.set_offline(True)
    report.write("findings", "Typed in a tunnel.")
    expect(report.save_state).to_contain_text("offline", timeout=PATIENCE_MS)
    report.write("findings", " And on.")
    context.set_offline(False)
    report.expect_saved()
    own_page.reload()
    expect(report.section("findings")).to_have_text("Typed in a tunnel. And on.")


def test_signing_waits_for_what_blocks_it(
    report: ReportPage, noctis: LiveNoctis, watch: Watch
) -> None:
    watch.expected.append(REFUSED)
    report.write("findings", "No nodule.")
    report.page.keyboard.press("Control+Enter")
    dialog = report.page.get_by_role("dialog")
    expect(dialog.get_by_test_id("findings")).to_contain_text("is empty")
    dialog.locator("input[type=password]").fill(noctis.users["reader"].password)
    expect(dialog.get_by_role("button", name="Sign", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Go there").click()
    expect(dialog).to_have_count(0)
    current = report.page.locator('.section-nav [aria-current="true"]')
    expect(current).to_have_text("Impression")
    report.page.keyboard.type("Normal.")
    report.page.keyboard.press("Control+Enter")
    expect(dialog.locator("input[type=password]")).to_be_visible()
    expect(dialog.get_by_text("Looking through")).to_have_count(0)
    for tick in dialog.locator("input[type=checkbox]").all():
        tick.check()
    dialog.locator("input[type=password]").fill("not the password")
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("password")
    dialog.locator("input[type=password]").fill(noctis.users["reader"].password)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(dialog).to_contain_text("Signed by", timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="Stay here").click()
    expect(report.page.get_by_test_id("report-status")).to_have_text("Final")
    expect(report.section("impression")).to_have_text("Normal.")


def test_beside_the_images_typing_is_not_steering(
    page: Page, noctis: LiveNoctis, study: str
) -> None:
    viewer = ViewerPage(page, noctis.url)
    viewer.open(study)
    viewer.wait(index=0)
    page.keyboard.press("e")
    report = ReportPage(page, noctis.url)
    expect(report.text).to_be_visible(timeout=PATIENCE_MS)
    before = viewer.state()["inverted"]
    report.write("findings", "Invert: iii")
    assert viewer.state()["inverted"] == before
    report.save()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="In a window of its own").click()
    own = ReportPage(opened.value, noctis.url)
    expect(own.section("findings")).to_have_text("Invert: iii", timeout=PATIENCE_MS)
    expect(report.text).to_have_count(0)
    # Once more beside the images: it reads along until it is asked to go on there.
    page.keyboard.press("e")
    expect(report.banner("moved")).to_be_visible(timeout=PATIENCE_MS)
    report.button("Continue here").click()
    expect(own.banner("moved")).to_be_visible(timeout=PATIENCE_MS)
    report.write("findings", ".")
    report.save()
    own.page.close()


def test_measurements_come_from_the_viewer_and_grow_old(report: ReportPage, study: str) -> None:
    report.write("findings", "Nodule ")
    place = f"study_instance_uid: '{study}', series_instance_uid: '1.2', sop_instance_uid: '1.3'"
    send = (
        "(type, text, revision) => { const channel = new BroadcastChannel('noctis-report');"
        f" channel.postMessage({{type, study: '{study}', measurement: {{annotation: 'a1', text,"
        f" revision, frame: 1, {place}}}}}); channel.close(); }}"
    )
    call = f"([type, text, revision]) => ({send})(type, text, revision)"
    report.page.evaluate(call, ["measurement.insert", "12 mm", 1])
    expect(report.section("findings")).to_contain_text("Nodule 12 mm")
    report.page.evaluate(call, ["measurement.changed", "14 mm", 2])
    expect(report.section("findings")).to_contain_text("⚠ 12 mm")
    report.button("Update").click()
    expect(report.section("findings")).to_contain_text("14 mm")
    report.save()
