"""`noctis start` run as a process until its services answer, and stopped again."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _page(url: str, process: subprocess.Popen, log: Path, seconds: float) -> str:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, "the web service did not answer"
            time.sleep(0.5)


def start_and_stop(
    command: list[str], folder: Path, cwd: Path, extra: dict[str, str] | None = None
) -> tuple[str, str]:
    """Run a start command on a new data folder below `folder`; return sign-in page and output."""
    web, dicom = _free_port(), _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NOCTIS_")}
    words = [*command, "--no-demo", "--data", str(folder / "data")]
    words += ["--port", str(web), "--dicom-port", str(dicom)]
    log = folder / "out"
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, cwd=cwd, env=environment | (extra or {}), stdout=out, stderr=subprocess.STDOUT
        )
    try:
        page = _page(f"http://127.0.0.1:{web}/accounts/login/", process, log, 120)
        socket.create_connection(("127.0.0.1", dicom), 30).close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
    return page, log.read_text()
