"""Bringing files and index back together after a crash, without ever deleting the unknown.

Cheap enough for every start: only directories in which something changed since the last time are
looked at. `full` looks at everything.
"""

import fcntl
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from archive import spool, storage
from archive.attachments.services import unlink_all_deleted
from archive.models import Attachment, Instance, QuarantinedObject, Tombstone
from archive.services import unlink_buried
from notifications.outbox import publish

logger = logging.getLogger(__name__)

# A file without a row may belong to a transaction that is about to commit. None lasts this long.
MIN_AGE_S = 3600.0
_MARGIN_S = 2 * MIN_AGE_S
_BATCH = 500
_UNCLAIMED = "unclaimed"


@dataclass(slots=True)
class Report:
    """What was found and done.

    Attributes
    ----------
    spool_removed : int
        Unfinished files that killed processes had left in the spool.
    tombstones_finished : int
        Files of deleted instances that had still to be removed.
    unclaimed : list of str
        Objects without a row, moved to the quarantine directory. They were never acknowledged.
    young : int
        Objects without a row that are too new to be judged; they stay where they are.
    missing : list of str
        SOP Instance UIDs of rows whose file is not there or has another length.
    is_skipped : bool
        Another process is doing it at this moment.
    """

    spool_removed: int = 0
    tombstones_finished: int = 0
    unclaimed: list[str] = field(default_factory=list)
    young: int = 0
    missing: list[str] = field(default_factory=list)
    is_skipped: bool = False


def reconcile(*, full: bool = False) -> Report:
    """Finish what a crash left half done, and report what nobody can finish.

    Parameters
    ----------
    full : bool
        Look at every object and every row, not only at what changed since the last time.
    """
    report = Report()
    with _alone() as is_alone:
        if not is_alone:
            return Report(is_skipped=True)
        started = time.time()
        since = 0.0 if full else _last_time() - _MARGIN_S
        report.spool_removed = spool.sweep_abandoned()
        _finish_tombstones(report)
        _look_for_unclaimed(since, report)
        _look_for_missing(since, report)
        _remember(started)
    _tell(report)
    return report


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the lock of this work; False when another process holds it."""
    settings.ARCHIVE_ROOT.mkdir(mode=0o750, parents=True, exist_ok=True)
    with (settings.ARCHIVE_ROOT / "reconcile.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _marker() -> Path:
    return Path(settings.ARCHIVE_ROOT) / "reconciled"


def _last_time() -> float:
    try:
        return float(_marker().read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return 0.0


def _remember(started: float) -> None:
    _marker().write_text(str(started), "ascii")


def _finish_tombstones(report: Report) -> None:
    unfinished = Tombstone.objects.filter(unlinked_at__isnull=True).order_by("pk")
    report.tombstones_finished = unlink_buried(unfinished.iterator(_BATCH)) + unlink_all_deleted()


def _look_for_unclaimed(since: float, report: Report) -> None:
    for directory in storage.directories():
        if directory.stat().st_mtime < since:
            continue
        for keys in _batches(storage.keys_in(directory)):
            for key in _without_row(keys):
                _judge(key, report)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    source = iter(keys)
    while batch := list(islice(source, _BATCH)):
        yield batch


def _without_row(keys: Sequence[str]) -> list[str]:
    # Quarantine before instances: a release in between moves a key from the first to the second.
    known: set[str] = set()
    for model in (QuarantinedObject, Instance, Attachment):
        rows: QuerySet[QuarantinedObject] | QuerySet[Instance] | QuerySet[Attachment] = (
            model.objects.filter(storage_key__in=keys)
        )
        known.update(rows.values_list("storage_key", flat=True))
    return [key for key in keys if key not in known]


def _judge(key: str, report: Report) -> None:
    """Set an object without a row aside, unless its row may still be coming."""
    path = storage.path_of(key)
    try:
        age_s = time.time() - path.stat().st_ctime
    except FileNotFoundError:
        return
    if age_s < MIN_AGE_S:
        report.young += 1
    elif _set_aside(key):
        report.unclaimed.append(key)


def _set_aside(key: str) -> bool:
    """Move an object to the quarantine directory; back again if its row has come meanwhile."""
    source, place = storage.path_of(key), Path(settings.QUARANTINE_DIR) / _UNCLAIMED
    place.mkdir(mode=0o750, parents=True, exist_ok=True)
    target = place / key.replace("/", "-")
    source.rename(target)
    if not _without_row([key]):
        target.rename(source)
        return False
    storage.fsync_directory(place)
    storage.fsync_directory(source.parent)
    return True


def _look_for_missing(since: float, report: Report) -> None:
    rows = Instance.objects.order_by("pk")
    if since > 0:
        rows = rows.filter(received_at__gte=datetime.fromtimestamp(since, UTC))
    columns = rows.values_list("sop_instance_uid", "storage_key", "size_bytes")
    for uid, key, size in columns.iterator(_BATCH):
        try:
            is_whole = storage.path_of(key).stat().st_size == size
        except FileNotFoundError:
            is_whole = False
        if not is_whole:
            report.missing.append(uid)


def _tell(report: Report) -> None:
    logger.info(
        "archive: %s unfinished files removed, %s deletions finished",
        report.spool_removed,
        report.tombstones_finished,
    )
    for key in report.unclaimed:
        logger.warning("archive: object %s has no row; moved to %s", key, _UNCLAIMED)
    for uid in report.missing:
        logger.error("archive: the file of instance %s is missing or not whole", uid)
    if report.unclaimed or report.missing:
        publish(
            "archive.reconciled",
            facility_id=None,
            payload={"unclaimed": len(report.unclaimed), "missing": len(report.missing)},
        )
