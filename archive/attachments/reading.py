"""Reading attachments, and making what may be shown of them."""

import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from archive import storage
from archive.attachments import picture_worker
from archive.attachments.content import PICTURES
from archive.errors import ObjectMissingError
from archive.models import Attachment

THUMBNAIL_EDGE = 240
PREVIEW_EDGE = 1600
# So much of a text is shown; the rest is in the file.
TEXT_LIMIT_BYTES = 256 * 1024
_WORKER_TIMEOUT_S = 20
_DELIVERABLE = frozenset({Attachment.State.CLEAN, Attachment.State.UNSCANNED})


def is_deliverable(attachment: Attachment) -> bool:
    """Say whether a file may be handed out: scanned and clean, or no scanner to ask."""
    return attachment.state in _DELIVERABLE


def attachment_path(attachment: Attachment) -> Path:
    """Return where the file lies."""
    return storage.path_of(attachment.storage_key)


def open_attachment(attachment: Attachment) -> BinaryIO:
    """Open the file, exactly as it came.

    Raises
    ------
    ObjectMissingError
        When it is not there or has not the length that was stored.
    """
    try:
        stream = attachment_path(attachment).open("rb")
    except OSError as error:
        raise ObjectMissingError(f"attachment {attachment.pk} cannot be read") from error
    if stream.seek(0, 2) != attachment.size_bytes:
        stream.close()
        raise ObjectMissingError(f"attachment {attachment.pk} has another length")
    stream.seek(0)
    return stream


def text_of(attachment: Attachment) -> tuple[str, bool]:
    """Return the beginning of a text, and whether there is more of it."""
    with open_attachment(attachment) as stream:
        head = stream.read(TEXT_LIMIT_BYTES)
    text = head.decode("utf-8-sig", "replace").replace("\0", "�")
    return text, attachment.size_bytes > len(head)


def picture_of(attachment: Attachment, edge: int) -> bytes:
    """Return a JPEG made anew from an image; blank when it cannot be made.

    A process of its own decodes it, with limits of memory and time: an image that is a trap
    costs that process.
    """
    if attachment.content_type not in PICTURES:
        return b""
    argv = [sys.executable, "-I", picture_worker.__file__, str(attachment_path(attachment))]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the path is of random bytes
            [*argv, str(edge)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_WORKER_TIMEOUT_S,
            check=False,
            env={},
        )
    except (subprocess.TimeoutExpired, OSError):
        return b""
    return done.stdout if done.returncode == 0 else b""


def thumbnail_of(attachment: Attachment) -> bytes:
    """Return the small picture of an image, made once and kept with the row; blank without one."""
    if attachment.thumbnail is None:
        attachment.thumbnail = picture_of(attachment, THUMBNAIL_EDGE)
        Attachment.objects.filter(pk=attachment.pk, deleted_at__isnull=True).update(
            thumbnail=attachment.thumbnail
        )
    return bytes(attachment.thumbnail)
