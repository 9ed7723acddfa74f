"""The files of the archive: below ARCHIVE_DIR, under names that the server makes up.

A key is ``ab/cd/<32 hex digits>``, of random bytes alone: no UID, name or AE title ever becomes
part of a path. A process fills one directory with about a thousand files before it makes up the
next, so that the files of a series lie together and one fsync of the directory serves many.
"""

import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
_FILES_PER_DIRECTORY = 1000


class _Filling:
    """The directory that this process is filling."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: tuple[int, Path] | None = None
        self._prefix = ""
        self._left = 0

    def next_prefix(self) -> str:
        """Return the prefix of the next key; its directory exists and is on the disk."""
        owner = (os.getpid(), settings.ARCHIVE_DIR)
        with self._lock:
            if self._left <= 0 or self._owner != owner:
                prefix = secrets.token_hex(2)
                self._prefix = f"{prefix[:2]}/{prefix[2:]}"
                make_durable_directory(settings.ARCHIVE_DIR / self._prefix)
                self._owner, self._left = owner, _FILES_PER_DIRECTORY
            self._left -= 1
            return self._prefix


_filling = _Filling()


def new_key() -> str:
    """Return an unused key whose directory exists."""
    return f"{_filling.next_prefix()}/{secrets.token_hex(16)}"


def path_of(key: str) -> Path:
    """Return the path of an object.

    Raises
    ------
    ValueError
        When `key` is not one that this module made.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("not a storage key")
    return Path(settings.ARCHIVE_DIR, key)


def link(source: Path, key: str) -> None:
    """Give the file `source` its place in the store; nothing that is there is overwritten.

    Raises
    ------
    FileExistsError
        When the key is taken.
    """
    os.link(source, path_of(key))


def unlink(key: str) -> bool:
    """Remove an object's file; return False when there was none."""
    try:
        path_of(key).unlink()
    except FileNotFoundError:
        return False
    return True


def fsync_directories(keys: Iterable[str]) -> None:
    """Bring the names of these objects onto the disk."""
    for prefix in {key[:5] for key in keys}:
        fsync_directory(settings.ARCHIVE_DIR / prefix)


def fsync_directory(path: Path) -> None:
    """Bring the entries of a directory onto the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_directory(path: Path) -> None:
    """Make a directory and what is missing above it, and bring every new name onto the disk.

    The two levels above the leaf are synced even when they exist: another process may have made
    them a moment ago without having synced them yet.
    """
    missing = [path]
    while not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for directory in reversed(missing):
        directory.mkdir(mode=0o750, exist_ok=True)
    for parent in {path.parent, path.parent.parent, *(new.parent for new in missing)}:
        fsync_directory(parent)


def directories() -> Iterator[Path]:
    """Yield the directories that hold objects."""
    root = settings.ARCHIVE_DIR
    for upper in sorted(root.iterdir()) if root.is_dir() else ():
        if upper.is_dir():
            yield from sorted(lower for lower in upper.iterdir() if lower.is_dir())


def keys_in(directory: Path) -> Iterator[str]:
    """Yield the keys of the files in one of `directories`; foreign names are passed over."""
    prefix = f"{directory.parent.name}/{directory.name}/"
    with os.scandir(directory) as entries:
        for entry in entries:
            if _KEY.fullmatch(prefix + entry.name):
                yield prefix + entry.name
