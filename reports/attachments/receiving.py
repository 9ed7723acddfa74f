"""The door by which a file comes in beside a study: its bytes are the body of one request."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from archive.attachments.selectors import roles
from archive.attachments.services import (
    AttachmentIncompleteError,
    AttachmentTooLargeError,
    Description,
    TooManyAttachmentsError,
    attach,
    spool_attachment,
)
from archive.errors import ArchiveError, ArchiveFullError
from archive.models import Attachment, Study
from audit.actors import Actor
from reports.attachments.finding import version_numbers

_PERMISSION = "archive.attach_file"


@dataclass(frozen=True, slots=True)
class _RefusedError(Exception):
    status: int
    detail: str


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in a request, for the audit log."""
    return Actor.of_user(request.user, getattr(request, "client_address", ""))


def receive(request: HttpRequest, study: Study) -> JsonResponse:
    """Take the body as a file beside `study`, described by the request's headers.

    ``X-File-Name`` (percent-encoded), ``X-Attachment-Kind``, ``X-Attachment-Roles`` (separated by
    commas; without it every role) and ``X-Report-Version``: nothing of it is in the address, for
    addresses are logged.
    """
    try:
        length = _length(request)
        description = _description(request, study)
        row = _take(request, study, length, description)
    except _RefusedError as refusal:
        return problem(refusal.status, refusal.detail)
    return JsonResponse({"id": row.pk, "name": row.name, "state": row.state}, status=201)


def problem(status: int, detail: str) -> JsonResponse:
    """Return a refusal that a script can show (RFC 9457)."""
    members = {"type": "about:blank", "status": status, "detail": str(detail)}
    return JsonResponse(members, status=status, content_type="application/problem+json")


def _length(request: HttpRequest) -> int:
    user: Any = request.user
    if not user.has_perm(_PERMISSION):
        raise _RefusedError(403, _("Your role does not include attaching files."))
    if request.content_type != "application/octet-stream":
        raise _RefusedError(415, _("Send the file itself, as application/octet-stream."))
    length = request.META.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdecimal() and len(length) <= 18):
        raise _RefusedError(411, _("The length of the file must be stated."))
    return int(length)


def _description(request: HttpRequest, study: Study) -> Description:
    kind = request.headers.get("X-Attachment-Kind", Attachment.Kind.OTHER)
    if kind not in Attachment.Kind.values:
        raise _RefusedError(400, _("This kind of file is not known."))
    return Description(
        name=unquote(request.headers.get("X-File-Name", "")),
        kind=kind,
        visible_to=_roles(request.headers.get("X-Attachment-Roles")),
        report_version=_version(request, study),
    )


def _roles(header: str | None) -> frozenset[str] | None:
    if header is None:
        return None
    chosen = frozenset(role.strip() for role in header.split(",") if role.strip())
    if not chosen <= set(roles()):
        raise _RefusedError(400, _("One of the roles is not known."))
    return chosen


def _version(request: HttpRequest, study: Study) -> int | None:
    text = request.headers.get("X-Report-Version", "")
    if not text:
        return None
    numbers = {str(number): number for number in version_numbers(request.user, study)}
    if text not in numbers:
        raise _RefusedError(400, _("The report has no such version."))
    return numbers[text]


def _take(request: HttpRequest, study: Study, length: int, description: Description) -> Attachment:
    try:
        spooled = spool_attachment(request, length)
        return attach(study, spooled, description, user=request.user, actor=actor_of(request))
    except AttachmentTooLargeError as error:
        limit = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        text = _("The file is larger than %(limit)s MB.") % {"limit": limit}
        raise _RefusedError(413, text) from error
    except TooManyAttachmentsError as error:
        raise _RefusedError(409, _("This study has as many files as it may have.")) from error
    except (AttachmentIncompleteError, OSError) as error:
        raise _RefusedError(400, _("The file is empty or did not arrive whole.")) from error
    except ArchiveFullError as error:
        raise _RefusedError(507, _("The archive is full. Nothing was stored.")) from error
    except ArchiveError as error:
        raise _RefusedError(503, _("The archive does not answer; try again.")) from error
