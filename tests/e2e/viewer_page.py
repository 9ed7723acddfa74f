"""The viewer's page as a test sees it."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

PATIENCE_S = 30


class ViewerPage:
    """Opens studies and asks `window.noctisViewer` (frontend/src/ui/debugHandle.ts).

    Playwright's own waiting evaluates text in the page, which the content security policy
    forbids; `until` asks from outside.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, *studies: str) -> None:
        self.page.goto(f"{self.url}/viewer/?StudyInstanceUIDs={','.join(studies)}")

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, self.page.inner_text("body")[:2000]
            self.page.wait_for_timeout(30)

    def state(self, viewport: int = 0) -> dict[str, Any]:
        return self.page.evaluate("n => window.noctisViewer?.state(n) ?? {}", viewport)

    def wait(self, viewport: int = 0, **wanted: Any) -> dict[str, Any]:
        """Wait for the state `wanted`; for a picture, unless another status is wanted."""
        wanted.setdefault("status", "ready")

        def reached() -> bool:
            state = self.state(viewport)
            return all(state.get(key) == value for key, value in wanted.items())

        self.until(reached)
        return self.state(viewport)

    def pixel(self, column: int, row: int, viewport: int = 0) -> Any:
        return self.page.evaluate(
            "([n, x, y]) => window.noctisViewer.pixelAt(n, x, y)", [viewport, column, row]
        )

    def viewport(self, index: int = 0) -> Locator:
        return self.page.get_by_test_id(f"viewport-{index}")

    def card(self, title: str) -> Locator:
        return self.page.locator(".series-card[data-set]", has_text=title)

    def edges(self, viewport: int = 0) -> dict[str, str]:
        return {
            side: self.viewport(viewport).get_by_test_id(f"edge-{side}").inner_text()
            for side in ("left", "right", "top", "bottom")
        }

    def drag(self, button: str, by: Sequence[int], viewport: int = 0) -> None:
        """Press `button` in the middle of the viewport and move."""
        box = self.viewport(viewport).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down(button=button)
        mouse.move(x + by[0], y + by[1], steps=10)
        mouse.up(button=button)
