"""Importing a folder of DICOM files: every file in it, through the one way into the archive."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from archive.ingest import ingest
from archive.outcome import Door, Origin, Outcome, OutcomeKind
from archive.spool import Spool

_CHUNK_BYTES = 1 << 20
_AT_ONCE = 4  # ingests that wait for the disk at the same time share one commit


def import_folder(
    folder: Path, facility_id: int, said: Callable[[Path, Outcome], None] | None = None
) -> Counter[OutcomeKind]:
    """Ingest every file below `folder`, and return how many came to what end.

    Parameters
    ----------
    folder : Path
        Walked to its leaves, in the order of names; links to folders are not followed.
    facility_id : int
        Whose studies these are.
    said : callable, optional
        Called with each file and its outcome, in no particular order.

    Raises
    ------
    ArchiveFullError, ArchiveUnavailableError
        The rest was not tried; running it again goes on, what is stored already is a duplicate.
    """
    origin = Origin(Door.IMPORT, facility_id, actor_name="import")
    counts: Counter[OutcomeKind] = Counter()
    with ThreadPoolExecutor(_AT_ONCE, initializer=connections.close_all) as pool:
        for path, outcome in pool.map(lambda path: (path, _take(path, origin)), _files(folder)):
            counts[outcome.kind] += 1
            if said:
                said(path, outcome)
    return counts


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def _take(path: Path, origin: Origin) -> Outcome:
    with path.open("rb") as source, Spool.create() as writer:
        while chunk := source.read(_CHUNK_BYTES):
            writer.write(chunk)
        return ingest(writer.finish(), origin)
