from contextlib import suppress
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actors import Actor
from audit.critical_events import record_critical_step
from reports.critical import presentation, services
from reports.critical.forms import AcknowledgeForm, CancelForm, ReportForm
from reports.critical.links import result_of
from reports.critical.selectors import (
    critical_visible_to,
    in_order_of_concern,
    may_acknowledge_in_program,
    possible_recipients,
)
from reports.models import CriticalResult
from reports.selectors import study_of
from reports.words import date_words, study_words

ON_A_PAGE: Final = 100
REPORTS: Final = "reports.report_critical"
State = CriticalResult.State


def actor_of(request: HttpRequest) -> Actor:
    return Actor.of_user(request.user, str(getattr(request, "client_address", "")))


@require_GET
@login_required
def critical_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    _demand_rights(user)
    results = in_order_of_concern(critical_visible_to(user))
    wanted = request.GET.get("state", "")
    if wanted in {State.OPEN, State.ACKNOWLEDGED}:
        results = results.filter(state=wanted)
    rows = [presentation.shown(result) for result in results[:ON_A_PAGE]]
    open_count = critical_visible_to(user).filter(state=State.OPEN).count()
    context = {"rows": rows, "open_count": open_count, "state": wanted, "limit": ON_A_PAGE}
    return render(request, "reports/critical/list.html", context)


def _demand_rights(user: Any) -> None:
    """Send away whom critical results do not concern, as from an address that isn't there."""
    if not (user.has_perm(REPORTS) or user.has_perm("reports.view_final_report")):
        raise Http404


def _visible(request: HttpRequest, pk: int) -> CriticalResult:
    user: Any = request.user
    result = critical_visible_to(user).filter(pk=pk).first()
    if result is None:
        raise Http404
    return result


@require_GET
@login_required
def critical_detail(request: HttpRequest, pk: int) -> HttpResponse:
    result = _visible(request, pk)
    _record_seen(request, result)
    return _detail(request, result)


def _record_seen(request: HttpRequest, result: CriticalResult) -> None:
    record_critical_step(
        actor=actor_of(request),
        what="seen",
        result_id=result.pk,
        number=None,
        study_instance_uid=result.study.study_instance_uid,
        patient_id=result.study.dicom_patient_id,
        facility_id=result.study.facility_id,
    )


def _detail(
    request: HttpRequest, result: CriticalResult, status: int = 200, **forms: Any
) -> HttpResponse:
    user: Any = request.user
    is_open = result.state == State.OPEN
    context = {
        "row": presentation.shown(result),
        "steps": presentation.step_rows(result),
        "how": presentation.how_text(result.acknowledged_how),
        "may_take_over": is_open and may_acknowledge_in_program(user, result),
        "may_telephone": is_open and user.has_perm(REPORTS),
        "own_name": user.get_full_name() or user.get_username(),
        **forms,
    }
    return render(request, "reports/critical/detail.html", context, status=status)


@require_POST
@login_required
def critical_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Acknowledge in the program, or write down that it was done by telephone."""
    result, user = _visible(request, pk), request.user
    takes_over = may_acknowledge_in_program(user, result)
    if not takes_over and not user.has_perm(REPORTS):
        raise Http404
    form = AcknowledgeForm(request.POST)
    if not form.is_valid():
        return _detail(request, result, 400, acknowledge_form=form)
    how = services.IN_PROGRAM if takes_over else services.BY_TELEPHONE
    return _acknowledged(request, result, how, form.cleaned_data["name"])


def _acknowledged(
    request: HttpRequest, result: CriticalResult, how: str, name: str
) -> HttpResponse:
    user: Any = request.user
    if how == services.IN_PROGRAM:
        name = user.get_full_name() or user.get_username()  # an account's name is not typed
    try:
        services.acknowledge(
            result.pk, name=name, how=how, read_back=True, actor=actor_of(request), by=user
        )
        messages.success(request, _("Acknowledged."))
    except services.CriticalError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("critical-detail", args=[result.pk]))


@require_POST
@login_required
def critical_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a result back that was reported by mistake."""
    result = _visible(request, pk)
    if not request.user.has_perm(REPORTS):
        raise Http404
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _detail(request, result, 400, cancel_form=form)
    try:
        services.cancel(
            pk, by=request.user, actor=actor_of(request), reason=form.cleaned_data["reason"]
        )
    except services.CriticalError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("critical-detail", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required(REPORTS, raise_exception=True)
def critical_report(request: HttpRequest, study_instance_uid: str) -> HttpResponse:
    """Report a critical result of a study."""
    user: Any = request.user
    study = study_of(user, study_instance_uid, _facility_in(request))
    if study is None:
        raise Http404
    recipients = possible_recipients(study)
    form = ReportForm(request.POST or None, recipients=recipients)
    if request.method == "POST" and form.is_valid():
        result = report_from_form(form, study, request.user, actor_of(request))
        return HttpResponseRedirect(reverse("critical-detail", args=[result.pk]))
    context = {
        "form": form,
        "study": study_words(study),
        "facility": study.facility,
        "recipients": recipients,
        "urgencies": CriticalResult.Urgency.choices,
        "urgency": form["urgency"].value() or CriticalResult.Urgency.RED,
        "recipient": str(form["recipient"].value() or ""),
    }
    status = 400 if form.errors else 200
    return render(request, "reports/critical/report.html", context, status=status)


def _facility_in(request: HttpRequest) -> int | None:
    """Return which facility the address names; None when it names none."""
    text = request.GET.get("facility", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


@transaction.atomic
def report_from_form(form: ReportForm, study: Any, user: Any, actor: Actor) -> CriticalResult:
    """Report what a valid form says, and acknowledge it where somebody was told already."""
    data = form.cleaned_data
    recipient = form.made_recipient()
    result = services.report_critical(
        study,
        by=user,
        actor=actor,
        finding=data["finding"],
        urgency=data["urgency"],
        recipient=recipient,
    )
    if data["is_told"]:
        how = services.BY_TELEPHONE
        services.acknowledge(
            result.pk, name=recipient.name, how=how, read_back=True, actor=actor, by=user
        )
        result.refresh_from_db()
    return result


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def critical_link(request: HttpRequest, token: str) -> HttpResponse:
    """Acknowledge by the link of a mail: seen by GET, done by POST alone.

    Mail scanners open links; they do not type a name and send a form.
    """
    result = result_of(token)
    if result is None:
        return render(request, "reports/critical/link_over.html", status=404)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Cancelled at this very moment: the page that follows says that the link has ended.
        with suppress(services.CriticalError):
            _by_link(request, result, form.cleaned_data["name"])
        return HttpResponseRedirect(request.path)
    study = result.study
    context = {
        "form": form,
        "result": result,
        "is_open": result.state == State.OPEN,
        "how": presentation.how_text(result.acknowledged_how),
        # Enough to find the patient in the own books, too little to know anybody from it.
        "accession": study.accession_number[-4:] if len(study.accession_number) > 4 else "",
        "study_date": date_words(study.study_date),
        "modalities": study.modalities.strip("\\").replace("\\", ", "),
        "reader": result.reported_by.get_full_name() or _("the radiologist on duty"),
    }
    return render(
        request, "reports/critical/link.html", context, status=400 if form.errors else 200
    )


def _by_link(request: HttpRequest, result: CriticalResult, name: str) -> None:
    actor = Actor(
        user_name=name,
        role="LINK",
        facility_id=result.study.facility_id,
        address=str(getattr(request, "client_address", "")),
    )
    services.acknowledge(result.pk, name=name, how=services.BY_LINK, read_back=True, actor=actor)
