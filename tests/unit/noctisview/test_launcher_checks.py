"""What is missing is said before anything long begins, with its mend."""

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from noctisview.launcher import checks, packages
from noctisview.launcher.console import LauncherError
from noctisview.launcher.installation import Installation, default_data_dir, find_installation
from noctisview.launcher.single import only_start_on

ROOT = Path(__file__).resolve().parents[3]


def test_a_taken_port_and_one_that_is_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LauncherError, match=rf"port {port} .* is taken.*--port \d+"):
            checks.check_port("127.0.0.1", port, "--port")
    checks.check_port("127.0.0.1", port, "--port")


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(LauncherError, match=r"cannot listen on 192.0.2.1"):
        checks.check_port("192.0.2.1", 8000, "--port")


def test_a_number_that_is_no_port() -> None:
    with pytest.raises(LauncherError, match="cannot listen"):
        checks.check_port("127.0.0.1", 70000, "--port")


def test_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LauncherError, match=r"cannot be written .*--data DIR"):
        checks.check_data_dir(tmp_path / "file" / "data")


def test_a_data_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    checks.check_data_dir(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_little_space_stops_a_first_start_and_warns_a_later_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, checks.GIB))
    with pytest.raises(LauncherError, match=r"only 1\.0 GB is free"):
        checks.check_disk(tmp_path, is_first=True)
    checks.check_disk(tmp_path, is_first=False)
    assert "Warning: only 1.0 GB" in capsys.readouterr().out
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 3 * checks.GIB))
    checks.check_disk(tmp_path, is_first=True)


def test_a_second_start_on_the_same_data_says_who_holds_it(tmp_path: Path) -> None:
    with only_start_on(tmp_path, "http://127.0.0.1:8000"):
        with (
            pytest.raises(LauncherError, match=rf"process {os.getpid()}, http://127.0.0.1:8000"),
            only_start_on(tmp_path, "http://127.0.0.1:8001"),
        ):
            pass
    with only_start_on(tmp_path, "http://127.0.0.1:8001"):
        pass


def test_no_venv_module_and_no_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installation = Installation(tmp_path, is_checkout=True, data_dir=tmp_path)
    monkeypatch.setattr(packages, "uv", lambda: None)
    packages.check_can_make_environment(installation)
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LauncherError, match=r"has no venv module.*apt install python3-venv"):
        packages.check_can_make_environment(installation)
    monkeypatch.setattr(packages, "uv", lambda: "/bin/uv")
    packages.check_can_make_environment(installation)


def test_an_old_python_is_told_so_by_the_launcher(tmp_path: Path) -> None:
    """The file is read by an old interpreter: here by ours, which says that it is old."""
    lies = "import sys; sys.version_info = (3, 9, 2, 'final', 0); sys.argv = ['noctis', 'start']\n"
    code = f"{lies}path = {str(ROOT / 'noctis')!r}; __file__ = path; exec(open(path).read())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "noctis: Python 3.9 is too old. Install Python 3.11 or newer, "
        "for example: apt install python3.11 python3.11-venv\n"
    )


def test_where_the_data_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOCTIS_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_data_dir(Path("/srv/noctis")) == Path("/srv/noctis/.noctis")
    assert default_data_dir(None) == tmp_path / "noctis"
    monkeypatch.setenv("NOCTIS_DATA_DIR", str(tmp_path / "named"))
    assert default_data_dir(None) == tmp_path / "named"
    assert find_installation(None, str(tmp_path / "given")).data_dir == tmp_path / "given"


def test_the_product_finds_its_rooms_and_its_data(tmp_path: Path) -> None:
    installation = find_installation(str(ROOT), str(tmp_path))
    environment = installation.environment()
    assert environment["NOCTIS_DATA_DIR"] == str(tmp_path)
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)
    installed = find_installation(None, str(tmp_path))
    assert installed.python == Path(sys.executable)
    assert installed.root == ROOT
