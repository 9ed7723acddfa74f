"""NOCTIS on a data folder of its own with the four studies in it, and the slow line before it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dicomweb_client.api import DICOMwebClient
from pydicom.dataset import Dataset
from requests import Session

from benchmarks.archive.servers import PROJECT, free_port
from benchmarks.viewer.data import STUDIES

_SEED = """
from django.test import Client
from worklist.models import CustomUser, UserRole, Facility
from worklist.services import issue_token
facility, _ = Facility.objects.get_or_create(name="Benchmark")
user = CustomUser.objects.create_user("b", password=None, role=UserRole.ADMIN, facility=facility)
client = Client(headers={"host": "localhost"})
client.force_login(user)
print("SEEDED", issue_token(user, name="b"), client.cookies["sessionid"].value)
"""


class Noctis:
    """A server that can be stopped and started again on what it holds."""

    def __init__(self, folder: Path, ohif_dist: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.port = folder, free_port()
        self.session_id = ""
        self._process: subprocess.Popen | None = None
        self._environment = {
            **os.environ,
            "NOCTIS_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "noctisview.settings",
            "BENCHMARK_OHIF_DIST": str(ohif_dist),
            "PYTHONPATH": str(PROJECT),
        }

    def start(self) -> None:
        """Start as `noctis start` does: one uvicorn."""
        words = [sys.executable, "-m", "uvicorn", "benchmarks.viewer.both:application"]
        with (self.folder / "web.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*words, "--no-access-log", f"--port={self.port}"],
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=PROJECT,
            )
        wait_for_port(self.port, self._process)

    def stop(self) -> None:
        if self._process:
            end(self._process)
            self._process = None

    def restart_cold(self) -> None:
        """Start anew, with nothing cached (what the operating system keeps of files stays)."""
        self.stop()
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        self.start()

    def fill(self) -> None:
        """Create the database and a user, start, and store every study."""
        manage = [sys.executable, str(PROJECT / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0"], env=self._environment, check=True, cwd=PROJECT)
        said = subprocess.run(
            [*manage, "shell", "-v0", "-c", _SEED],
            env=self._environment,
            check=True,
            cwd=PROJECT,
            capture_output=True,
            text=True,
        ).stdout
        seeded = next(line.split() for line in said.splitlines() if line.startswith("SEEDED"))
        _, token, self.session_id = seeded
        self.start()
        session = Session()
        session.headers["Authorization"] = f"Bearer {token}"
        client = DICOMwebClient(f"http://127.0.0.1:{self.port}/dicom-web", session=session)
        for study in STUDIES:
            instances = study.make()
            while batch := list[Dataset](islice(instances, 30)):
                client.store_instances(batch)

    def take_counts(self) -> dict[str, int]:
        """Return what was sent since this was asked last: bytes, requests."""
        address = f"http://127.0.0.1:{self.port}/benchmark-counts"
        with urllib.request.urlopen(address) as answer:
            return json.load(answer)


@contextlib.contextmanager
def slow_line(server_port: int, mbit_s: float, round_trip_ms: float) -> Iterator[int]:
    """Yield the port of a slow line to the server."""
    port = free_port()
    words = [sys.executable, "-m", "benchmarks.viewer.link", str(port), str(server_port)]
    process = subprocess.Popen([*words, str(mbit_s), str(round_trip_ms)], cwd=PROJECT)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        end(process)


def wait_for_port(port: int, process: subprocess.Popen, seconds: float = 60) -> None:
    """Return when somebody listens."""
    last = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if time.monotonic() > last or process.poll() is not None:
            raise RuntimeError(f"Nothing listens on port {port}")
        time.sleep(0.1)


def end(process: subprocess.Popen) -> None:
    """Ask the process to end, and see to it."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
