"""Working off `ReportExport`: claim a row, make its object, bring it in, note that it is done.

Each step is complete in itself. Killed after any of them, the row becomes due again when its
claim has run out, and doing all of it once more gives the same object under the same UID, which
the archive takes as a duplicate.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from archive.errors import ArchiveError
from archive.ingest import ingest
from archive.models import Instance
from archive.outcome import Door, Origin, Outcome
from archive.spool import Spool
from audit.paper_events import record_report_archived
from reports.models import ReportExport
from reports.paper.press import PressError
from reports.structured.making import (
    Job,
    NotYetError,
    job_of,
    object_of,
    reason_for_none,
    wait_for_others,
)

logger = logging.getLogger(__name__)

# Longer than anything takes; a worker that was killed leaves its row for so long.
CLAIM: Final = timedelta(minutes=15)
_WAIT: Final = timedelta(seconds=30)
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_ERROR_LENGTH: Final = 300


class ExportError(Exception):
    """The archive did not take an object of ours; the message has its reason."""


def work_off(limit: int = 100) -> int:
    """Do what is due, the oldest first, one at a time; return how many rows were settled."""
    settled = 0
    for _turn in range(limit):
        export = claim(timezone.now())
        if export is None:
            break
        settled += settle(export)
    return settled


def claim(now: datetime) -> ReportExport | None:
    """Return a row that is due and make it ours for a while; None when there is none."""
    due = ReportExport.objects.filter(done_at=None, next_attempt_at__lte=now)
    for key, seen in due.order_by("next_attempt_at", "pk").values_list("pk", "next_attempt_at")[
        :20
    ]:
        mine = ReportExport.objects.filter(pk=key, done_at=None, next_attempt_at=seen)
        if mine.update(next_attempt_at=now + CLAIM, attempts=F("attempts") + 1):
            found = ReportExport.objects.select_related("version__report__study__facility")
            return found.get(pk=key)
    return None


def settle(export: ReportExport) -> bool:
    """Do what a claimed row asks for; what fails is tried again later. Say whether it is done."""
    try:
        job = job_of(export)
        wait_for_others(job)
        why_not = reason_for_none(job)
        if why_not:
            close(export, why_not)
        else:
            if not is_archived(job):
                bring_in(job, object_of(job))
            finish(job)
    except NotYetError:
        _postpone(export, _WAIT, "")
    except (PressError, ExportError, ArchiveError) as error:
        logger.warning("report export %s: %s", export.pk, error)
        _postpone(export, pause_after(export.attempts), str(error))
    except Exception as error:  # one report must not stop the others
        logger.exception("report export %s failed", export.pk)
        _postpone(export, pause_after(export.attempts), type(error).__name__)
    else:
        return True
    return False


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to an hour."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def is_archived(job: Job) -> bool:
    """Say whether the row's object is in the archive already (an attempt was cut short)."""
    known = Instance.objects.filter(
        facility_id=job.study.facility_id, sop_instance_uid=job.export.sop_instance_uid
    )
    return known.exists()


def bring_in(job: Job, content: bytes) -> Outcome:
    """Hand an object to the archive, by the door by which every object comes.

    Raises
    ------
    ExportError
        When it was refused or kept aside.
    ArchiveError
        When nothing was stored; trying again later is sensible.
    """
    origin = Origin(Door.SYSTEM, job.study.facility_id, actor_name="reports")
    with Spool.create() as writer:
        writer.write(content)
        outcome = ingest(writer.finish(), origin)
    if not outcome.is_success:
        raise ExportError(f"{outcome.kind.value}: {outcome.reason}")
    return outcome


def finish(job: Job) -> None:
    """Note that the object is archived, with an audit row, once."""
    with transaction.atomic():
        if not close(job.export, ""):
            return
        record_report_archived(
            study_instance_uid=job.study.study_instance_uid,
            facility_id=job.study.facility_id,
            patient_id=job.study.dicom_patient_id,
            version=job.version.number,
            form=job.export.form,
            sop_instance_uid=job.export.sop_instance_uid,
        )


def close(export: ReportExport, why: str) -> bool:
    """Note that a row is done; `why` is the reason when no object was made of it."""
    row = ReportExport.objects.filter(pk=export.pk, done_at=None)
    return bool(row.update(done_at=timezone.now(), error=why[:_ERROR_LENGTH]))


def _postpone(export: ReportExport, pause: timedelta, why: str) -> None:
    row = ReportExport.objects.filter(pk=export.pk, done_at=None)
    row.update(next_attempt_at=timezone.now() + pause, error=why[:_ERROR_LENGTH])
