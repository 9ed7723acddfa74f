"""A cache of files that anybody may remove at any time, kept below a size.

Entries are written beside their place and renamed into it, so a reader sees a whole file or
none. Names are digests of keys: nothing of a patient, and no path from outside, reaches the disk's
directory. The directory is never served.
"""

import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

_log = logging.getLogger(__name__)

_PART: Final = ".part"
# A name of 128 bits of digest in 256 directories.
_NAME_LENGTH: Final = 32
_TOUCH_AFTER_S: Final = 600.0
_ABANDONED_AFTER_S: Final = 3600.0
# After growing by this part of the limit a cache is looked through.
_SWEEP_SHARE: Final = 16


class FileCache:
    """Files by key, least recently used ones removed first.

    Parameters
    ----------
    directory : Path
        Where the files lie; made when needed.
    max_bytes : int
        Size above which old files go. Several processes may share a directory; together they may
        pass the limit by a sixteenth each until one of them sweeps.
    """

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._written = 0
        self._lock = threading.Lock()

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()[:_NAME_LENGTH]
        return self._directory / name[:2] / name

    def open(self, key: str) -> BinaryIO | None:
        """Open the file of `key`; None when there is none."""
        path = self._path(key)
        try:
            stream = path.open("rb")
        except OSError:
            return None
        status = os.fstat(stream.fileno())
        if time.time() - status.st_mtime > _TOUCH_AFTER_S:
            _touch(path)
        return stream

    def read(self, key: str) -> bytes | None:
        """Return the content of the file of `key`; None when there is none."""
        stream = self.open(key)
        if stream is None:
            return None
        with stream:
            return stream.read()

    def write(self, key: str, chunks: Iterable[bytes]) -> BinaryIO:
        """Put `chunks` under `key` and return the file, open at its beginning.

        Raises
        ------
        OSError
            When the disk doesn't take it; nothing is left then. Errors of `chunks` pass through.
        """
        path = self._path(key)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}{_PART}")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = part.open("x+b")
        try:
            for chunk in chunks:
                stream.write(chunk)
            size = stream.tell()
            stream.flush()
            part.rename(path)
        except BaseException:
            stream.close()
            part.unlink(missing_ok=True)
            raise
        stream.seek(0)
        self._grow(size)
        return stream

    def _grow(self, size: int) -> None:
        with self._lock:
            self._written += size
            is_due = self._written * _SWEEP_SHARE > self._max_bytes
            if is_due:
                self._written = 0
        if is_due:
            self.sweep()

    def sweep(self) -> int:
        """Remove the files used longest ago until the size is below the limit; return how many."""
        now = time.time()
        files = []
        for path, status in _files(self._directory):
            if path.suffix == _PART and now - status.st_mtime > _ABANDONED_AFTER_S:
                path.unlink(missing_ok=True)
            else:
                files.append((status.st_mtime, status.st_size, path))
        excess = sum(size for _, size, _ in files) - self._max_bytes
        removed = 0
        for _, size, path in sorted(files):
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            removed += 1
        return removed

    def clear(self) -> tuple[int, int]:
        """Remove every file; return how many, and how many bytes they had."""
        count = size = 0
        for path, status in _files(self._directory):
            path.unlink(missing_ok=True)
            count += 1
            size += status.st_size
        return count, size


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError as error:  # removed meanwhile, or not ours: it only matters for what goes first
        _log.debug("cache file not touched: %s", error)


def _files(directory: Path) -> list[tuple[Path, os.stat_result]]:
    """Return the files two levels down, which is where this cache puts them; links are ignored."""
    found = []
    for folder in _entries(directory):
        if folder.is_dir(follow_symlinks=False):
            found += [_described(entry) for entry in _entries(folder.path) if _is_file(entry)]
    return [one for one in found if one is not None]


def _entries(directory: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)


def _described(entry: os.DirEntry[str]) -> tuple[Path, os.stat_result] | None:
    try:
        return Path(entry.path), entry.stat(follow_symlinks=False)
    except OSError:  # removed meanwhile
        return None
