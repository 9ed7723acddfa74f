"""What tests need beside Python and Node: found, or installed from Debian's packages."""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noctisview.launcher.console import LauncherError, Step
from noctisview.launcher.process import run

# Program, library or font file -> the Debian/Ubuntu package that has it.
PACKAGES = {
    "storescu": "dcmtk",
    "chromium": "chromium",
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "nginx": "nginx",
    "Orthanc": "orthanc",
    "clamd": "clamav-daemon",
    "restic": "restic",
    "fail2ban-client": "fail2ban",
    "supervisord": "supervisor",
    "openssl": "openssl",
    "pdftoppm": "poppler-utils",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "NotoSans-Regular.ttf": "fonts-noto-core",
    "NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}
_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_EXTRA_PATHS = ("/usr/sbin", "/usr/local/sbin")
_POSTGRESQL = Path("/usr/lib/postgresql")
_POLICY = Path("/usr/sbin/policy-rc.d")


def find_program(name: str) -> Path | None:
    """Return the path of a program; PostgreSQL's lie outside PATH on Debian."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *_EXTRA_PATHS])
    found = shutil.which(name, path=path)
    if found:
        return Path(found)
    programs = _POSTGRESQL.glob(f"*/bin/{name}")
    return max(programs, key=lambda path: int(path.parents[1].name), default=None)


def is_there(name: str) -> bool:
    """Say whether the program, shared library or font file of this name is there."""
    if ".so." in name:
        return _can_be_loaded(name)
    if name.endswith((".ttf", ".ttc")):
        return any(True for folder in _FONTS for _ in folder.rglob(name))
    return find_program(name) is not None


def _can_be_loaded(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(names: list[str]) -> list[str]:
    """Return the packages of those programs, libraries and fonts that are not there."""
    return [PACKAGES[name] for name in names if not is_there(name)]


def provide(programs: list[str], log: Path) -> None:
    """Install what is missing when this account may, else say with what.

    Raises
    ------
    LauncherError
        If something is missing and cannot be installed from here.
    """
    packages = missing_packages(programs)
    if not packages:
        return
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise LauncherError(f"missing on this machine: {names}", "Install them and run it again")
    if os.geteuid() != 0:
        raise LauncherError(
            f"missing on this machine: {names}",
            f"Run: sudo apt-get install --no-install-recommends {names}",
        )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with Step(f"System packages ({names})") as step, _no_service_starts():
        run(["apt-get", "update"], log=log, note=step.note, env=env)
        argv = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        run(argv, log=log, note=step.note, env=env)
    still = missing_packages(programs)
    if still:
        raise LauncherError(f"installed, but still not found: {' '.join(still)}", f"See {log}")


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep the installation from starting servers: the tests start their own, elsewhere."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
