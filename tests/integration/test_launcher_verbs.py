"""The launcher's other verbs, on a data folder of their own."""

import os
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.once


def _noctis(data: Path, *words: str) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NOCTIS_")}
    environment["NOCTIS_DATA_DIR"] = str(data)
    migrate = [str(PROJECT / ".venv/bin/python"), "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=PROJECT, env=environment, check=True)
    return subprocess.run(
        ["./noctis", *words, "--data", str(data)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_doctor_examines_an_installation(tmp_path):
    done = _noctis(tmp_path, "doctor")
    assert "database" in (done.stdout + done.stderr).lower()


def test_demo_says_what_is_wrong_with_a_folder(tmp_path):
    done = _noctis(tmp_path, "demo", "--from", str(tmp_path / "absent"))
    assert done.returncode != 0
    assert "no folder" in done.stdout + done.stderr
