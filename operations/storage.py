"""Checks of the disk under the archive: one filesystem, hard links, fsync, room."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from operations.findings import Finding, fail, ok, warn

_SLOW_FSYNC_S = 0.05
_ROUNDS = 5
_LITTLE_BYTES = 10 * 1024**3


def _folders() -> tuple[Path, ...]:
    return (settings.ARCHIVE_DIR, settings.SPOOL_DIR, settings.QUARANTINE_DIR)


def check_filesystem() -> Finding:
    """See that an object can be put in its place by a link: same filesystem, links allowed."""
    try:
        for folder in _folders():
            folder.mkdir(parents=True, exist_ok=True)
        if len({folder.stat().st_dev for folder in _folders()}) > 1:
            return fail(
                "filesystem",
                "spool, objects and quarantine lie on different filesystems",
                f"Mount one filesystem at {settings.ARCHIVE_ROOT}",
            )
        with _probe(settings.SPOOL_DIR) as source:
            target = settings.ARCHIVE_DIR / source.name
            try:
                os.link(source, target)
            finally:
                target.unlink(missing_ok=True)
    except OSError as error:
        return fail(
            "filesystem",
            f"no hard link can be made in {settings.ARCHIVE_ROOT} ({error.strerror})",
            "Use a filesystem with hard links (ext4, XFS, ZFS, NFS)",
        )
    return ok("filesystem", "one, with hard links")


def check_fsync() -> Finding:
    """Time fsync, on which the answer to every C-STORE waits."""
    try:
        times_s = sorted(_fsync_s() for _ in range(_ROUNDS))
    except OSError as error:
        return fail("fsync", f"does not work ({error.strerror})", "Look at the disk")
    middle_s = times_s[_ROUNDS // 2]
    message = f"{middle_s * 1000:.1f} ms"
    if middle_s > _SLOW_FSYNC_S:
        return warn(
            "fsync", f"{message}: storing will be slow", "Use a faster disk for the archive"
        )
    return ok("fsync", message)


def check_space() -> Finding:
    """Look at the free space of the archive and of the database."""
    folder = next(path for path in (settings.ARCHIVE_ROOT, settings.DATA_DIR) if path.exists())
    free = shutil.disk_usage(folder).free
    message = f"{free / 1024**3:.1f} GiB free"
    if free < settings.ARCHIVE_MIN_FREE_BYTES:
        return fail("disk", f"{message}: nothing more is stored", "Free some space")
    if free < _LITTLE_BYTES:
        return warn("disk", message, "Free some space before it is needed")
    return ok("disk", message)


@contextmanager
def _probe(folder: Path) -> Iterator[Path]:
    """Write a small file of our own, and remove it again."""
    path = folder / f".doctor-{secrets.token_hex(8)}"
    try:
        path.write_bytes(b"\0" * 4096)
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _fsync_s() -> float:
    with _probe(settings.SPOOL_DIR) as path, path.open("rb+") as stream:
        stream.write(b"\1")
        stream.flush()
        began = time.perf_counter()
        os.fsync(stream.fileno())
        return time.perf_counter() - began


CHECKS = (check_filesystem, check_fsync, check_space)
