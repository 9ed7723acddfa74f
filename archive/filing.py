"""One transaction's worth of objects: each is filed, kept aside, or known already."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection

from archive import quarantine
from archive.candidate import Candidate
from archive.fast_path import Places, file_in_place, series_key
from archive.outcome import Origin, Outcome, OutcomeKind, actor_of
from archive.upsert import (
    PATIENT_MISMATCH,
    announce,
    file_instance,
    is_other_patient,
    lock_study,
    place_of_instance,
)
from audit.services import record_instance_stored

Item = tuple[Candidate, str]

_EXISTING = (
    "SELECT id, sha256 FROM archive_instance WHERE facility_id = %s AND sop_instance_uid = %s"
)


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer for one object; `keeps_file` says whether a row now points at its file."""

    outcome: Outcome
    keeps_file: bool


def existing_instance(candidate: Candidate) -> tuple[int, bytes] | None:
    """Return key and digest of the facility's instance with the object's SOP Instance UID."""
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING, (candidate.origin.facility_id, candidate.sop_instance_uid))
        row = cursor.fetchone()
    return None if row is None else (row[0], bytes(row[1]))


class Filing:
    """Files batches; remembers series between them."""

    def __init__(self) -> None:
        self._places = Places()

    def file(self, items: Sequence[Item]) -> list[Filed]:
        """File objects in the caller's transaction; return the answers in order.

        Raises
        ------
        CollisionError
            When another process filed one of them at this moment; roll back and try again.
        """
        order = sorted(range(len(items)), key=lambda index: _order(items[index]))
        answers: dict[int, Filed] = {}
        # In one order everywhere, so that two processes never wait for each other in a circle.
        for _, group in groupby(order, key=lambda index: series_key(items[index][0])):
            self._file_series([(index, items[index]) for index in group], answers)
        return [answers[index] for index in range(len(items))]

    def forget(self, items: Sequence[Item]) -> None:
        """Drop what was remembered for these objects: the transaction was given up."""
        self._places.unannounce()
        for candidate, _ in items:
            self._places.forget(candidate)

    def _file_series(self, group: list[tuple[int, Item]], answers: dict[int, Filed]) -> None:
        waiting = group
        while waiting:
            fitting = [
                (index, item)
                for index, item in waiting
                if not item[0].quarantine and self._places.get(item[0]) is not None
            ]
            if fitting and self._file_fitting(fitting, answers):
                waiting = [one for one in waiting if one[0] not in answers]
                continue
            index, (candidate, storage_key) = waiting.pop(0)
            answers[index] = self._file_carefully(candidate, storage_key)

    def _file_fitting(self, fitting: list[tuple[int, Item]], answers: dict[int, Filed]) -> bool:
        items = [item for _, item in fitting]
        candidate = items[0][0]
        place = self._places.get(candidate)
        keys = file_in_place(place, items, self._places) if place is not None else None
        if keys is None:
            self._places.forget(candidate)
            return False
        _record(items)
        for (index, (one, _)), key in zip(fitting, keys, strict=True):
            answers[index] = Filed(one.outcome(OutcomeKind.STORED, instance_id=key), True)
        return True

    def _file_carefully(self, candidate: Candidate, storage_key: str) -> Filed:
        study = lock_study(candidate)
        known = existing_instance(candidate)
        if known is not None:
            key, digest = known
            if digest == candidate.spooled.sha256:
                return Filed(candidate.outcome(OutcomeKind.DUPLICATE, instance_id=key), False)
            candidate.quarantine = quarantine.UID_CONFLICT
        elif study is not None and is_other_patient(study, candidate):
            candidate.quarantine = PATIENT_MISMATCH
        if candidate.quarantine:
            return _keep_aside(candidate, storage_key)
        instance = file_instance(candidate, study, storage_key)
        _record([(candidate, storage_key)])
        # Remembered before COMMIT for the rest of the batch; `forget` follows when it fails.
        self._places.remember(candidate, place_of_instance(instance))
        if self._places.is_due(instance.study_id) or study is None:
            announce(instance.study, "study.updated" if study else "study.received")
        return Filed(candidate.outcome(OutcomeKind.STORED, instance_id=instance.pk), True)


def _keep_aside(candidate: Candidate, storage_key: str) -> Filed:
    reason = candidate.quarantine
    kept = quarantine.keep_aside(candidate, reason, storage_key)
    outcome = candidate.outcome(OutcomeKind.QUARANTINED, reason, quarantine.MESSAGES[reason])
    return Filed(outcome, kept)


def _order(item: Item) -> tuple[int, str, str, str]:
    return (*series_key(item[0]), item[0].sop_instance_uid)


def _record(items: Sequence[Item]) -> None:
    """Add an audit row for each origin of these objects of one series."""
    by_origin: dict[Origin, list[Candidate]] = {}
    for candidate, _ in items:
        by_origin.setdefault(candidate.origin, []).append(candidate)
    for origin, candidates in by_origin.items():
        record_instance_stored(
            actor=actor_of(origin),
            facility_id=origin.facility_id,
            study_instance_uid=candidates[0].study_instance_uid,
            patient_id=candidates[0].patient.patient_id,
            door=origin.door.value,
            count=len(candidates),
            size_bytes=sum(candidate.spooled.size for candidate in candidates),
        )
