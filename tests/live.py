"""A NOCTIS of its own for a test: data folder, database, web server and, if asked, DICOM service.

    with start_server(tmp_path) as server:
        people = server.populate(
            facilities=["North"],
            users={"rita": ("RADIOLOGIST", None), "tom": ("TECHNICIAN", "North")},
        )
        http = server.session(people.users["tom"].token)
        http.get(f"{server.url}/dicom-web/studies")

The server runs the embedded settings (SQLite in the data folder), or PostgreSQL when the test run
does (tests/databases.py). It is the same process that `noctis start` runs: uvicorn and
`noctisview.asgi`. Everything a test wants to see in the database or the archive it asks of
`server.python(code)`, which runs in a process with the server's environment.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.databases import fresh_database_url

PROJECT = Path(__file__).resolve().parents[1]
START_S = 90
STOP_S = 20

_POPULATE = """
import json, sys
import django
django.setup()
from worklist.models import CustomUser, Facility
from worklist.services import create_user, issue_token

wanted = json.loads(sys.argv[1])
facilities = {name: Facility.objects.get_or_create(name=name)[0] for name in wanted["facilities"]}
made = {"facilities": {name: facility.pk for name, facility in facilities.items()}, "users": {}}
for name, (role, facility) in wanted["users"].items():
    user, password = create_user(
        name, role=role, facility=facilities.get(facility), must_change_password=False
    )
    made["users"][name] = [user.pk, name, password, issue_token(user, "test")]
print(json.dumps(made))
"""


@dataclass(frozen=True)
class LiveUser:
    """A user with everything that it takes to sign in."""

    pk: int
    username: str
    password: str
    token: str


@dataclass(frozen=True)
class People:
    """What `LiveServer.populate` made: facility numbers and users, by name."""

    facilities: dict[str, int]
    users: dict[str, LiveUser]


@dataclass
class LiveServer:
    """A running server."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    log: Path
    dicom_port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def python(self, code: str, *arguments: str) -> str:
        """Run code in a process with the server's environment; return what it prints."""
        return run_python(self.environment, "-c", code, *arguments)

    def populate(
        self,
        facilities: Sequence[str] = (),
        users: Mapping[str, tuple[str, str | None]] | None = None,
    ) -> People:
        """Create facilities, and users given as name -> (role, facility or None)."""
        wanted = {"facilities": list(facilities), "users": dict(users or {})}
        made = json.loads(self.python(_POPULATE, json.dumps(wanted)).splitlines()[-1])
        made_users = {name: LiveUser(*values) for name, values in made["users"].items()}
        return People(made["facilities"], made_users)

    def session(self, token: str | None = None) -> requests.Session:
        """Return an HTTP session, with the token of a user or of nobody."""
        session = requests.Session()
        if token:
            session.headers["Authorization"] = f"Bearer {token}"
        return session

    def sign_in(self, user: LiveUser) -> requests.Session:
        """Return an HTTP session with the cookies of a signed-in browser."""
        session = requests.Session()
        login = f"{self.url}/accounts/login/"
        session.get(login).raise_for_status()
        form = {
            "login": user.username,
            "password": user.password,
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        }
        answer = session.post(login, data=form, allow_redirects=False)
        assert answer.status_code == 302, answer.text[:500]
        return session


def run_python(environment: Mapping[str, str], *words: str) -> str:
    """Run this interpreter in the project; return what it prints, fail with what it complains."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text()[-4000:])


@contextmanager
def start_server(
    data_dir: Path, *, dicom: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[LiveServer]:
    """Start a server on an empty data folder; it is stopped at the end of the block.

    Parameters
    ----------
    data_dir : Path
        An empty folder.
    dicom : bool
        Start the DICOM service as well (`LiveServer.dicom_port`).
    environment : mapping, optional
        Further NOCTIS_* variables.
    """
    port, dicom_port, log = free_port(), free_port(), data_dir / "processes.log"
    with ExitStack() as stack:
        own = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "noctisview.settings",
            "NOCTIS_DATA_DIR": str(data_dir),
            "NOCTIS_DATABASE_URL": stack.enter_context(fresh_database_url()),
            "NOCTIS_HTTP_PORT": str(port),
            "NOCTIS_DICOM_PORT": str(dicom_port),
            **(environment or {}),
        }
        run_python(own, "manage.py", "migrate", "--verbosity", "0")
        server = LiveServer(f"http://127.0.0.1:{port}", data_dir, own, log)
        output = stack.enter_context(log.open("ab"))
        stack.callback(_stop, server.processes)
        web = ["-m", "uvicorn", "noctisview.asgi:application", f"--port={port}"]
        server.processes.append(_start(web, own, output.fileno()))
        if dicom:
            server.dicom_port = dicom_port
            service = ["manage.py", "start_dicom_service"]
            server.processes.append(_start(service, own, output.fileno()))
            _wait_for_port(dicom_port, server.processes[-1], log)
        _wait_for_port(port, server.processes[0], log)
        yield server


def _start(
    words: Sequence[str], environment: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *words], cwd=PROJECT, env=dict(environment), stdout=output, stderr=output
    )


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
