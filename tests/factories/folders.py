"""An archive's folders for one test."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def archive_folders(settings: Any, tmp_path: Path) -> Path:
    """Point the archive at an empty folder; return it."""
    settings.ARCHIVE_ROOT = tmp_path / "archive"
    settings.ARCHIVE_DIR = settings.ARCHIVE_ROOT / "objects"
    settings.SPOOL_DIR = settings.ARCHIVE_ROOT / "spool"
    settings.QUARANTINE_DIR = settings.ARCHIVE_ROOT / "quarantine"
    settings.DATA_DIR = tmp_path
    settings.ARCHIVE_MIN_FREE_BYTES = 0
    return settings.ARCHIVE_ROOT
