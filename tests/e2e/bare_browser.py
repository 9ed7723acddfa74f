"""A Chromium steered by a few calls alone: Playwright forbids pages to be loaded beforehand."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from websockets.sync.client import connect

from tests.live import free_port


class BareBrowser:
    """Chromium by its remote port; each call speaks to one of its pages."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}/json"

    def pages(self) -> list[dict[str, Any]]:
        """Return the pages there are, those that are loaded unseen included."""
        targets = requests.get(f"{self._root}/list", timeout=10).json()
        return [one for one in targets if one["type"] == "page"]

    def call(self, page: dict[str, Any], method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command to a page and return its result."""
        with connect(page["webSocketDebuggerUrl"], max_size=None) as socket:
            socket.send(json.dumps({"id": 1, "method": method, "params": parameters}))
            while True:
                answer = json.loads(socket.recv(timeout=30))
                if answer.get("id") == 1:
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result

    def value(self, page: dict[str, Any], expression: str) -> Any:
        """Return what JavaScript makes of `expression` in a page."""
        result = self.call(page, "Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def until(self, part: str, expression: str, timeout_s: float = 40) -> dict[str, Any]:
        """Wait for a page with `part` in its address in which `expression` is true."""
        end, seen = time.monotonic() + timeout_s, ""
        while time.monotonic() < end:
            for page in self.pages():
                seen = page["url"]
                if part in seen and self.value(page, expression) is True:
                    return page
            time.sleep(0.2)
        raise AssertionError(f"no page with {part} in which {expression}; last seen: {seen}")


@contextmanager
def bare_browser(program: str, flags: list[str], folder: Path) -> Iterator[BareBrowser]:
    """Start Chromium with a profile of its own in `folder`."""
    port = free_port()
    words = [program, *flags, f"--remote-debugging-port={port}", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        [*words, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    browser = BareBrowser(port)
    try:
        for _ in range(100):
            try:
                if browser.pages():
                    break
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        yield browser
    finally:
        process.terminate()
        process.wait(timeout=20)
