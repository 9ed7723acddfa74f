"""Where objects arrive: written once, their digest computed on the way, then linked or removed.

Each process has a directory of its own below SPOOL_DIR, next to a file on which it holds a lock
for as long as it lives. So what a killed process left behind can be told from what a living one
is writing, without clocks or process numbers.
"""

import fcntl
import hashlib
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from django.conf import settings

from archive.errors import ArchiveFullError, from_os_error

_BUFFER_BYTES = 128 * 1024
_CHECK_EVERY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """A complete object in the spool; `archive.ingest.ingest` takes it over and removes it.

    ``sha256`` is the digest itself, 32 bytes.
    """

    path: Path
    size: int
    sha256: bytes

    def discard(self) -> None:
        """Remove the file, if it is still there."""
        self.path.unlink(missing_ok=True)


class SpoolWriter:
    """Writes one object; leaving the context without `finish` removes what was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._size = 0
        self._next_check = _CHECK_EVERY_BYTES
        self._finished = False
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
            self._stream = os.fdopen(descriptor, "wb", buffering=_BUFFER_BYTES)
        except OSError as error:
            raise from_os_error(error) from error

    def __enter__(self) -> "SpoolWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._finished:
            self.abort()

    def write(self, chunk: bytes | bytearray | memoryview) -> int:
        """Append bytes.

        Raises
        ------
        ArchiveFullError, ArchiveUnavailableError
            When the disk is full or fails.
        """
        try:
            self._stream.write(chunk)
        except OSError as error:
            raise from_os_error(error) from error
        self._digest.update(chunk)
        count = len(chunk)
        self._size += count
        if self._size >= self._next_check:
            self._next_check += _CHECK_EVERY_BYTES
            check_free_space()
        return count

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def finish(self) -> SpooledFile:
        """Close the file and return it; syncing it is the business of `archive.ingest`."""
        try:
            self._stream.close()
        except OSError as error:
            raise from_os_error(error) from error
        self._finished = True
        return SpooledFile(self._path, self._size, self._digest.digest())

    def abort(self) -> None:
        """Close and remove the file."""
        self._finished = True
        try:
            self._stream.close()
        except OSError:
            pass  # a full disk: the buffered rest is given up with the file
        finally:
            self._path.unlink(missing_ok=True)


class Spool:
    """The spool of this process."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _owner: ClassVar[tuple[int, Path] | None] = None
    _home: ClassVar[Path]
    # Open for as long as the process lives: the lock on it says that `_home` is in use.
    _guard: ClassVar[int]

    @classmethod
    def create(cls) -> SpoolWriter:
        """Begin an object.

        Raises
        ------
        ArchiveFullError
            When less than ARCHIVE_MIN_FREE_BYTES is free.
        ArchiveUnavailableError
            When the disk fails.
        """
        try:
            home = cls._own_directory()
        except OSError as error:
            raise from_os_error(error) from error
        check_free_space()
        return SpoolWriter(home / secrets.token_hex(16))

    @classmethod
    def _own_directory(cls) -> Path:
        owner = (os.getpid(), settings.SPOOL_DIR)
        if cls._owner != owner:
            with cls._lock:
                if cls._owner != owner:
                    cls._home, cls._guard = _claim_directory(settings.SPOOL_DIR)
                    cls._owner = owner
        return cls._home


def _claim_directory(root: Path) -> tuple[Path, int]:
    """Make a directory of our own below `root`; return it and the descriptor of its lock."""
    root.mkdir(mode=0o750, parents=True, exist_ok=True)
    while True:
        home = root / secrets.token_hex(8)
        guard = os.open(home.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # a sweep took it between the two calls and will remove it
            os.close(guard)
            continue
        home.mkdir(mode=0o750)
        return home, guard


def sweep_abandoned() -> int:
    """Remove what processes that are no longer there left in the spool; return how many files.

    What has no lock file beside it is not ours and stays.
    """
    removed = 0
    for lock in sorted(settings.SPOOL_DIR.glob("*.lock")):
        try:
            guard = os.open(lock, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            removed += _remove_directory(lock.with_suffix(""))
            lock.unlink(missing_ok=True)
        except BlockingIOError:
            continue
        finally:
            os.close(guard)
    return removed


def _remove_directory(home: Path) -> int:
    files = list(home.iterdir()) if home.is_dir() else []
    for path in files:
        path.unlink(missing_ok=True)
    if home.is_dir():
        home.rmdir()
    return len(files)


def free_bytes() -> int:
    """Return the bytes that the archive's filesystem has left for this process."""
    status = os.statvfs(settings.SPOOL_DIR)
    return status.f_bavail * status.f_frsize


def check_free_space() -> None:
    """Raise ArchiveFullError when less than ARCHIVE_MIN_FREE_BYTES is free."""
    try:
        free = free_bytes()
    except OSError as error:
        raise from_os_error(error) from error
    if free < settings.ARCHIVE_MIN_FREE_BYTES:
        raise ArchiveFullError("the archive's disk is nearly full; see NOCTIS_MIN_FREE_MB")
