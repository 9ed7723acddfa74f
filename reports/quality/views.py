"""The quality page: looking at a study's series, accepting and rejecting them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from archive.errors import ArchiveError
from archive.models import Rejection, Study
from audit.services import record_study_accessed
from reports.assignment.services import set_priority
from reports.errors import ReasonMissingError
from reports.models import Priority
from reports.quality import services
from reports.quality.forms import changes, study_fields
from reports.quality.gate import actor_of, address_of, for_study, principal_of
from reports.quality.reasons import REASONS, TITLES, label_of
from reports.quality.selectors import (
    corrections_of,
    count_to_check,
    display_date,
    display_name,
    instance_tiles,
    next_to_check,
    recent_reasons,
    rejections_of,
    series_tiles,
)

_MAX_UIDS = 5000


@login_required
@permission_required("reports.check_quality", raise_exception=True)
@never_cache
@require_safe
def next_page(request: HttpRequest) -> HttpResponse:
    """Lead to the study that waits longest to be checked."""
    principal = principal_of(request)
    seen = request.GET.get("after", "")
    after = Study.objects.filter(study_instance_uid=seen).first() if seen else None
    study = next_to_check(principal, after)
    if study is None:
        return render(request, "reports/quality/nothing.html")
    return HttpResponseRedirect(address_of(study))


@for_study("reports.check_quality")
@require_safe
def page(request: HttpRequest, study: Study) -> HttpResponse:
    """Show a study with all that was decided about it."""
    record_study_accessed(
        actor=actor_of(request),
        study_instance_uid=study.study_instance_uid,
        facility_id=study.facility_id,
        patient_id=study.dicom_patient_id,
        means="quality",
    )
    return render(request, "reports/quality/page.html", _context(request, study))


def _context(request: HttpRequest, study: Study) -> dict[str, Any]:
    standing = [row for row in rejections_of(study) if row.undone_at is None]
    return {
        "study": study,
        "reading": getattr(study, "reading", None),
        "name": display_name(study.patient_name),
        "birth_date": display_date(study.patient_birth_date),
        "study_date": display_date(study.study_date),
        "modalities": [one for one in study.modalities.split("\\") if one and one != "KO"],
        "series": series_tiles(principal_of(request), study),
        "rejections": [_rejection_row(row) for row in rejections_of(study)],
        "last_rejection": standing[0].pk if standing else None,
        "corrections": [_correction_row(row) for row in corrections_of(study)],
        "waiting": count_to_check(principal_of(request)),
        "titles": TITLES.items(),
        "reasons": _reasons(request.user.pk),
        "fields": study_fields(study),
        "priorities": Priority.choices,
        "may_correct": request.user.has_perm("archive.manage_study"),
        "may_set_priority": request.user.has_perm("reports.set_priority"),
        "patient_study_count": study.patient.studies.count(),
    }


def _reasons(user_id: int | None) -> list[Any]:
    recent = [REASONS[code] for code in recent_reasons(user_id) if code in REASONS][:4]
    rest = [code for code in REASONS.values() if code not in recent]
    return [*recent, *rest]


def _rejection_row(row: Rejection) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "label": label_of(row.title, row.reason),
        "comment": row.comment,
        "count": row.instance_count,
        "by": row.rejected_name,
        "at": row.rejected_at,
        "is_external": row.is_external,
        "is_undone": row.undone_at is not None,
    }


def _correction_row(row: Any) -> dict[str, Any]:
    kinds = {
        "correct": _("Corrected"),
        "merge": _("Patients merged"),
        "move-study": _("Moved to another patient"),
        "move-series": _("Series moved"),
    }
    return {
        "pk": row.pk,
        "kind": kinds.get(row.kind, row.kind),
        "what": row.series.description if row.series else "",
        "changes": changes(row.before, row.after),
        "reason": row.reason,
        "by": row.made_name,
        "at": row.made_at,
        "is_reverted": row.reverted_at is not None,
    }


@for_study("reports.check_quality")
@require_safe
def instances(request: HttpRequest, study: Study) -> HttpResponse:
    """Show the instances of a series, as a fragment."""
    tiles = instance_tiles(principal_of(request), study, request.GET.get("series", ""))
    return render(request, "reports/quality/_instances.html", {"study": study, "tiles": tiles})


@for_study("reports.check_quality")
@require_POST
def decide(request: HttpRequest, study: Study) -> HttpResponse:
    """Accept or reject what was chosen; nothing chosen is the whole study."""
    sent = request.POST
    chosen = {
        "series": sent.getlist("series")[:_MAX_UIDS],
        "instances": sent.getlist("instance")[:_MAX_UIDS],
    }
    try:
        if sent.get("action") == "accept":
            services.accept(study, actor=actor_of(request), **chosen)
            messages.success(request, _("Accepted."))
        elif sent.get("action") == "reject":
            _reject(request, study, chosen)
    except (services.QualityError, ArchiveError) as error:
        messages.error(request, str(error))
    return _onwards(request, study)


def _reject(request: HttpRequest, study: Study, chosen: dict[str, list[str]]) -> None:
    sent = request.POST
    rejection = services.reject(
        study,
        actor=actor_of(request),
        title=sent.get("title", ""),
        reason=sent.get("reason", ""),
        comment=sent.get("comment", ""),
        **chosen,
    )
    count = rejection.instance_count
    words = ngettext("%(count)d image rejected.", "%(count)d images rejected.", count)
    messages.success(request, words % {"count": count})


def _onwards(request: HttpRequest, study: Study) -> HttpResponse:
    if request.POST.get("then") == "next":
        return HttpResponseRedirect(f"/quality/?after={study.study_instance_uid}")
    return HttpResponseRedirect(address_of(study))


@for_study("reports.check_quality")
@require_POST
def undo(request: HttpRequest, study: Study) -> HttpResponse:
    """Take a rejection back."""
    pk = request.POST.get("rejection", "")
    rejection = rejections_of(study).filter(pk=int(pk)).first() if _is_key(pk) else None
    if rejection is None:
        messages.error(request, _("There is no such rejection."))
        return HttpResponseRedirect(address_of(study))
    try:
        services.undo(rejection, actor=actor_of(request))
        messages.success(request, _("The rejection was taken back."))
    except services.RejectionUndoneError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(address_of(study))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@for_study("reports.set_priority")
@require_POST
def request_form(request: HttpRequest, study: Study) -> HttpResponse:
    """Set priority, clinical history and indication."""
    sent = request.POST
    priority = sent.get("priority", "")
    try:
        set_priority(
            study,
            actor=actor_of(request),
            priority=Priority(int(priority)) if priority in {"0", "1", "2"} else None,
            priority_reason=sent.get("priority_reason"),
            clinical_history=sent.get("clinical_history"),
            indication=sent.get("indication"),
        )
        messages.success(request, _("Saved."))
    except ReasonMissingError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(address_of(study))
