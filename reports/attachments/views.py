from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive.attachments.content import delivery_of
from archive.attachments.reading import (
    PREVIEW_EDGE,
    is_deliverable,
    picture_of,
    text_of,
    thumbnail_of,
)
from archive.attachments.selectors import attachments_visible_to
from archive.attachments.services import NotDeletableError, delete_attachment
from archive.errors import ObjectMissingError
from archive.models import Attachment, Study
from audit.attachment_events import record_attachment_read
from reports.attachments import delivery
from reports.attachments.finding import attachment_of, study_of, version_numbers
from reports.attachments.presentation import attachment_row, choosable_roles, study_head
from reports.attachments.receiving import actor_of, problem, receive


@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: HttpRequest, study_instance_uid: str) -> HttpResponse:
    """Show a study's files, as a page or as the part of one that a script asks for; take one."""
    if request.method == "POST" and not request.user.is_authenticated:
        return problem(401, _("You have been signed out. Sign in and try again."))
    if request.method == "POST":
        return receive(request, study_of(request, study_instance_uid))
    return _listing(request, study_instance_uid)


@login_required
@permission_required("archive.view_study", raise_exception=True)
def _listing(request: HttpRequest, study_instance_uid: str) -> HttpResponse:
    study = study_of(request, study_instance_uid)
    is_part = "HX-Request" in request.headers or request.GET.get("fragment") == "1"
    template = "_panel" if is_part else "page"
    response = render(request, f"reports/attachments/{template}.html", _context(request, study))
    response["Vary"] = "HX-Request, Cookie"
    if is_part:
        response["X-Noctis-Fragment"] = "1"
    return response


def _context(request: HttpRequest, study: Study) -> dict[str, Any]:
    user: Any = request.user
    versions = version_numbers(user, study)
    rows = attachments_visible_to(user).filter(study=study)
    return {
        "study": study,
        "head": study_head(study),
        "address": reverse("attachments", args=[study.study_instance_uid]),
        "query": f"?facility={study.facility_id}",
        "rows": [attachment_row(row, user, versions) for row in rows],
        "versions": versions,
        "may_attach": user.has_perm("archive.attach_file"),
        "kinds": Attachment.Kind.choices,
        "roles": choosable_roles(),
        "max_bytes": settings.ATTACHMENT_MAX_BYTES,
        "has_scanner": bool(settings.CLAMD_ADDRESS),
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """Return what the script says, in the reader's language."""
    return {
        "too_large": _("Larger than this server takes."),
        "offline": _("The connection broke; try again."),
        "stopped": _("Stopped."),
        "sending": _("Sending"),
        "storing": _("Storing"),
        "done": _("Attached"),
        "retry": _("Try again"),
        "dismiss": _("Dismiss"),
        "stop": _("Stop"),
        "delete": _("Delete this file for good? This cannot be undone."),
        "signed_out": _("You have been signed out. Sign in and try again."),
    }


@require_GET
@login_required
def download(request: HttpRequest, study_instance_uid: str, pk: int) -> HttpResponseBase:
    attachment = attachment_of(request, study_instance_uid, pk)
    if not is_deliverable(attachment):
        return _withheld(request, attachment)
    response = _whole(delivery.download, attachment)
    _record_read(request, attachment, "download")
    return response


@require_GET
@login_required
def preview(request: HttpRequest, study_instance_uid: str, pk: int) -> HttpResponseBase:
    attachment = attachment_of(request, study_instance_uid, pk)
    if not is_deliverable(attachment):
        return _withheld(request, attachment)
    shown = delivery_of(attachment.content_type).preview
    if shown == "pdf":
        response: HttpResponseBase = _whole(delivery.inline_pdf, attachment)
    elif shown == "text":
        response = _text(request, attachment)
    elif shown == "picture":
        response = _picture(picture_of(attachment, PREVIEW_EDGE))
    else:
        raise Http404
    _record_read(request, attachment, "preview")
    return response


@require_GET
@login_required
def thumbnail(request: HttpRequest, study_instance_uid: str, pk: int) -> HttpResponse:
    attachment = attachment_of(request, study_instance_uid, pk)
    if not is_deliverable(attachment):
        raise Http404
    return _picture(thumbnail_of(attachment))


@require_POST
@login_required
def delete(request: HttpRequest, study_instance_uid: str, pk: int) -> HttpResponse:
    attachment = attachment_of(request, study_instance_uid, pk)
    try:
        delete_attachment(attachment, user=request.user, actor=actor_of(request))
    except NotDeletableError:
        return problem(
            403, _("Only who attached it within the last day, or an administrator, may delete it.")
        )
    if "HX-Request" in request.headers or "X-Noctis-Script" in request.headers:
        return HttpResponse(status=204)
    return HttpResponseRedirect(reverse("attachments", args=[study_instance_uid]))


def _whole(answer: Any, attachment: Attachment) -> HttpResponseBase:
    try:
        response: HttpResponseBase = answer(attachment)
    except ObjectMissingError as error:
        raise Http404 from error
    return response


def _picture(data: bytes) -> HttpResponse:
    if not data:
        raise Http404
    return delivery.picture(data)


def _text(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    try:
        text, has_more = text_of(attachment)
    except ObjectMissingError as error:
        raise Http404 from error
    context = {"attachment": attachment, "text": text, "has_more": has_more}
    return render(request, "reports/attachments/text.html", context)


def _withheld(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """Say why a file is not handed out: it waits for the scanner, or something was found in it."""
    is_infected = attachment.state == Attachment.State.INFECTED
    context = {"attachment": attachment, "is_infected": is_infected}
    status = 403 if is_infected else 409
    return render(request, "reports/attachments/withheld.html", context, status=status)


def _record_read(request: HttpRequest, attachment: Attachment, means: str) -> None:
    record_attachment_read(
        actor=actor_of(request),
        facility_id=attachment.facility_id,
        study_instance_uid=attachment.study_instance_uid,
        patient_id=attachment.study.dicom_patient_id if attachment.study else "",
        attachment_id=attachment.pk,
        means=means,
    )
