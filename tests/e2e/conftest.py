"""A running NOCTIS with studies in it, and a browser in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.databases import fresh_database_url
from tests.e2e.seed import PASSWORD
from tests.e2e.viewer_studies import write_studies

PROJECT = Path(__file__).resolve().parents[2]
START_S = 60
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
    """A server of its own; its data are gone after the tests."""

    url: str
    environment: dict[str, str]

    def seed(self, folder: Path) -> str:
        """Create the users of tests/e2e/seed.py and ingest a folder; return what was refused."""
        return run_python(self.environment, "-m", "tests.e2e.seed", str(folder))


def run_python(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_live(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()[-4000:]
        try:
            urllib.request.urlopen(f"{url}/health/live", timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text()[-4000:])


@pytest.fixture(scope="session")
def live_noctis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNoctis]:
    if not (PROJECT / "viewer/static/viewer/manifest.json").exists():
        pytest.fail("The front end is not built: run 'npm ci && npm run build' in frontend/")
    data = tmp_path_factory.mktemp("noctis")
    with fresh_database_url() as database_url:
        environment = {
            **os.environ,
            "NOCTIS_DATA_DIR": str(data),
            "NOCTIS_DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "noctisview.settings",
        }
        run_python(environment, "manage.py", "migrate", "--verbosity", "0")
        port, log = free_port(), data / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    "noctisview.asgi:application",
                    f"--port={port}",
                ],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_live(url, server, log)
            yield LiveNoctis(url, environment)
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture(scope="session")
def noctis(live_noctis: LiveNoctis, tmp_path_factory: pytest.TempPathFactory) -> LiveNoctis:
    """The live server with the studies of viewer_studies.py."""
    folder = tmp_path_factory.mktemp("studies")
    write_studies(folder)
    refused = live_noctis.seed(folder)
    assert not refused, refused
    return live_noctis


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

    def attach(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self.note(message.type, message.text))
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " event => console.error('CSP', event.violatedDirective, event.blockedURI));"
        )

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
def signed_in(browser: Browser, noctis: LiveNoctis) -> Callable[[str], dict]:
    """Sign in once for each user; return the cookies for new contexts."""
    known: dict[str, dict] = {}

    def state(username: str) -> dict:
        if username not in known:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{noctis.url}/accounts/login/")
            page.fill("input[name=login]", username)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(f"{noctis.url}/worklist/**")
            known[username] = context.storage_state()
            context.close()
        return known[username]

    return state


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def page(browser: Browser, signed_in: Callable[[str], dict], watch: Watch) -> Iterator[Page]:
    """A desktop page of the reader; complaints of the page fail the test."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, storage_state=signed_in("reader")
    )
    watch.attach(context)
    yield context.new_page()
    context.close()
    watch.check()
