"""The two servers, each started on an empty folder, with the same promises about the disk."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# Without TCP_NODELAY dcmtk's clients and Orthanc wait 40 ms for a delayed acknowledgement, and
# the figures would tell of Nagle's algorithm.
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running archive: its addresses and what a client must send along."""

    name: str
    ae_title: str
    dicom_port: int
    http_port: int
    headers: dict[str, str]
    processes: list[subprocess.Popen] = field(default_factory=list)

    def wait(self, seconds: float = 60) -> None:
        """Return when both ports answer."""
        end = time.monotonic() + seconds
        for port in (self.dicom_port, self.http_port):
            while True:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                    raise RuntimeError(f"{self.name} did not start")
                time.sleep(0.1)

    def stop(self) -> None:
        """End the server's processes and wait for them."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


def orthanc(folder: Path) -> Server:
    """Start Debian's Orthanc with its DICOMweb plugin, fsync on, compression of answers off."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    server = Server("Orthanc", "ORTHANC", free_port(), free_port(), {})
    settings = {
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "SyncStorageArea": True,
        "HttpPort": server.http_port,
        "DicomPort": server.dicom_port,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowFind": True,
        "UnknownSopClassAccepted": True,
        "HttpThreadsCount": 50,
        "DicomThreadsCount": 8,
        "TcpNoDelay": True,
        "KeepAlive": True,
        "LimitFindResults": 0,
        "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        server.processes.append(
            subprocess.Popen(
                ["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log, env=ENVIRONMENT
            )
        )
    server.wait()
    return server


_SEED = """
from worklist.models import CustomUser, UserRole, Facility
from worklist.services import issue_token
facility, _ = Facility.objects.get_or_create(name="Benchmark")
user = CustomUser.objects.create_user(
    "bench", password=None, role=UserRole.ADMIN, facility=facility
)
print("TOKEN", issue_token(user, name="bench"))
"""


def noctis(folder: Path) -> Server:
    """Start NOCTIS in its embedded shape: SQLite (synchronous=FULL), one web, one DICOM process."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    server = Server("NOCTIS", "NOCTIS_PACS", free_port(), free_port(), {})
    environment = {
        **ENVIRONMENT,
        "NOCTIS_DATA_DIR": str(folder),
        "NOCTIS_DICOM_PORT": str(server.dicom_port),
        "DJANGO_SETTINGS_MODULE": "noctisview.settings",
        "PYTHONPATH": str(PROJECT),
    }
    manage = [sys.executable, str(PROJECT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True, cwd=PROJECT)
    out = subprocess.run(
        [*manage, "shell", "-v0", "-c", _SEED],
        env=environment,
        check=True,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    ).stdout
    token = next(line.split()[1] for line in out.splitlines() if line.startswith("TOKEN"))
    server.headers["Authorization"] = f"Bearer {token}"
    web = [sys.executable, "-m", "uvicorn", "noctisview.asgi:application", "--no-access-log"]
    web += ["--port", str(server.http_port)]
    for name, command in {"web": web, "dicom": [*manage, "start_dicom_service"]}.items():
        with (folder / f"{name}.log").open("wb") as log:
            server.processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=PROJECT)
            )
    server.wait()
    return server
