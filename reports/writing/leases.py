"""The reader lease: one window of one reader writes a study's report at a time.

A taking gives a token that is higher than every one before it; whatever shows an older one is
stale. A lease that ran out is still its holder's until somebody else takes it, so that a closed
lid or a dropped network costs nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Study
from audit.actors import Actor
from audit.lifecycle_events import Subject, record_lease_taken
from reports.errors import LeaseHeldError, LeaseLostError
from reports.models import ReaderLease, Reading, Report
from reports.readings import change_reading, lock_reading, tell
from reports.selectors import name_of, person

LEASE: Final = timedelta(seconds=120)
HEARTBEAT: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Hold:
    """What a window shows when it writes.

    Parameters
    ----------
    user : user
        Who is signed in there.
    holder : str
        Random text of the window.
    token : int
        What the taking of the lease gave.
    """

    user: Any
    holder: str
    token: int

    def is_of(self, lease: ReaderLease) -> bool:
        """Say whether this is the lease's present holder."""
        is_same = lease.reader_id == self.user.pk and lease.holder == self.holder
        return is_same and lease.token == self.token


def lease_of(study: Study) -> ReaderLease:
    """Return the study's lease, a new one when nobody has had it; call it under the lock."""
    return ReaderLease.objects.select_related("reader").get_or_create(study=study)[0]


def is_live(lease: ReaderLease, now: datetime) -> bool:
    """Say whether somebody holds the lease."""
    return bool(lease.reader_id and lease.expires_at and lease.expires_at > now)


@transaction.atomic
def take_lease(
    study: Study, user: Any, holder: str, *, takeover: bool = False, actor: Actor
) -> ReaderLease:
    """Give the lease to a window of `user`; the window that has it already renews it.

    Raises
    ------
    LeaseHeldError
        When another window holds it and it isn't to be taken over.
    """
    reading, lease = lock_reading(study), lease_of(study)
    now = timezone.now()
    if lease.reader_id == user.pk and lease.holder == holder:
        return _extend(lease, now)
    held = is_live(lease, now)
    if held and not takeover:
        text = _("%(name)s is writing this report.") % {"name": name_of(lease.reader)}
        raise LeaseHeldError(text, reader=person(lease.reader), acquired_at=lease.acquired_at)
    before = lease.reader if held or _has_draft(study) else None
    lease.reader, lease.holder, lease.acquired_at = user, holder, now
    lease.token += 1
    _extend(lease, now)
    _note_taking(study, reading, before, user, actor)
    return lease


def _has_draft(study: Study) -> bool:
    return Report.objects.filter(study=study).exclude(draft_kind="").exists()


def _extend(lease: ReaderLease, now: datetime) -> ReaderLease:
    lease.expires_at = now + LEASE
    lease.save()
    return lease


def _note_taking(study: Study, reading: Reading, before: Any, user: Any, actor: Actor) -> None:
    """Tell whom the lease was taken from, and note the first opening by a radiologist."""
    taken_from = before.get_username() if before is not None else ""
    record_lease_taken(actor=actor, subject=Subject.of_study(study), taken_from=taken_from)
    if before is not None and before.pk != user.pk:
        tell("draft.taken_over", study, from_id=before.pk, by_id=user.pk)
    if reading.opened_at is None and user.has_perm("reports.sign_report"):
        change_reading(reading, study, opened_at=timezone.now())


@transaction.atomic
def extend_lease(study: Study, hold: Hold) -> ReaderLease:
    """Renew the lease of a window that still has it.

    Raises
    ------
    LeaseLostError
        When somebody else has taken it, or it was given back.
    """
    lock_reading(study)
    lease = lease_of(study)
    if not hold.is_of(lease):
        raise LeaseLostError(
            _("This report is written elsewhere now."), reader=person(lease.reader)
        )
    return _extend(lease, timezone.now())


@transaction.atomic
def release_lease(study: Study, hold: Hold) -> None:
    """Give the lease back; nothing happens when it isn't the window's any more."""
    lock_reading(study)
    lease = lease_of(study)
    if hold.is_of(lease):
        lease.reader, lease.holder, lease.expires_at = None, "", None
        lease.save()


def lease_of_now(study: Study) -> ReaderLease | None:
    """Return the lease while somebody holds it, without locking anything."""
    lease = ReaderLease.objects.select_related("reader").filter(study=study).first()
    return lease if lease is not None and is_live(lease, timezone.now()) else None
