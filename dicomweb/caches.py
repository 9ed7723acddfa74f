"""The caches of this room, below CACHE_DIR."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from dicomweb.file_cache import FileCache

# Each cache may take this part of CACHE_MAX_BYTES.
_SHARES = {"metadata": 0.125, "rendered": 0.25, "delivery": 0.625}


@lru_cache(maxsize=8)
def _cache(directory: Path, max_bytes: int) -> FileCache:
    return FileCache(directory, max_bytes)


def named_cache(name: str) -> FileCache:
    """Return the cache called ``metadata``, ``rendered`` or ``delivery``."""
    share = int(settings.CACHE_MAX_BYTES * _SHARES[name])
    return _cache(settings.CACHE_DIR / "dicomweb" / name, share)


def all_caches() -> list[FileCache]:
    """Return every cache of this room."""
    return [named_cache(name) for name in _SHARES]
