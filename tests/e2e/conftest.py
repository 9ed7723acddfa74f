"""A running NOCTIS with studies in it, and a browser in front of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dicomweb_client.api import DICOMwebClient
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    ViewportSize,
    sync_playwright,
)

from tests.e2e.viewer_studies import all_studies
from tests.live import LiveServer, LiveUser, start_server

PROJECT = Path(__file__).resolve().parents[2]
# Drawn without a graphics card: no larger than it must be.
DESKTOP = ViewportSize(width=1180, height=800)
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


@dataclass(frozen=True)
class LiveNoctis:
    """A server with the studies of viewer_studies.py and these users.

    ``reader`` sees everything, ``desk`` only what belongs to a facility without studies.
    """

    server: LiveServer
    users: dict[str, LiveUser]

    @property
    def url(self) -> str:
        return self.server.url

    def cookies(self, user: LiveUser) -> StorageState:
        """Return what a browser holds in which the user has signed in."""
        session = self.server.sign_in(user)
        return {
            "cookies": [
                {"name": one.name, "value": one.value or "", "url": self.url}
                for one in session.cookies
            ]
        }


@pytest.fixture(scope="session")
def noctis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNoctis]:
    if not (PROJECT / "viewer/static/viewer/manifest.json").exists():
        pytest.fail("The front end is not built: run 'npm ci && npm run build' in frontend/")
    with start_server(tmp_path_factory.mktemp("noctis")) as server:
        people = server.populate(
            facilities=["Test hospital", "Elsewhere"],
            users={
                "reader": ("RADIOLOGIST", None),
                "desk": ("FACILITY", "Elsewhere"),
                "sender": ("TECHNICIAN", "Test hospital"),
                "chief": ("ADMIN", None),
                "colleague": ("RADIOLOGIST", None),
            },
        )
        session = server.session(people.users["sender"].token)
        client = DICOMwebClient(f"{server.url}/dicom-web", session=session)
        client.store_instances(all_studies())
        yield LiveNoctis(server, people.users)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs Chromium on the PATH")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield instance
        instance.close()


@dataclass
class Watch:
    """What a page complained of."""

    problems: list[str] = field(default_factory=list)
    # Parts of complaints that a test provokes on purpose.
    expected: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> Page:
        page.on("console", lambda message: self.note(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " event => console.error('CSP', event.violatedDirective, event.blockedURI));"
        )
        return page

    def note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.problems.append(text)

    def check(self) -> None:
        unexpected = [
            problem
            for problem in self.problems
            if not any(part in problem for part in self.expected)
        ]
        assert not unexpected, "\n".join(unexpected)


@pytest.fixture(scope="session")
def signed_in(noctis: LiveNoctis) -> Callable[[str], StorageState]:
    """Sign in without a browser; return the cookies for new contexts."""
    known: dict[str, StorageState] = {}

    def state(username: str) -> StorageState:
        if username not in known:
            known[username] = noctis.cookies(noctis.users[username])
        return known[username]

    return state


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="session")
def reading_room(
    browser: Browser, signed_in: Callable[[str], StorageState]
) -> Iterator[BrowserContext]:
    """The reader's browser: its cache keeps the program from test to test."""
    context = browser.new_context(viewport=DESKTOP, storage_state=signed_in("reader"))
    yield context
    context.close()


@pytest.fixture
def page(reading_room: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A desktop page of the reader; complaints of the page fail the test."""
    page = watch.attach(reading_room.new_page())
    yield page
    page.close()
    watch.check()


@pytest.fixture
def own_page(
    browser: Browser, signed_in: Callable[[str], StorageState], watch: Watch
) -> Iterator[Page]:
    """As `page`, in a browser that the test may sign out or cut off."""
    context = browser.new_context(viewport=DESKTOP, storage_state=signed_in("reader"))
    yield watch.attach(context.new_page())
    context.close()
    watch.check()
