"""Having attachments scanned: a row says that it is due, a task does it, a crash repeats it."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from huey.contrib.djhuey import db_task

from archive import storage
from archive.attachments.clamd import (
    ScannerDownError,
    TooLargeForScannerError,
    scan,
)
from archive.models import Attachment
from audit.actors import SYSTEM
from audit.attachment_events import record_attachment_scanned
from notifications.outbox import publish

logger = logging.getLogger(__name__)

# Nobody else takes a file for so long; a worker that died meanwhile costs this much time.
_CLAIM = timedelta(minutes=15)
_FIRST_WAIT_S = 15
_LONGEST_WAIT_S = 30 * 60
_BATCH = 50


def first_state() -> str:
    """Return the state in which a new file begins."""
    state = Attachment.State
    return state.PENDING if settings.CLAMD_ADDRESS else state.UNSCANNED


def wait_s(attempts: int) -> int:
    """Return how long to wait after so many failed attempts: twice as long each time, bounded."""
    return min(_FIRST_WAIT_S << min(max(attempts - 1, 0), 12), _LONGEST_WAIT_S)


@db_task()  # type: ignore[untyped-decorator]
def scan_soon(attachment_id: int) -> None:
    """Scan a file that has just come in; should this get lost, `scan_due` finds the file."""
    scan_attachment(attachment_id)


def scan_due() -> int:
    """Scan what is due, oldest first; return how many files were tried.

    A file that came in while no scanner was configured stays due, and is scanned once there is
    one.
    """
    if not settings.CLAMD_ADDRESS:
        return 0
    due = Attachment.objects.filter(scan_due_at__lte=timezone.now(), deleted_at__isnull=True)
    keys = list(due.order_by("scan_due_at").values_list("pk", flat=True)[:_BATCH])
    return sum(scan_attachment(key) for key in keys)


def scan_attachment(attachment_id: int) -> bool:
    """Scan one file if it is due and nobody else does it; False when there was nothing to do."""
    attachment = _claim(attachment_id) if settings.CLAMD_ADDRESS else None
    if attachment is None:
        return False
    state = Attachment.State
    try:
        with storage.path_of(attachment.storage_key).open("rb") as stream:
            found = scan(stream, settings.CLAMD_ADDRESS, settings.CLAMD_TIMEOUT_S).signature
    except TooLargeForScannerError:
        _settle(attachment, state.UNSCANNED, _("The file is larger than the scanner takes."))
    except (ScannerDownError, OSError) as error:
        _postpone(attachment, error)
    else:
        _settle(attachment, state.INFECTED if found else state.CLEAN, found)
    return True


def _claim(attachment_id: int) -> Attachment | None:
    now = timezone.now()
    due = Attachment.objects.filter(pk=attachment_id, scan_due_at__lte=now, deleted_at__isnull=True)
    if not due.update(scan_due_at=now + _CLAIM):
        return None
    return Attachment.objects.filter(pk=attachment_id).first()


def _postpone(attachment: Attachment, error: Exception) -> None:
    logger.warning("attachment %s could not be scanned yet: %s", attachment.pk, error)
    attempts = attachment.scan_attempts + 1
    Attachment.objects.filter(pk=attachment.pk).update(
        scan_attempts=attempts,
        scan_due_at=timezone.now() + timedelta(seconds=wait_s(attempts)),
    )


def _settle(attachment: Attachment, state: str, note: str) -> None:
    """Write the verdict, its audit row and its event; one that came late changes nothing."""
    with transaction.atomic():
        changed = Attachment.objects.filter(
            pk=attachment.pk, scan_due_at__isnull=False, deleted_at__isnull=True
        ).update(
            state=state,
            scan_note=note,
            scan_attempts=attachment.scan_attempts + 1,
            scan_due_at=None,
            scanned_at=timezone.now(),
        )
        if changed:
            _tell(attachment, state, note)


def _tell(attachment: Attachment, state: str, note: str) -> None:
    record_attachment_scanned(
        actor=SYSTEM,
        facility_id=attachment.facility_id,
        study_instance_uid=attachment.study_instance_uid,
        attachment_id=attachment.pk,
        state=state,
        note=note,
    )
    is_infected = state == Attachment.State.INFECTED
    publish(
        "attachment.infected" if is_infected else "attachment.scanned",
        facility_id=attachment.facility_id,
        payload={
            "study": attachment.study_instance_uid,
            "study_id": attachment.study_id,
            "attachment_id": attachment.pk,
        },
    )
