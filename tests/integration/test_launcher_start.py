"""`./noctis start` as a newcomer runs it, on an empty data folder."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _page(url: str, process: subprocess.Popen, seconds: float) -> str:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            assert process.poll() is None, "noctis start ended by itself"
            assert time.monotonic() < end, "the web service did not answer"
            time.sleep(0.5)


def test_start_serves_web_and_dicom_and_drains(tmp_path):
    web, dicom = _free_port(), _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NOCTIS_")}
    command = ["./noctis", "start", "--no-demo", "--data", str(tmp_path / "data")]
    command += ["--port", str(web), "--dicom-port", str(dicom)]
    log = tmp_path / "out"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        page = _page(f"http://127.0.0.1:{web}/accounts/login/", process, 120)
        socket.create_connection(("127.0.0.1", dicom), 30).close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
    assert "csrfmiddlewaretoken" in page
    assert "admin" in log.read_text()
