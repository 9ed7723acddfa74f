"""Designing a letterhead in a browser: the page beside the form follows what is typed."""

import re

from playwright.sync_api import expect

from tests.factories.paper import emblem


def test_the_preview_follows_the_form_and_nothing_is_kept_before_save(
    noctis, browser, signed_in, watch
):
    watch.expected = ["422"]  # the form that is refused below
    context = browser.new_context(
        viewport={"width": 1180, "height": 800}, storage_state=signed_in("desk")
    )
    page = watch.attach(context.new_page())
    page.goto(f"{noctis.url}/letterhead/")
    heading = page.locator(".letterhead-heading")
    expect(heading).to_have_text("Elsewhere")
    page.get_by_label("Heading").fill("Clinic <i>Elsewhere</i>")
    expect(heading).to_have_text("Clinic <i>Elsewhere</i>")
    page.get_by_label("Footer").fill("Registered, no. 4711")
    expect(page.locator(".foot-text")).to_have_text("Registered, no. 4711")
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": emblem("#1d6b45")}
    page.locator("#id_logo_file").set_input_files(logo)
    expect(page.locator(".letterhead-logo img")).to_have_attribute("src", re.compile("^data:image"))
    accent = page.locator("#id_accent")
    accent.fill("#ffee99")
    expect(page.locator("[data-error=accent]")).to_contain_text("Too light")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved")
    page.goto(f"{noctis.url}/letterhead/")
    expect(heading).to_have_text("Elsewhere")
    page.get_by_label("Heading").fill("Clinic Elsewhere")
    accent.fill("#1d6b45")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The letterhead is saved.")).to_be_visible()
    expect(heading).to_have_text("Clinic Elsewhere")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Sample PDF").click()
    expect(opened.value).to_have_url(re.compile("/letterhead/sample/"))
    watch.check()
    context.close()
