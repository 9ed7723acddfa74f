"""Reports as pages and as PDFs, and the public page of a print."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, BinaryIO, Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from archive.models import Study
from audit.actors import Actor
from audit.paper_events import record_report_read
from reports.models import ReportPrint, ReportVersion
from reports.paper import printing
from reports.paper.page import report_page
from reports.paper.press import PressError
from reports.paper.throttle import is_too_often
from reports.paper.tokens import print_number
from reports.paper.versions import current_of, may_read, standing_of, study_of, visible_versions

View = Callable[..., HttpResponseBase]
# PS3.5 9.1: digits and dots, 64 characters at most.
_UID: Final = re.compile(r"[0-9.]{1,64}", re.ASCII)
# The browser's own PDF viewer runs in the page that a PDF is; it needs no more than this.
_PDF_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in a request, for the audit log."""
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    return Actor.of_user(request.user, address)


def reads_reports(view: View) -> View:
    """Let in who may see reports at all."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_read(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


def prints_reports(view: View) -> View:
    """Let in who may see and print reports."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm("reports.print_report"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return reads_reports(guarded)


def _study(request: HttpRequest, uid: str) -> Study:
    facility = request.GET.get("facility", "")
    study = study_of(request.user, uid, facility) if _UID.fullmatch(uid) else None
    if study is None:
        raise Http404
    return study


def _version(request: HttpRequest, versions: list[ReportVersion]) -> ReportVersion | None:
    """Return the version that the address names, else the one that holds now."""
    asked = request.GET.get("version")
    if asked is None:
        return current_of(versions)
    for version in versions:
        if str(version.number) == asked and version.kind != "withdrawal":
            return version
    raise Http404


@require_safe
@reads_reports
def report(request: HttpRequest, study_instance_uid: str) -> HttpResponse:
    study = _study(request, study_instance_uid)
    versions = visible_versions(request.user, study)
    version = _version(request, versions)
    if version is not None:
        record_report_read(
            actor=actor_of(request),
            study_instance_uid=study.study_instance_uid,
            facility_id=study.facility_id,
            patient_id=study.dicom_patient_id,
            version=version.number,
        )
    context = report_page(request.user, study, versions, version)
    return render(request, "reports/paper/report.html", context)


@require_GET
@prints_reports
def report_pdf(request: HttpRequest, study_instance_uid: str) -> HttpResponseBase:
    study = _study(request, study_instance_uid)
    version = _version(request, visible_versions(request.user, study))
    if version is None:
        raise Http404
    try:
        pdf, number = printing.print_version(
            study, version, user=request.user, actor=actor_of(request), request=request
        )
    except PressError as error:
        return no_press(request, error)
    return pdf_response(pdf, f"report-{number}.pdf")


@require_POST
@prints_reports
def print_many(request: HttpRequest) -> HttpResponseBase:
    """Answer with one PDF of many studies' reports, in the order of the list."""
    words = ",".join(request.POST.getlist("uids")).replace("\n", ",").split(",")
    uids = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if not uids or len(uids) > printing.MOST or not all(_UID.fullmatch(uid) for uid in uids):
        context = {"most": printing.MOST, "count": len(uids)}
        return render(request, "reports/paper/print_refused.html", context, status=400)
    batch = printing.batch_of(request.user, uids, request=request)
    if not batch.ready:
        return render(request, "reports/paper/nothing_to_print.html", {"batch": batch})
    try:
        pdf = printing.print_batch(batch, user=request.user, actor=actor_of(request))
    except PressError as error:
        return no_press(request, error)
    return pdf_response(pdf, "reports.pdf")


def pdf_response(pdf: BinaryIO, name: str) -> FileResponse:
    """Return a PDF that the browser shows; `name` has nothing of a patient."""
    response = FileResponse(pdf, content_type="application/pdf", filename=name)
    response["Content-Security-Policy"] = _PDF_POLICY
    response["Cache-Control"] = "no-store"
    return response


def no_press(request: HttpRequest, error: PressError) -> HttpResponse:
    """Say that there is no PDF, and why."""
    return render(request, "reports/paper/no_press.html", {"reason": str(error)}, status=503)


@require_safe
@never_cache
def check_print(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a print is still current, to whoever holds it: nothing of the patient."""
    if is_too_often(request, "print"):
        return render(request, "429.html", status=429)
    prints = ReportPrint.objects.select_related("version", "version__report__study__facility")
    one = prints.filter(token=token).first() if len(token) <= 43 else None
    if one is None:
        raise Http404
    context = {
        "standing": standing_of(one.version),
        "facility": one.version.report.study.facility.name,
        "signed_at": one.version.signed_at,
        "printed_at": one.printed_at,
        "number": print_number(token),
        "title": _("Print %(number)s") % {"number": print_number(token)},
    }
    return render(request, "reports/paper/print_state.html", context)
