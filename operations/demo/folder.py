"""Brings a folder of DICOM files into the archive and says what became of each."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from archive.outcome import Origin, Outcome, OutcomeKind
from dicomkit.errors import Part10Error
from dicomkit.part10 import read_header
from operations.demo.intake import store_stream

MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"  # PS3.4 Annex I: a DICOMDIR lists files, it is none
_AT_ONCE = 4  # ingests that wait for the disk together share one commit
_AHEAD = 32


@dataclass(frozen=True)
class FileReport:
    """What became of one file; ``kind`` is None when it was skipped, with the reason why."""

    path: Path
    kind: OutcomeKind | None
    reason: str = ""
    message: str = ""


@dataclass
class FolderSummary:
    """What the import of a folder came to."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    content_bytes: int = 0

    @property
    def files(self) -> int:
        """How many files were looked at."""
        return self.outcomes.total() + self.skipped.total()

    def count(self, report: FileReport) -> None:
        """Add one file."""
        if report.kind is None:
            self.skipped[report.reason] += 1
            return
        self.outcomes[report.kind] += 1


def import_folder(
    path: Path, origin: Origin, progress: Callable[[FileReport], None]
) -> FolderSummary:
    """Ingest every DICOM file below a folder.

    Parameters
    ----------
    path
        The folder, walked in the order of names; links to folders are not followed.
    origin
        Facility and actor of all files.
    progress
        Called with the report of each file, in the order of the walk.

    Returns
    -------
    FolderSummary
        Counts by outcome, and of what was skipped by reason.

    Raises
    ------
    NotADirectoryError
        ``path`` is no folder.
    ArchiveFullError, ArchiveUnavailableError
        The rest was not tried; importing again goes on, what is stored already is a duplicate.
    """
    if not path.is_dir():
        raise NotADirectoryError(path)
    summary = FolderSummary()
    for report, size in _reports(path, origin):
        summary.count(report)
        summary.content_bytes += size
        progress(report)
    return summary


def _reports(folder: Path, origin: Origin) -> Iterator[tuple[FileReport, int]]:
    """Take the files, a few at a time, and yield what became of them in order."""
    waiting: deque[Future[tuple[FileReport, int]]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, "import") as pool:
        try:
            for path in _files(folder):
                waiting.append(pool.submit(_take, path, origin))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
            for _ in range(_AT_ONCE):
                pool.submit(connections.close_all)


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _take(path: Path, origin: Origin) -> tuple[FileReport, int]:
    try:
        skipped = _reason_to_skip(path)
        if skipped is not None:
            return FileReport(path, None, *skipped), 0
        with path.open("rb") as stream:
            outcome = store_stream(stream, origin)
    except OSError as error:
        return FileReport(path, None, "unreadable", error.strerror or str(error)), 0
    return _report(path, outcome), path.stat().st_size


def _report(path: Path, outcome: Outcome) -> FileReport:
    return FileReport(path, outcome.kind, outcome.reason, outcome.message)


def _reason_to_skip(path: Path) -> tuple[str, str] | None:
    """Return reason and message when a file is no DICOM instance, None when it is one.

    Raises
    ------
    OSError
        The file can't be read.
    """
    if not path.is_file():
        return "not-a-file", "Neither a file nor a folder"
    if path.stat().st_size == 0:
        return "empty", "The file is empty"
    with path.open("rb") as stream:
        claims_to_be = stream.read(132)[128:] == b"DICM"
        stream.seek(0)
        try:
            header = read_header(stream)
        except Part10Error as error:
            # What says that it is DICOM and is broken goes on: the archive refuses and notes it.
            return None if claims_to_be else (error.reason, str(error))
    if header.media_sop_class_uid == MEDIA_DIRECTORY:
        return "media-directory", "A DICOMDIR lists files and is none itself"
    return None
