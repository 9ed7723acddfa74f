"""Checks of the installation itself: interpreter, packages, front end, secret, image codecs."""

import platform
import re
import stat
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import imagecodecs
import numpy as np
from django.conf import settings
from django.contrib.staticfiles import finders

from operations.findings import Finding, fail, ok, warn

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
MANIFEST = "viewer/manifest.json"
_REINSTALL = "Run noctis start in the checkout, or install the package again"


def check_python() -> Finding:
    """Compare the interpreter with the oldest that is supported."""
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036 - an installed package can meet an older one
        return fail("python", f"{version} is too old", "Install Python 3.11 or newer")
    return ok("python", f"{version} ({sys.executable})")


def lock_file() -> Path | None:
    """Return the lock file of this installation: a checkout's, or the one in the package."""
    folders = (settings.BASE_DIR, settings.BASE_DIR / "noctisview")
    paths = (folder / "requirements.txt" for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def version_differences(lock: str) -> Iterator[str]:
    """Yield what is installed in another version than the lock text names.

    A package that is not there at all is none of these: many are for other platforms.
    """
    wanted: dict[str, set[str]] = {}
    for name, version in _LOCKED.findall(lock):  # once for each range of Python versions
        wanted.setdefault(name, set()).add(version)
    for name, versions in wanted.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if installed not in versions:
            yield f"{name} {installed} (locked: {' or '.join(sorted(versions))})"


def check_packages() -> Finding:
    """Compare installed packages with the locked versions that were tested."""
    lock = lock_file()
    if lock is None:
        return warn("packages", "there is no lock file to compare with", _REINSTALL)
    differences = list(version_differences(lock.read_text(encoding="utf-8")))
    if differences:
        return warn("packages", f"not as tested: {', '.join(differences[:5])}", _REINSTALL)
    return ok("packages", f"as locked in {lock.name}")


def check_frontend() -> Finding:
    """Look for the built front end among the static files."""
    if finders.find(MANIFEST) or (Path(settings.STATIC_ROOT) / MANIFEST).is_file():
        return ok("front end", "built")
    return fail("front end", "is not built: the viewer cannot open", _REINSTALL)


def check_secret() -> Finding:
    """Look at the length of the secret key and at who may read its file."""
    if len(settings.SECRET_KEY) < 32:
        return fail("secret", "the secret key is short", "Remove it: a new one is made")
    path = Path(settings.DATA_DIR) / "secret_key"
    if not path.exists():
        return ok("secret", "comes from the environment")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return fail("secret", f"{path} has mode {mode:04o}", f"Run: chmod 600 {path}")
    return ok("secret", f"{path} has mode {mode:04o}")


_CODECS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "JPEG 2000": lambda image: imagecodecs.jpeg2k_decode(imagecodecs.jpeg2k_encode(image, level=0)),
    "HTJ2K": lambda image: imagecodecs.htj2k_decode(imagecodecs.htj2k_encode(image)),
    "JPEG-LS": lambda image: imagecodecs.jpegls_decode(imagecodecs.jpegls_encode(image)),
    "JPEG lossless": lambda image: imagecodecs.ljpeg_decode(
        imagecodecs.ljpeg_encode(image, bitspersample=16)
    ),
}


def check_codecs() -> Finding:
    """Encode and decode a small 12-bit image with each lossless codec."""
    image = (np.arange(256, dtype=np.uint16).reshape(16, 16) * 13) % 4096
    broken = [name for name, round_trip in _CODECS.items() if not _survives(image, round_trip)]
    if broken:
        return fail("codecs", f"do not work: {', '.join(broken)}", "Install imagecodecs again")
    return ok("codecs", ", ".join(_CODECS))


def _survives(image: np.ndarray, round_trip: Callable[[np.ndarray], np.ndarray]) -> bool:
    try:
        return bool(np.array_equal(round_trip(image), image))
    except Exception:
        return False


CHECKS = (check_python, check_packages, check_frontend, check_secret, check_codecs)
