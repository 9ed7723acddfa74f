"""Importing a folder of DICOM files: every file in it, and what became of each."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archive.outcome import Door, Origin, OutcomeKind
from dicomkit.errors import Part10Error
from dicomkit.part10 import read_header
from operations.intake import at_once, store_stream

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"  # PS3.4 Annex I: a DICOMDIR lists files, it is none


@dataclass(frozen=True)
class FileReport:
    """What became of one file; ``kind`` is None when it was skipped, with the reason why."""

    path: Path
    kind: OutcomeKind | None
    reason: str = ""
    message: str = ""
    size: int = 0

    @property
    def is_worth_a_line(self) -> bool:
        """Say whether somebody should read of it: it is not simply in the archive now."""
        return self.kind not in (OutcomeKind.STORED, OutcomeKind.DUPLICATE)


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
        self.content_bytes += report.size
        if report.kind is None:
            self.skipped[report.reason] += 1
        else:
            self.outcomes[report.kind] += 1


def import_folder(
    folder: Path, facility_id: int, said: Callable[[FileReport], None] | None = None
) -> FolderSummary:
    """Ingest every DICOM file below a folder.

    A file that is malformed, unreadable or no DICOM is reported, and the rest goes in.

    Parameters
    ----------
    folder : Path
        Walked to its leaves in the order of names; links to folders are not followed.
    facility_id : int
        Whose studies these are.
    said : callable, optional
        Called with the report of each file, in the order of the walk.

    Returns
    -------
    FolderSummary
        Counts by outcome, and of what was skipped by reason.

    Raises
    ------
    NotADirectoryError
        `folder` is no folder.
    ArchiveFullError, ArchiveUnavailableError
        The rest was not tried; importing again goes on, what is stored already is a duplicate.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    origin = Origin(Door.IMPORT, facility_id, actor_name="import")
    summary = FolderSummary()
    for report in at_once(lambda found: _taken(found, origin), _files(folder)):
        summary.count(report)
        if said:
            said(report)
    return summary


def _files(folder: Path) -> Iterator[FileReport | Path]:
    """Yield the files below a folder, and a report for a folder that can't be listed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _taken(found: FileReport | Path, origin: Origin) -> FileReport:
    if isinstance(found, FileReport):
        return found
    try:
        return _take(found, origin)
    except OSError as error:
        return _unreadable(found, error)


def _take(path: Path, origin: Origin) -> FileReport:
    if not path.is_file():
        return FileReport(path, None, "not-a-file", "Neither a file nor a folder")
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        reason, message = _reason_to_skip(stream, size)
        if reason:
            return FileReport(path, None, reason, message)
        stream.seek(0)
        outcome = store_stream(stream, origin)
    return FileReport(path, outcome.kind, outcome.reason, outcome.message, size)


def _reason_to_skip(stream: BinaryIO, size: int) -> tuple[str, str]:
    """Return reason and message when a file is no DICOM instance, empty texts when it is one."""
    if size == 0:
        return "empty", "The file is empty"
    claims_to_be = stream.read(132)[128:] == b"DICM"
    stream.seek(0)
    try:
        header = read_header(stream)
    except Part10Error as error:
        # What says that it is DICOM and is broken goes on: the archive refuses and notes it.
        return ("", "") if claims_to_be else (error.reason, str(error))
    if header.media_sop_class_uid == _MEDIA_DIRECTORY:
        return "media-directory", "A DICOMDIR lists files and is none itself"
    return "", ""


def _unreadable(path: Path, error: OSError) -> FileReport:
    return FileReport(path, None, "unreadable", error.strerror or str(error))
