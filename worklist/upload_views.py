"""The upload page, and the door by which its files come in: one request for each file."""

from collections.abc import Iterator
from urllib.parse import unquote

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from archive.errors import ArchiveError, ArchiveFullError
from archive.outcome import Door, Origin
from worklist.models import Facility
from worklist.problems import problem_response
from worklist.requests import SignedInRequest
from worklist.selectors import facilities_visible_to
from worklist.uploads import (
    IncompleteUploadError,
    Reception,
    UploadTooLargeError,
    spool_body,
)


@require_GET
@login_required
@permission_required("archive.upload_study", raise_exception=True)
def upload_page(request: SignedInRequest) -> HttpResponse:
    """Show where to drop files."""
    context = {
        "facilities": _choices(request),
        "own_facility": request.user.facility,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "words": _words(),
    }
    return render(request, "worklist/upload.html", context)


def _words() -> dict[str, str]:
    """Return what the page's script says, in the reader's language."""
    return {
        "stored": _("Stored"),
        "duplicate": _("Already there"),
        "quarantined": _("Kept aside"),
        "skipped": _("Skipped"),
        "refused": _("Refused"),
        "failed": _("Not sent"),
        "offline": _("The connection broke."),
        "stopped": _("Stopped."),
        "sending": _("Sending, {count} to go"),
        "finished": _("Done: {count} studies"),
        "unfinished": _("Not everything was sent"),
        "more": _("and {count} more without problems"),
    }


@require_POST
def receive_file(request: SignedInRequest) -> HttpResponseBase:
    """Take one file (the body as it is), answer one JSON line for each object in it.

    The lines are sent as the objects are stored, so that the sender of a long ZIP sees it grow.
    """
    refused = _refuse(request)
    if refused is not None:
        return refused
    facility = _facility_for(request)
    if facility is None:
        return problem_response(400, _("Choose the facility to which the studies belong."))
    origin = Origin(
        door=Door.UPLOAD,
        facility_id=facility.pk,
        actor_id=request.user.pk,
        actor_name=request.user.get_username(),
        address=request.client_address,
    )
    return _receive(request, origin)


def _receive(request: SignedInRequest, origin: Origin) -> HttpResponseBase:
    try:
        spooled = spool_body(request, int(request.META["CONTENT_LENGTH"]))
    except UploadTooLargeError:
        return problem_response(413, _("The file is larger than this server takes."))
    except (IncompleteUploadError, OSError):
        return problem_response(400, _("The file did not arrive whole."))
    except ArchiveFullError:
        return problem_response(507, _("The archive is full. Nothing of this file was stored."))
    except ArchiveError:
        return problem_response(503, _("The archive does not answer; try again."))
    name = unquote(request.headers.get("X-File-Name", ""))
    return StreamingHttpResponse(
        _JsonLines(Reception(spooled, name, origin)),
        content_type="application/x-ndjson",
        headers={"X-Accel-Buffering": "no"},  # nginx: pass each line on as it comes
    )


class _JsonLines:
    """The lines of a reception as NDJSON; the response closes it in any case."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self.close = reception.close

    def __iter__(self) -> Iterator[bytes]:
        for line in self._reception:
            yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _refuse(request: SignedInRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return problem_response(401, _("You have been signed out. Sign in and try again."))
    if not request.user.has_perm("archive.upload_study"):
        return problem_response(403, _("Your role does not include uploading studies."))
    if request.content_type != "application/octet-stream":
        return problem_response(415, _("Send the file itself, as application/octet-stream."))
    length = request.META.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdecimal() and len(length) <= 18):
        return problem_response(411, _("The length of the file must be stated."))
    return None


def _choices(request: SignedInRequest) -> list[Facility]:
    if not request.user.has_perm("archive.view_all_facilities"):
        return []
    return list(facilities_visible_to(request.user).filter(is_active=True))


def _facility_for(request: SignedInRequest) -> Facility | None:
    """Return the facility that gets the study: chosen by who sees all, else the user's own."""
    if not request.user.has_perm("archive.view_all_facilities"):
        return request.user.facility
    wanted = request.GET.get("facility", "")
    chosen = [facility for facility in _choices(request) if str(facility.pk) == wanted]
    return chosen[0] if chosen else None
