"""The bell is live in every tab; a critical result is acknowledged from a mail on a phone."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from tests.e2e.conftest import LiveNoctis

PHONE = ViewportSize(width=390, height=844)
_GIVE = """
import sys, django
django.setup()
from archive.models import Study
from notifications.dispatch import dispatch_open_events
from notifications.outbox import publish
from worklist.models import CustomUser
study = Study.objects.order_by("pk").first()
reader = CustomUser.objects.get(username="reader")
keys = {"study": study.study_instance_uid, "study_id": study.pk, "reader_id": reader.pk}
publish("reading.assigned", facility_id=study.facility_id, payload=keys)
dispatch_open_events()
"""
_REPORT = """
import sys, django
django.setup()
from archive.models import Study
from audit.actors import Actor
from reports.critical.links import path_of
from reports.critical.services import Recipient, report_critical
from worklist.models import CustomUser
reader = CustomUser.objects.get(username="reader")
study = Study.objects.order_by("pk").first()
result = report_critical(
    study, by=reader, actor=Actor.of_user(reader), finding="Free air", urgency="red",
    recipient=Recipient("Dr. Ward"),
)
print(path_of(result), result.pk)
"""


def test_the_bell_rings_in_every_tab_without_loading(page: Page, noctis: LiveNoctis) -> None:
    page.goto(f"{noctis.url}/notifications/preferences/")
    second = page.context.new_page()
    second.goto(f"{noctis.url}/worklist/")
    expect(second.get_by_text("Live", exact=True)).to_be_visible()
    noctis.server.python(_GIVE)
    for tab in (page, second):
        expect(tab.locator("#bell [data-count]")).to_have_text("1")
    expect(second.locator(".toast")).to_contain_text("assigned to you")
    second.locator(".toast [data-dismiss]").click()
    second.locator("#bell summary").click()
    row = second.locator("#bell .notice-row")
    expect(row).to_have_count(1)
    expect(row).to_have_class("notice-row is-unread")
    second.get_by_role("button", name="Mark all as read").click()
    for tab in (page, second):
        expect(tab.locator("#bell [data-count]")).to_be_hidden()
    second.keyboard.press("Escape")
    expect(second.locator("#bell")).not_to_have_attribute("open", "")
    second.close()


def test_preferences_are_kept(page: Page, noctis: LiveNoctis) -> None:
    page.goto(f"{noctis.url}/notifications/preferences/")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet until").fill("06:00")
    stat = page.get_by_role("radiogroup", name="Mail: A study became STAT")
    stat.get_by_text("At once").click()
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("saved")
    expect(page.get_by_label("Quiet from")).to_have_value("22:00")
    expect(stat.get_by_label("At once")).to_be_checked()


def test_a_critical_result_is_acknowledged_from_a_mail(
    browser: Browser, signed_in: Callable[[str], StorageState], noctis: LiveNoctis
) -> None:
    path, key = noctis.server.python(_REPORT).split()[-2:]
    phone = browser.new_context(viewport=PHONE).new_page()
    phone.goto(noctis.url + path)
    assert "Free air" not in phone.content()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    phone.get_by_label("Your name").fill("Dr. Ward")
    phone.get_by_label("I know the finding").check()
    phone.get_by_role("button", name="Acknowledge").click()
    expect(phone.get_by_role("heading", name="Acknowledged")).to_be_visible()
    phone.context.close()
    reader = browser.new_context(storage_state=signed_in("reader")).new_page()
    reader.goto(f"{noctis.url}/critical/{key}/")
    expect(reader.locator(".critical-step-acknowledged")).to_contain_text("Dr. Ward, by the link")
    reader.context.close()
