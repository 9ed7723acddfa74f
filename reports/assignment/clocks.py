"""Turnaround clocks: by when a report is to be final, standing still while a study is rejected.

At any time but while the clock stands still,
``due_at = (clock_from or received_at) + target_minutes + paused_s``.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from archive.models import Study
from archive.prepared import Prepared
from reports.models import Priority, Reading, TurnaroundTarget

# What holds where nobody has set a target.
BUILT_IN_MINUTES: Final = {Priority.STAT: 60, Priority.URGENT: 240, Priority.ROUTINE: 1440}
_COLUMNS: Final = ["clock_from", "paused_at", "paused_s", "target_minutes", "due_at"]


def _most_specific(priority: int, facility_id: int, modality: str) -> QuerySet[TurnaroundTarget]:
    """Return the targets that fit: facility and modality first, then facility, then modality."""
    here = Q(facility_id=facility_id) | Q(facility__isnull=True)
    kind = Q(modality=modality) | Q(modality="")
    targets = TurnaroundTarget.objects.filter(here, kind, priority=priority)
    return targets.order_by(F("facility_id").asc(nulls_last=True), "-modality")


# Composed once, for every new study asks it while it is being stored.
_TARGET: Final = Prepared(_most_specific, "modality", numbers=("facility_id",))


def target_minutes(study: Study, priority: int) -> int:
    """Return in how many minutes a report on `study` is to be final.

    Of a study with several modalities the most specific target counts, of equals the shortest.
    """
    modalities = [one for one in study.modalities.split("\\") if one] or [""]
    found = [
        target
        for modality in modalities
        if (target := _target(study.facility_id, modality, priority)) is not None
    ]
    if not found:
        return BUILT_IN_MINUTES[Priority(priority)]
    return min(found, key=_order).minutes


def _target(facility_id: int, modality: str, priority: int) -> TurnaroundTarget | None:
    return _TARGET.first(
        int(priority), key=int(priority), facility_id=facility_id, modality=modality
    )


def _order(target: TurnaroundTarget) -> tuple[bool, bool, int]:
    return target.facility_id is None, not target.modality, target.minutes


def begin(reading: Reading, study: Study) -> None:
    """Set, without saving, the target and the due time of a reading that opens now."""
    reading.target_minutes = target_minutes(study, reading.priority)
    reading.due_at = _due(reading)


def _due(reading: Reading) -> datetime:
    start = reading.clock_from or reading.received_at
    return start + timedelta(minutes=reading.target_minutes or 0, seconds=reading.paused_s)


def restart(reading: Reading) -> None:
    """Follow a change of priority, and save; call it under the lock of the reading.

    One that became more urgent has its new target from now on, but is never due later than it
    was. One that became less urgent is due as if it had been so from the beginning.
    """
    before, is_paused = reading.due_at, reading.paused_at is not None
    sooner = _is_sooner(reading, target := target_minutes(reading.study, reading.priority))
    reading.target_minutes, reading.clock_from = target, None
    if sooner:
        due = timezone.now() + timedelta(minutes=target)
        due = min(due, before) if before is not None else due
        reading.clock_from = due - timedelta(minutes=target, seconds=reading.paused_s)
    reading.due_at = None if is_paused else _due(reading)
    reading.save(update_fields=_COLUMNS)


def _is_sooner(reading: Reading, target: int) -> bool:
    return reading.target_minutes is not None and target < reading.target_minutes


def pause(reading: Reading) -> None:
    """Let the clock stand still, and save; call it under the lock of the reading."""
    if reading.paused_at is None:
        reading.paused_at, reading.due_at = timezone.now(), None
        reading.save(update_fields=_COLUMNS)


def resume(reading: Reading) -> None:
    """Let the clock go on where it stood still, and save; call it under the lock."""
    if reading.paused_at is None:
        return
    reading.paused_s += max(0, round((timezone.now() - reading.paused_at).total_seconds()))
    reading.paused_at = None
    reading.due_at = _due(reading) if reading.target_minutes is not None else None
    reading.save(update_fields=_COLUMNS)
