"""Having pages turned into a PDF, by a process that can be stopped (`press_worker`)."""

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import BinaryIO, Final

import orjson
from django.conf import settings

logger = logging.getLogger(__name__)

_WORKER: Final = "reports.paper.press_worker"
_MISSING: Final = 3  # press_worker.MISSING; that module is imported by nobody
# At the same time in this process: single reports, and batches of more than a few beside them, so
# that nobody waits for somebody else's two hundred.
_SINGLE_AT_ONCE: Final = 2
_BATCHES_AT_ONCE: Final = 1
_FEW: Final = 3
_PATIENCE_S: Final = 60.0
_FIRST_S: Final = 60.0
_EACH_S: Final = 3.0
# What libraries of the system are found by; nothing else of our environment goes there.
_PASSED_ON: Final = (
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
)
_single_turns = threading.BoundedSemaphore(_SINGLE_AT_ONCE)
_batch_turns = threading.BoundedSemaphore(_BATCHES_AT_ONCE)


class PressError(Exception):
    """No PDF could be made; the message says why and holds nothing of a patient."""


class PressMissingError(PressError):
    """What makes PDFs is not installed."""


def print_pages(documents: Sequence[str], identifier: str) -> BinaryIO:
    """Return a PDF of HTML documents, in a file without a name that goes when it is closed.

    Parameters
    ----------
    documents : sequence of str
        Whole HTML documents; each begins on a new page and counts its own.
    identifier : str
        Bytes in hex: the PDF's identifier. The same pages with the same one give the same bytes.

    Raises
    ------
    PressMissingError
        When pango, or WeasyPrint itself, is not installed.
    PressError
        When it took too long, too much memory, or failed otherwise.
    """
    task = orjson.dumps({"documents": list(documents), "identifier": identifier})
    turns = _single_turns if len(documents) <= _FEW else _batch_turns
    if not turns.acquire(timeout=_PATIENCE_S):
        raise PressError("too many PDFs are being made at the same time")
    try:
        return _run(task, _FIRST_S + _EACH_S * len(documents))
    finally:
        turns.release()


def _run(task: bytes, timeout_s: float) -> BinaryIO:
    target = tempfile.TemporaryFile()
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _WORKER],
            input=task,
            stdout=target,
            stderr=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env=_environment(),
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        target.close()
        raise PressError("making the PDF took too long") from error
    if done.returncode:
        target.close()
        raise _error(done.returncode, done.stderr)
    target.seek(0)
    return target


def _error(code: int, said: bytes) -> PressError:
    lines = said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    if code == _MISSING:
        logger.error("no PDF can be made: %s", lines[0])
        return PressMissingError(
            "PDFs cannot be made on this server: libraries are missing (noctis doctor says which)"
        )
    # The last line is the exception's; what stands in it of a page stays in no log.
    logger.error("making a PDF failed with code %s: %s", code, lines[-1].split(":")[0])
    return PressError("making the PDF failed")


def _environment() -> dict[str, str]:
    """Return where the process finds libraries, and a place for the cache of the fonts."""
    cache = settings.CACHE_DIR / "fonts"
    cache.mkdir(parents=True, exist_ok=True)
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"LANG": "C.UTF-8", "XDG_CACHE_HOME": str(cache), **passed}
