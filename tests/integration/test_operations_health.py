"""Health and doctor of a running installation."""

import json
import subprocess
import sys

import pytest
import requests

from tests.live import PROJECT, start_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("health"), dicom=True) as server:
        yield server


def doctor(server):
    done = subprocess.run(
        [sys.executable, "-m", "django", "doctor", "--json"],
        cwd=PROJECT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    findings = json.loads(done.stdout)
    return done.returncode, {finding["check"]: finding for finding in findings}


def test_a_running_installation_is_ready(server):
    assert requests.get(f"{server.url}/health/live").json() == {"status": "ok"}
    assert requests.get(f"{server.url}/health/ready").status_code == 200


def test_doctor_sees_the_service_and_misses_the_administrator(server):
    code, findings = doctor(server)
    assert code == 1
    assert findings["DICOM port"]["level"] == "ok"
    assert findings["administrator"]["level"] == "fail"
    assert findings["database"]["level"] == findings["filesystem"]["level"] == "ok"


def test_an_archive_that_cannot_be_written_is_not_ready_but_lives(server):
    spool = server.data_dir / "archive" / "spool"
    aside = spool.with_name("aside")
    spool.mkdir(parents=True, exist_ok=True)
    spool.rename(aside)
    spool.write_text("in the way")
    try:
        answer = requests.get(f"{server.url}/health/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"]["archive"] == "fail"
        assert requests.get(f"{server.url}/health/live").status_code == 200
    finally:
        spool.unlink()
        aside.rename(spool)
    assert requests.get(f"{server.url}/health/ready").status_code == 200
