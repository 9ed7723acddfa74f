"""Many readings of many days at once, plausible enough to look at."""

import random
from datetime import datetime, timedelta
from typing import Any

from archive.models import Patient, Study
from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality, Reading
from worklist.models import Facility

_MODALITIES = {
    "\\CT\\": (28, 95),
    "\\MR\\": (20, 240),
    "\\DX\\": (26, 60),
    "\\US\\": (14, 150),
    "\\MG\\": (6, 600),
    "\\CT\\PT\\": (3, 900),
    "\\DX\\SR\\": (3, 70),
}
_BATCH = 2000
_ROOT = "1.2.826.0.1.3680043.10"


def seed_readings(
    facilities: list[Facility],
    readers: list[Any],
    count: int,
    days: int,
    now: datetime,
    seed: int = 7,
) -> None:
    """Insert `count` studies with readings, spread over the `days` before `now`."""
    source = random.Random(seed)
    patient = Patient.objects.create(facility=facilities[0], identity=f"figures{seed}")
    moments = sorted(_moment(source, days, now) for _ in range(count))
    for start in range(0, count, _BATCH):
        studies = Study.objects.bulk_create(
            _study(
                source, facilities, patient, f"1.2.826.0.1.3680043.10.{seed}.{start + index}", at
            )
            for index, at in enumerate(moments[start : start + _BATCH])
        )
        Reading.objects.bulk_create(_reading(source, one, readers, now) for one in studies)


def _study(
    source: random.Random, facilities: list[Facility], patient: Patient, uid: str, at: datetime
) -> Study:
    weights = [share for share, _ in _MODALITIES.values()]
    place = source.choices(facilities, range(len(facilities), 0, -1))[0]
    kind = source.choices(list(_MODALITIES), weights)[0]
    return Study(
        facility=place,
        patient=patient,
        study_instance_uid=uid,
        modalities=kind,
        received_at=at,
        study_date=f"{at:%Y%m%d}",
    )


def _moment(source: random.Random, days: int, now: datetime) -> datetime:
    while True:
        moment = now - timedelta(days=source.uniform(0, days))
        weight = (0.35 if moment.weekday() >= 5 else 1.0) * (1.0 if 7 <= moment.hour <= 18 else 0.2)
        if source.random() < weight:
            return moment


def _reading(source: random.Random, study: Study, readers: list[Any], now: datetime) -> Reading:
    received = study.received_at
    priority = source.choices(list(Priority), [6, 16, 78])[0]
    typical = _MODALITIES[study.modalities][1] * (0.3, 0.6, 1.0)[priority]
    took = timedelta(minutes=source.lognormvariate(0, 0.8) * typical)
    target = (60, 240, 1440)[priority]
    reading = Reading(
        study=study,
        received_at=received,
        priority=priority,
        target_minutes=target,
        due_at=received + timedelta(minutes=target),
        assigned_to=source.choice(readers),
    )
    draw = source.random()
    if draw < 0.03:
        reading.quality, reading.paused_at, reading.due_at = Quality.REJECTED, received, None
    elif received + took < now and draw < 0.985:
        reading.quality, reading.status = Quality.ACCEPTED, ReportStatus.FINAL
        reading.final_at = received + took
    else:
        states = [ReportStatus.UNREAD, ReportStatus.DRAFT, ReportStatus.PRELIMINARY]
        reading.status = source.choices(states, [7, 2, 1])[0]
    return reading
