"""The quality page's forms for corrections: each is shown before and after, then confirmed."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from archive.correctable import PATIENT, SERIES, STUDY, checked, said_by, said_by_patient
from archive.corrections import (
    CorrectionError,
    correct_series,
    correct_study,
    merge_patients,
    move_series,
    move_study,
    revert,
)
from archive.models import Patient, Series, Study
from archive.selectors import patients_visible_to, series_visible_to, studies_visible_to
from reports.quality.forms import changes, series_values, study_values
from reports.quality.gate import actor_of, address_of, for_study, principal_of
from reports.quality.selectors import (
    correction_of,
    display_date,
    display_name,
    patients_matching,
    studies_matching,
)


def _is_confirmed(request: HttpRequest) -> bool:
    return request.POST.get("confirmed") == "1"


def _preview(request: HttpRequest, rows: list[dict[str, str]], **more: Any) -> HttpResponse:
    return render(request, "reports/quality/_preview.html", {"changes": rows, **more})


def _refusal(request: HttpRequest, study: Study, error: CorrectionError) -> HttpResponse:
    if not _is_confirmed(request):
        return _preview(request, [], error=str(error))
    messages.error(request, str(error))
    return HttpResponseRedirect(address_of(study))


def _done(request: HttpRequest, study: Study, change: Callable[[], object]) -> HttpResponse:
    """Make the change, say how it went, and lead back to the page."""
    try:
        done = change()
    except CorrectionError as error:
        return _refusal(request, study, error)
    words = _("Corrected.") if done is not None else _("There was nothing to correct.")
    messages.success(request, words)
    return HttpResponseRedirect(address_of(study))


@for_study("archive.manage_study")
@require_POST
def correct(request: HttpRequest, study: Study) -> HttpResponse:
    """Correct the study's attributes, or those of one of its series."""
    uid = request.POST.get("series", "")
    if uid:
        return _correct_series(request, study, uid)
    values = study_values(request.POST, study)
    whole = request.POST.get("scope") == "patient"
    if not _is_confirmed(request):
        return _checked_preview(request, study, values, PATIENT | STUDY, study, whole)
    reason = request.POST.get("why", "")
    return _done(
        request,
        study,
        lambda: correct_study(
            study, values, actor=actor_of(request), reason=reason, whole_patient=whole
        ),
    )


def _correct_series(request: HttpRequest, study: Study, uid: str) -> HttpResponse:
    visible = series_visible_to(principal_of(request)).filter(study=study)
    series = visible.filter(series_instance_uid=uid).first()
    if series is None:
        return _refusal(request, study, CorrectionError(_("There is no such series.")))
    values = series_values(request.POST, series)
    if not _is_confirmed(request):
        return _checked_preview(request, study, values, SERIES, series, False)
    reason = request.POST.get("why", "")
    return _done(
        request,
        study,
        lambda: correct_series(series, values, actor=actor_of(request), reason=reason),
    )


def _checked_preview(
    request: HttpRequest,
    study: Study,
    values: Mapping[str, str],
    known: Mapping[str, Any],
    row: Study | Series,
    whole: bool,
) -> HttpResponse:
    try:
        values = checked(known, values)
    except CorrectionError as error:
        return _refusal(request, study, error)
    count = study.patient.studies.count() if whole else 0
    return _preview(request, changes(said_by(row, known), values), study_count=count)


@for_study("archive.manage_study")
@require_POST
def revert_correction(request: HttpRequest, study: Study) -> HttpResponse:
    """Take a correction back."""
    pk = request.POST.get("correction", "")
    is_key = pk.isascii() and pk.isdigit() and len(pk) < 19
    coercion = correction_of(study, int(pk)) if is_key else None
    try:
        if coercion is None:
            raise CorrectionError(_("There is no such correction."))
        revert(coercion, actor=actor_of(request))
        messages.success(request, _("The correction was taken back."))
    except CorrectionError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(address_of(study))


@for_study("archive.manage_study")
@require_safe
def targets(request: HttpRequest, study: Study) -> HttpResponse:
    """List patients or studies of the facility to which something may be moved."""
    text = request.GET.get("q", "")[:64]
    principal = principal_of(request)
    if request.GET.get("kind") == "study":
        found = [_study_target(one) for one in studies_matching(principal, study, text)]
    else:
        matching = patients_matching(principal, study, text) if text.strip() else []
        found = [_patient_target(one) for one in matching]
    return render(request, "reports/quality/_targets.html", {"targets": found, "text": text})


def _patient_target(patient: Patient) -> dict[str, Any]:
    return {
        "pk": patient.pk,
        "title": display_name(patient.name),
        "detail": [patient.patient_id, display_date(patient.birth_date), patient.sex],
    }


def _study_target(study: Study) -> dict[str, Any]:
    return {
        "pk": study.pk,
        "title": f"{display_name(study.patient_name)} — {study.description or '—'}",
        "detail": [display_date(study.study_date), study.accession_number, study.dicom_patient_id],
    }


@for_study("archive.manage_study")
@require_POST
def move(request: HttpRequest, study: Study) -> HttpResponse:
    """Merge the patient into another one, or move the study, or series of it."""
    kind = request.POST.get("kind", "")
    try:
        if kind == "move-series":
            return _move_series(request, study)
        if kind in {"merge", "move-study"}:
            return _move_to_patient(request, study, kind)
        raise CorrectionError(_("Say what is to be moved."))
    except CorrectionError as error:
        return _refusal(request, study, error)


def _key(request: HttpRequest) -> int:
    text = request.POST.get("target", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CorrectionError(_("Choose where to."))
    return int(text)


def _move_to_patient(request: HttpRequest, study: Study, kind: str) -> HttpResponse:
    rows = patients_visible_to(principal_of(request)).filter(facility_id=study.facility_id)
    patient = rows.filter(pk=_key(request)).first()
    if patient is None:
        raise CorrectionError(_("There is no such patient."))
    if not _is_confirmed(request):
        count = study.patient.studies.count() if kind == "merge" else 1
        rows_changed = changes(said_by(study, PATIENT), said_by_patient(patient))
        return _preview(request, rows_changed, study_count=count)
    named: dict[str, Any] = {"actor": actor_of(request), "reason": request.POST.get("why", "")}
    if kind == "merge":
        return _done(request, study, lambda: merge_patients(study.patient, patient, **named))
    return _done(request, study, lambda: move_study(study, patient, **named))


def _move_series(request: HttpRequest, study: Study) -> HttpResponse:
    uids = request.POST.getlist("series")
    visible = series_visible_to(principal_of(request)).filter(study=study)
    chosen = list(visible.filter(series_instance_uid__in=uids))
    if not chosen:
        raise CorrectionError(_("Choose the series that are to be moved."))
    goal = None
    if request.POST.get("target") != "new":
        studies = studies_visible_to(principal_of(request)).filter(facility_id=study.facility_id)
        goal = studies.filter(pk=_key(request)).first()
        if goal is None:
            raise CorrectionError(_("There is no such study."))
    if not _is_confirmed(request):
        known = PATIENT | STUDY
        rows = changes(said_by(study, known), said_by(goal, known)) if goal else []
        return _preview(request, rows, series_count=len(chosen), is_new=goal is None)
    named: dict[str, Any] = {"actor": actor_of(request), "reason": request.POST.get("why", "")}
    return _done(request, study, lambda: move_series(chosen, goal, **named))
