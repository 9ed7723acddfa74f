"""One visit: a new browser opens a study in a viewer, and is watched until all of it is there."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, ViewportSize

from benchmarks.viewer.data import StudyKind

# As in tests/e2e/conftest.py: drawn without a graphics card.
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
WINDOW = ViewportSize(width=1180, height=800)
INSTRUMENT = Path(__file__).with_name("instrument.js")
PATIENCE_S = 150
# Nothing on the screen changes any more for so long: what was to be drawn is drawn.
STILL_MS = 1200


@dataclass(frozen=True)
class Viewer:
    """Where a viewer is found, and how it is asked for three planes: by address or by key."""

    name: str
    host: str
    page: str
    planes_query: str = ""
    planes_key: str = ""

    def address(self, port: int, study: StudyKind, planes: bool) -> str:
        query = f"StudyInstanceUIDs={study.uid}" + (self.planes_query if planes else "")
        return f"http://{self.host}:{port}{self.page}?{query}"


NOCTIS = Viewer("NOCTIS", "127.0.0.1", "/viewer/", planes_key="m")
OHIF = Viewer("OHIF", "localhost", "/viewer", planes_query="&hangingProtocolId=mpr")


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def _new_browser(playwright: Playwright, viewer: Viewer, session_id: str) -> Iterator[Any]:
    browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
    try:
        context = browser.new_context(viewport=WINDOW)
        context.add_cookies(
            [{"name": "sessionid", "value": session_id, "domain": viewer.host, "path": "/"}]
        )
        page = context.new_page()
        page.add_init_script(path=INSTRUMENT)
        yield browser, page
    finally:
        browser.close()


def visit(
    playwright: Playwright,
    viewer: Viewer,
    study: StudyKind,
    port: int,
    session_id: str,
    planes: bool = False,
    picture: Path | None = None,
) -> dict[str, Any]:
    """Open the study in a fresh browser; return what was seen: times in ms, sizes in bytes."""
    with _new_browser(playwright, viewer, session_id) as (browser, page):
        page.goto(viewer.address(port, study, planes), wait_until="commit")
        if planes and viewer.planes_key:
            _until(page, lambda seen: seen["first"] is not None)
            page.keyboard.press(viewer.planes_key)
        seen = _until(page, lambda seen: _is_whole(seen, study, planes))
        if picture:
            page.screenshot(path=picture)
        return {
            "first": seen["first"],
            "frames": _complete_at(seen, study),
            "planes": seen["planes"] if planes else None,
            "still": seen["changed"],
            **_memory(browser, page),
            **page.evaluate("() => window.benchmark.whole()"),
        }


def _complete_at(seen: dict[str, Any], study: StudyKind) -> float | None:
    """Return when the first series had all its frames, or None."""
    ends = [one["last"] for one in seen["frames"] if one["count"] >= study.frames]
    return min(ends, default=None)


def _is_whole(seen: dict[str, Any], study: StudyKind, planes: bool) -> bool:
    drawn = seen["planes" if planes else "first"]
    complete = _complete_at(seen, study)
    if drawn is None or complete is None:
        return False
    return seen["now"] - max(complete, seen["changed"]) > STILL_MS


def _until(page: Page, is_reached: Any) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE_S
    while True:
        seen = page.evaluate("() => window.benchmark?.now()")
        if seen and is_reached(seen):
            return seen
        if time.monotonic() > end:
            said = page.inner_text("body")[:500]
            raise RuntimeError(f"{page.url}: not complete after {PATIENCE_S} s: {seen} {said}")
        page.wait_for_timeout(100)


def _memory(browser: Browser, page: Page) -> dict[str, int]:
    """Return the JavaScript heap and the renderer's resident memory, now and at most."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = [_resident(p["id"]) for p in processes if p["type"] == "renderer"]
    resident, most = max(sizes)
    return {"heap": int(metrics["JSHeapUsedSize"]), "resident": resident, "resident_most": most}


def _resident(pid: int) -> tuple[int, int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if " kB" in line}
    return kilobytes["VmRSS"] * 1024, kilobytes["VmHWM"] * 1024
