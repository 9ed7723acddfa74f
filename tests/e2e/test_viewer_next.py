"""The next study of the reader's list: loaded beforehand, opened at once, and only then opened."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.bare_browser import BareBrowser, bare_browser
from tests.e2e.conftest import CHROMIUM_FLAGS, LiveNoctis
from tests.e2e.viewer_studies import FIRST
from tests.live import LiveUser

pytestmark = pytest.mark.browser

_SEEN = """
import json, django
django.setup()
from audit.models import AuditEvent
from reports.models import ReaderLease
rows = AuditEvent.objects.filter(study_instance_uid=%r, user_name="eager").order_by("pk")
leases = ReaderLease.objects.filter(study__study_instance_uid=%r, reader__isnull=False)
means = [row.detail.get("means", "") for row in rows]
print(json.dumps({"means": means, "leases": leases.count()}))
"""
_SHOWN = "window.noctisViewer?.state(0)?.status === 'ready'"
# Frames that had come before the page was opened.
_EARLY = """
  performance.getEntriesByType('resource').filter(
    ({name, responseEnd}) => name.includes('/frames/')
      && responseEnd < performance.getEntriesByType('navigation')[0].activationStart
  ).length
"""


@pytest.fixture
def user(noctis: LiveNoctis) -> LiveUser:
    people = noctis.server.populate(facilities=[], users={"eager": ("RADIOLOGIST", None)})
    return people.users["eager"]


@pytest.fixture
def browser_alone(
    noctis: LiveNoctis, user: LiveUser, browser: Browser, tmp_path: Path
) -> Iterator[BareBrowser]:
    program = shutil.which("chromium") or browser.browser_type.executable_path
    with bare_browser(program, CHROMIUM_FLAGS, tmp_path) as alone:
        [page] = alone.pages()
        for cookie in noctis.cookies(user)["cookies"]:
            alone.call(page, "Network.setCookie", **cookie)
        address = f"{noctis.url}/viewer/?StudyInstanceUIDs={FIRST.study}"
        alone.call(page, "Page.navigate", url=address)
        yield alone


def _likely_next(noctis: LiveNoctis, user: LiveUser) -> str:
    address = f"{noctis.url}/api/reports/likely-next/?after={FIRST.study}"
    answer = noctis.server.session(user.token).get(address, timeout=30)
    assert answer.status_code == 200
    uid: str = answer.json()["study_instance_uid"]
    assert uid != FIRST.study
    return uid


def test_the_next_study_is_there_before_it_is_opened(
    browser_alone: BareBrowser, noctis: LiveNoctis, user: LiveUser
) -> None:
    browser, uid = browser_alone, _likely_next(noctis, user)
    reading = browser.until(FIRST.study, _SHOWN)
    before = _until_made_ready(noctis, uid)
    # It was made ready, not opened: the audit log says so, and its report is anybody's.
    assert before == {"means": ["viewer, made ready"], "leases": 0}
    path = f"/viewer/?StudyInstanceUIDs={uid}&report=1"
    browser.value(reading, f"location.assign({json.dumps(path)})")
    opened = browser.until(uid, f"!document.prerendering && {_SHOWN}")
    assert browser.value(opened, _EARLY) > 0
    browser.until(uid, "document.querySelector('.report-beside') !== null")


def _until_made_ready(noctis: LiveNoctis, uid: str) -> dict[str, Any]:
    for _ in range(20):
        seen: dict[str, Any] = json.loads(noctis.server.python(_SEEN % (uid, uid)).splitlines()[-1])
        if len(seen["means"]) > 1:
            return {**seen, "means": seen["means"][:1]}
        time.sleep(0.5)
    raise AssertionError(f"nothing was made ready: {seen}")
