"""The viewer's page as a test sees it."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

PATIENCE_S = 30


# What the page does after it has drawn is done: some of it waits for two frames.
_DRAWN = """
  () => new Promise((done) => {
    const frame = (left) => requestAnimationFrame(() => (left ? frame(left - 1) : done()));
    frame(3);
  })
"""


class ViewerPage:
    """Opens studies and asks `window.noctisViewer` (frontend/src/ui/debugHandle.ts).

    Playwright's own waiting evaluates text in the page, which the content security policy
    forbids; `until` asks from outside.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, *studies: str) -> None:
        self.page.goto(f"{self.url}/viewer/?StudyInstanceUIDs={','.join(studies)}")

    def until(
        self, condition: Callable[[], bool], explain: Callable[[], str] | None = None
    ) -> None:
        """Ask until `condition` holds; fail with `explain`, or with what the page says."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            late = time.monotonic() > end
            assert not late, explain() if explain else self.page.inner_text("body")[:2000]
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

    def settled(self, viewport: int = 0) -> dict[str, Any]:
        """Wait until the frame asked for is on the screen and nothing changes any more."""
        states: list[dict[str, Any]] = [{}]

        def still() -> bool:
            self.page.evaluate(_DRAWN)
            before, states[0] = states[0], self.state(viewport)
            return states[0] == before and before["index"] == before["wanted"]

        self.until(still)
        return states[0]

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

    def expect_edges(self, wanted: dict[str, str], viewport: int = 0) -> None:
        self.until(lambda: self.edges(viewport) == wanted, lambda: f"{self.edges(viewport)}")

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
