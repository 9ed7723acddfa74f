"""The checkout's own Python environment: made once, brought to the locked versions."""

import importlib.util
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from noctisview.launcher.console import LauncherError, Step
from noctisview.launcher.installation import Installation
from noctisview.launcher.process import answer, run
from noctisview.launcher.stamps import digest_of, read_stamp, write_stamp

RUNTIME_LOCK = "requirements.txt"
DEVELOPMENT_LOCK = "requirements_dev.txt"
NODE_LOCK = "requirements_build.txt"
_FIRST_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+==[^\s;\\]+)", re.MULTILINE)


def uv() -> str | None:
    """Return the path of a working uv, if there is one."""
    found = shutil.which("uv")
    return found if found and answer([found, "--version"]) else None


def check_can_make_environment(installation: Installation) -> None:
    """Raise when ``.venv`` is still to be made and neither uv nor the venv module is there."""
    if installation.python.exists() or uv():
        return
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    raise LauncherError(
        f"this Python ({sys.executable}) has no venv module",
        "Install it, for example: apt install python3-venv",
    )


def is_installed(installation: Installation, lock: str) -> bool:
    """Return whether the environment holds what `lock` names, by its stamp."""
    stamp = read_stamp(_stamp_of(installation))
    return installation.python.exists() and stamp.get(lock) == _digest(installation, lock)


def install(installation: Installation, lock: str, title: str) -> None:
    """Bring the environment to the versions and hashes of `lock`, unless it is there already.

    Raises
    ------
    CommandError
        If the environment cannot be made or a package cannot be had.
    """
    if is_installed(installation, lock):
        return
    with Step(title) as step:
        installer = uv()
        _make_environment(installation, installer, step)
        _check_registry(installation, installer, lock)
        argv = [*_install_command(installation, installer), "--require-hashes", "--no-deps", "-r"]
        run(
            [*argv, installation.root / lock],
            log=installation.setup_log,
            note=step.note,
            env=_client_environment(),
        )
    write_stamp(_stamp_of(installation), **{lock: _digest(installation, lock)})


def _stamp_of(installation: Installation) -> Path:
    return installation.venv / "noctis-locks.json"


def _digest(installation: Installation, lock: str) -> str:
    return digest_of([installation.root / lock])


def _client_environment() -> dict[str, str]:
    """Return our environment without what would point pip or uv at another environment."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def _make_environment(installation: Installation, installer: str | None, step: Step) -> None:
    """Make ``.venv``; one whose interpreter has gone or is too old is made anew."""
    ask = "import sys; print(sys.version_info >= (3, 11))"
    if answer([installation.python, "-c", ask]) == "True":
        return
    if (installation.venv / "pyvenv.cfg").exists():
        shutil.rmtree(installation.venv)
    argv: list[str | Path] = [sys.executable, "-m", "venv", installation.venv]
    if installer:
        argv = [installer, "venv", "--python", sys.executable, installation.venv]
    run(argv, log=installation.setup_log, note=step.note, env=_client_environment())


def _install_command(installation: Installation, installer: str | None) -> list[str | Path]:
    """Return the words that install into ``.venv``; pip is put there if uv made it and left."""
    if installer:
        return [installer, "pip", "install", "--python", installation.python]
    if not answer([installation.python, "-m", "pip", "--version"]):
        run(
            [installation.python, "-m", "ensurepip", "--upgrade"],
            log=installation.setup_log,
            env=_client_environment(),
        )
    return [installation.python, "-m", "pip", "install", "--no-compile"]


def _check_registry(installation: Installation, installer: str | None, lock: str) -> None:
    """Ask the registry for one package of the lock, once and without waiting long.

    The client itself asks, so that its own configuration (mirror, proxy, offline store) holds.
    """
    first = _FIRST_REQUIREMENT.search((installation.root / lock).read_text(encoding="utf-8"))
    if not first:
        return
    env = _client_environment()
    with tempfile.TemporaryDirectory() as folder:
        argv: list[str | Path] = [installation.python, "-m", "pip", "download", "--no-deps"]
        argv += ["--quiet", "--retries", "0", "--timeout", "20", "--dest", folder, first[1]]
        if installer:
            env |= {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "20"}
            argv = [installer, "pip", "install", "--dry-run", "--python", installation.python]
            argv += ["--no-deps", "--target", folder, first[1]]
        run(argv, log=installation.setup_log, env=env)
