"""Taking files in beside a study, and deleting them. Callers have checked the permission.

The order is that of every stored object: the file is on the disk, it is linked into place, its
name is on the disk, the transaction commits, and only then does anybody hear of success.
"""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, transaction
from django.utils import timezone

from archive import storage
from archive.attachments.content import ACTIVE_PDF, HEAD_BYTES, PDF, content_type_of
from archive.attachments.names import shown_name
from archive.attachments.scanning import first_state, scan_soon
from archive.attachments.selectors import KEEPER, packed_roles, unpacked_roles
from archive.attachments.still_pdf import is_still
from archive.errors import ArchiveError, from_database_error, from_os_error
from archive.models import Attachment, Study
from archive.spool import Spool, SpooledFile
from audit.actors import Actor
from audit.attachment_events import record_attachment_added, record_attachment_deleted
from notifications.outbox import publish

logger = logging.getLogger(__name__)

# So long somebody may take back what they have attached by mistake.
REGRET = timedelta(hours=24)
_CHUNK_BYTES = 256 * 1024


class AttachmentError(Exception):
    """The file is not taken, or not deleted; nothing has changed."""


class AttachmentTooLargeError(AttachmentError):
    """It is longer than ATTACHMENT_MAX_BYTES."""


class AttachmentIncompleteError(AttachmentError):
    """It is empty, or the sender stopped before the end."""


class TooManyAttachmentsError(AttachmentError):
    """The study has as many files as it may have."""


class NotDeletableError(AttachmentError):
    """It is another's, or it has been there for too long."""


class Readable(Protocol):
    """What bytes are read from: a request, a file."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """What the uploader says of a file."""

    name: str
    kind: str
    # Roles that may see it; None is every role.
    visible_to: frozenset[str] | None = None
    report_version: int | None = None


def spool_attachment(body: Readable, length: int) -> SpooledFile:
    """Write a file to the spool as it arrives; it is never held in memory.

    Raises
    ------
    AttachmentTooLargeError, AttachmentIncompleteError, ArchiveError
        Nothing is kept.
    """
    limit = settings.ATTACHMENT_MAX_BYTES
    if length > limit:
        raise AttachmentTooLargeError
    with Spool.create() as writer:
        while chunk := body.read(_CHUNK_BYTES):
            writer.write(chunk)
            if writer.size > limit:
                raise AttachmentTooLargeError
        if writer.size != length or not length:
            raise AttachmentIncompleteError
        return writer.finish()


def attach(
    study: Study, spooled: SpooledFile, description: Description, *, user: Any, actor: Actor
) -> Attachment:
    """Put a spooled file beside a study; the spooled file is gone afterwards in any case.

    Raises
    ------
    TooManyAttachmentsError
    ArchiveError
        When the disk or the database failed; nothing is kept.
    """
    try:
        kind = _content_type(spooled)
        key = _link(spooled)
    except OSError as error:
        raise from_os_error(error) from error
    finally:
        spooled.discard()
    row = _row(study, spooled, description, user)
    row.storage_key, row.content_type = key, kind
    _commit(row, actor)
    return row


def _link(spooled: SpooledFile) -> str:
    """Bring a spooled file onto the disk and into its place; return the key."""
    descriptor = os.open(spooled.path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    key = storage.new_key()
    storage.link(spooled.path, key)
    storage.fsync_directories([key])
    return key


def _content_type(spooled: SpooledFile) -> str:
    with spooled.path.open("rb") as stream:
        kind = content_type_of(stream.read(HEAD_BYTES))
    return ACTIVE_PDF if kind == PDF and not is_still(spooled.path) else kind


def _row(study: Study, spooled: SpooledFile, description: Description, user: Any) -> Attachment:
    roles = description.visible_to
    return Attachment(
        facility_id=study.facility_id,
        study=study,
        study_instance_uid=study.study_instance_uid,
        report_version=description.report_version,
        name=shown_name(description.name),
        kind=description.kind,
        visible_to="" if roles is None else packed_roles(roles),
        size_bytes=spooled.size,
        sha256=spooled.sha256,
        state=first_state(),
        scan_due_at=timezone.now(),
        uploaded_by=user,
        uploaded_name=(user.get_full_name() or user.get_username())[:200],
    )


def _commit(row: Attachment, actor: Actor) -> None:
    """Insert the row with its audit row and event; the file goes again when that surely failed."""
    is_at_commit = False
    try:
        with transaction.atomic(durable=True):
            _insert(row, actor)
            is_at_commit = True
    except BaseException as error:
        # Whether a COMMIT that failed took place nobody can say: archive.reconcile finds out.
        if not (is_at_commit and isinstance(error, (OperationalError, InterfaceError))):
            _unlink_quietly(row.storage_key)
        if isinstance(error, Error):
            raise from_database_error(error) from error
        raise


def _insert(row: Attachment, actor: Actor) -> None:
    study = Study.objects.select_for_update().filter(pk=row.study_id or 0).first()
    if study is None:
        raise ArchiveError("the study was deleted meanwhile")
    beside = Attachment.objects.filter(study=study, deleted_at__isnull=True)
    if beside.count() >= settings.ATTACHMENTS_PER_STUDY:
        raise TooManyAttachmentsError
    row.save()
    record_attachment_added(
        actor=actor,
        facility_id=row.facility_id,
        study_instance_uid=row.study_instance_uid,
        patient_id=study.dicom_patient_id,
        attachment_id=row.pk,
        kind=row.kind,
        sha256=bytes(row.sha256).hex(),
        size_bytes=row.size_bytes,
        visible_to=unpacked_roles(row.visible_to),
    )
    _publish("attachment.added", row, actor)
    if row.state == Attachment.State.PENDING:
        transaction.on_commit(partial(scan_soon, row.pk), robust=True)


def may_delete(attachment: Attachment, user: Any) -> bool:
    """Say whether `user` may delete a file: its uploader for a day, the keeper at any time.

    One that the scanner blocked is the keeper's alone: it may be needed to find out more.
    """
    if user.has_perm(KEEPER):
        return True
    is_recent = timezone.now() - attachment.uploaded_at <= REGRET
    is_blocked = attachment.state == Attachment.State.INFECTED
    return attachment.uploaded_by_id == user.pk and is_recent and not is_blocked


def delete_attachment(attachment: Attachment, *, user: Any, actor: Actor, reason: str = "") -> None:
    """Delete a file: the row becomes its tombstone, COMMIT, then the file goes.

    Raises
    ------
    NotDeletableError
    """
    with transaction.atomic():
        row = Attachment.objects.select_for_update().get(pk=attachment.pk)
        if row.deleted_at is not None:
            return
        if not may_delete(row, user):
            raise NotDeletableError
        _bury(row, user, reason)
        record_attachment_deleted(
            actor=actor,
            facility_id=row.facility_id,
            study_instance_uid=row.study_instance_uid,
            patient_id=row.study.dicom_patient_id if row.study else "",
            attachment_id=row.pk,
            sha256=bytes(row.sha256).hex(),
            reason=reason,
        )
        _publish("attachment.removed", row, actor)
        transaction.on_commit(partial(unlink_deleted, [row]), robust=True)


def _bury(row: Attachment, user: Any, reason: str) -> None:
    row.deleted_at = timezone.now()
    row.deleted_by = user
    row.deleted_because = reason[:200]
    row.scan_due_at = None
    row.thumbnail = None
    row.save()


def unlink_deleted(rows: Iterable[Attachment]) -> int:
    """Remove the files of committed tombstones; return how many of them are done."""
    done = [row.pk for row in rows if _unlink_quietly(row.storage_key)]
    Attachment.objects.filter(pk__in=done).update(unlinked_at=timezone.now())
    return len(done)


def unlink_all_deleted() -> int:
    """Finish deletions that a crash left half done, and those of studies that were deleted."""
    waiting = Attachment.objects.filter(deleted_at__isnull=False, unlinked_at__isnull=True)
    return unlink_deleted(waiting.order_by("pk")[:500])


def _unlink_quietly(key: str) -> bool:
    try:
        storage.unlink(key)
        storage.fsync_directories([key])
    except FileNotFoundError:
        return True  # its directory went as well
    except OSError:
        logger.exception("archive: the file of an attachment could not be removed")
        return False
    return True


def _publish(topic: str, row: Attachment, by: Actor) -> None:
    publish(
        topic,
        facility_id=row.facility_id,
        payload={
            "study": row.study_instance_uid,
            "study_id": row.study_id,
            "attachment_id": row.pk,
            "by_id": by.user_id,
        },
    )
