"""`pip install .` into a new environment, and `noctis start` from there."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.started import start_and_stop

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.once


@pytest.mark.slow
def test_the_installed_package_starts(tmp_path):
    checkout = tmp_path / "checkout"
    _copy_checkout(checkout)
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = [environment / "bin" / "pip", "install", "-q", "--no-deps", "."]
    subprocess.run(install, cwd=checkout, check=True)
    shutil.rmtree(checkout)  # whatever is not in the package is missed now
    # The libraries are those that this test runs with: their installation is pip's business.
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib")}
    command = [str(environment / "bin" / "noctis"), "start"]
    page, output = start_and_stop(command, tmp_path, tmp_path, libraries)
    assert "csrfmiddlewaretoken" in page
    assert str(environment) in output  # and not the checkout that the tests lie in


def _copy_checkout(target: Path) -> None:
    """Copy what git knows, and the viewer as it was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
    bundle = Path("viewer", "static", "viewer")
    shutil.copytree(PROJECT / bundle, target / bundle, dirs_exist_ok=True)
