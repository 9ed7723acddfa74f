"""Filing objects of a series that is known and unchanged: three statements, whatever their number.

What is remembered of a series is only a hint. The update of its study names everything that was
remembered; when it finds no such row, another process changed something and the careful way of
`archive.upsert` decides.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from archive.candidate import Candidate
from archive.upsert import SETTLE_S, Place
from notifications.outbox import publish

SeriesKey = tuple[int, str, str]

_MAX_PLACES = 4096
_COLUMNS = (
    "facility_id, study_id, series_id, sop_instance_uid, sop_class_uid, storage_key, received_at,"
    ' transfer_syntax_uid, instance_number, content_date, content_time, "rows", "columns",'
    " bits_allocated, number_of_frames, has_pixels, size_bytes, sha256, header_bytes, frame_index"
)
_ROW = "(" + ", ".join(["%s"] * 20) + ")"
_UPDATE_STUDY = (
    "UPDATE archive_study SET instance_count = instance_count + %s, size_bytes = size_bytes + %s,"
    " revision = revision + 1, updated_at = %s"
    " WHERE id = %s AND facility_id = %s AND study_instance_uid = %s AND patient_id = %s"
    " AND sop_classes = %s AND coercion = 0 AND NOT is_hidden"
)
_UPDATE_SERIES = (
    "UPDATE archive_series SET instance_count = instance_count + %s, revision = revision + 1"
    " WHERE id = %s AND study_id = %s AND series_instance_uid = %s"
    " AND coercion = 0 AND NOT is_hidden"
)


class CollisionError(Exception):
    """An object of the batch is already there; the transaction must be given up."""


class Places:
    """What this process remembers of series, and when it last announced a study.

    Used by one thread at a time: the leader of the group (`archive.commit`).
    """

    def __init__(self) -> None:
        self._places: dict[SeriesKey, Place] = {}
        self._announced: dict[int, float] = {}

    def get(self, candidate: Candidate) -> Place | None:
        """Return the place of the object's series if it fits there without further change."""
        place = self._places.get(series_key(candidate))
        return place if place is not None and place.fits(candidate) else None

    def remember(self, candidate: Candidate, place: Place) -> None:
        """Keep a place; call it after COMMIT only."""
        if len(self._places) >= _MAX_PLACES:
            self._places.clear()
        self._places[series_key(candidate)] = place

    def forget(self, candidate: Candidate) -> None:
        """Drop what turned out to be out of date."""
        self._places.pop(series_key(candidate), None)

    def is_due(self, study_id: int) -> bool:
        """Say whether the study's last announcement is so old that another one is needed."""
        now = time.monotonic()
        if now - self._announced.get(study_id, -SETTLE_S) < SETTLE_S:
            return False
        if len(self._announced) >= _MAX_PLACES:
            self._announced.clear()
        self._announced[study_id] = now
        return True

    def unannounce(self) -> None:
        """Forget the announcements: the transaction that held one was given up."""
        self._announced.clear()


def series_key(candidate: Candidate) -> SeriesKey:
    """Return what identifies the object's series in this archive."""
    return (
        candidate.origin.facility_id,
        candidate.study_instance_uid,
        candidate.series_instance_uid,
    )


def file_in_place(
    place: Place, items: Sequence[tuple[Candidate, str]], places: Places
) -> list[int] | None:
    """Insert instances of one series and count them; return their keys in the order of `items`.

    None, and nothing done, when the place is out of date.

    Raises
    ------
    CollisionError
        When one of them is already there.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        if not _count(cursor, place, items, now):
            return None
        values = [value for item in items for value in _row(place, item, now)]
        rows = ", ".join([_ROW] * len(items))
        cursor.execute(
            f"INSERT INTO archive_instance ({_COLUMNS}) VALUES {rows}"  # noqa: S608 - constants
            " ON CONFLICT DO NOTHING RETURNING id, sop_instance_uid",
            values,
        )
        keys = {uid: key for key, uid in cursor.fetchall()}
    if len(keys) != len(items):
        raise CollisionError
    _announce_if_due(place, items[0][0], places)
    return [keys[candidate.sop_instance_uid] for candidate, _ in items]


def _count(cursor: Any, place: Place, items: Sequence[tuple[Candidate, str]], now: Any) -> bool:
    """Add to the totals of study and series, in this order; False when either has changed.

    The study's row comes first everywhere: it is the lock of everything beneath it.
    """
    candidate = items[0][0]
    size = sum(one.spooled.size for one, _ in items)
    cursor.execute(
        _UPDATE_STUDY,
        (
            len(items),
            size,
            now,
            place.study_id,
            candidate.origin.facility_id,
            candidate.study_instance_uid,
            place.patient_id,
            place.sop_classes,
        ),
    )
    if cursor.rowcount != 1:
        return False
    cursor.execute(
        _UPDATE_SERIES,
        (len(items), place.series_id, place.study_id, candidate.series_instance_uid),
    )
    if cursor.rowcount != 1:
        raise CollisionError  # the study was counted already: start over, without this memory
    return True


def _row(place: Place, item: tuple[Candidate, str], now: Any) -> tuple[Any, ...]:
    candidate, storage_key = item
    return (
        candidate.origin.facility_id,
        place.study_id,
        place.series_id,
        candidate.sop_instance_uid,
        candidate.sop_class_uid,
        storage_key,
        now,
        *candidate.instance.values(),
    )


def _announce_if_due(place: Place, candidate: Candidate, places: Places) -> None:
    if places.is_due(place.study_id):
        publish(
            "study.updated",
            facility_id=candidate.origin.facility_id,
            payload={
                "study": candidate.study_instance_uid,
                "study_id": place.study_id,
                "settle_s": SETTLE_S,
            },
        )
