from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from archive.attachments.selectors import attachment_counts
from archive.models import Study
from notifications.selectors import latest_event_id
from worklist.builtin_views import built_in_views, first_view
from worklist.columns import chosen_columns, columns_of
from worklist.criteria import Criteria
from worklist.page import around_the_list
from worklist.presentation import StudyRow, study_row
from worklist.requests import SignedInRequest
from worklist.saved_views import view_counts
from worklist.selectors import (
    PAGE_SIZE,
    facilities_visible_to,
    find_patients,
    matching_studies,
    page_of_studies,
    with_reading,
)
from worklist.sight import Sight

# Tells the page's script that an answer is a part of the list, and not the sign-in page.
FRAGMENT_HEADER = "X-Noctis-Fragment"
THEMES = ("auto", "light", "dark")
# What a worklist is filtered by most; others are found in the address or by the other filters.
MODALITIES = ("CT", "MR", "CR", "DX", "US", "MG", "XA", "RF", "NM", "PT", "ES", "OT", "SR")
# One event may name many studies; more than a page of them is told as a number only.
MAX_LIVE_ROWS = 50
FOUND_PATIENTS = 8


@require_safe
@login_required
@permission_required("archive.view_study", raise_exception=True)
def home(request: SignedInRequest) -> HttpResponse:
    """Go to what somebody of this role does first."""
    query = first_view(request.user.role).criteria.query()
    address = reverse("worklist")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def worklist(request: SignedInRequest) -> HttpResponse:
    criteria = Sight.of(request.user).narrow(Criteria.read(request.GET))
    # Before the list is read: what comes in between is then told, never missed.
    last_event_id = latest_event_id()
    page = page_of_studies(request.user, criteria)
    context = {
        "criteria": criteria,
        "page": page,
        "rows": _rows(request, page.studies, criteria),
        **_columns(request),
        "total": matching_studies(request.user, criteria).count(),
        "is_worked_off": _is_built_in(request, criteria),
    }
    if request.headers.get("HX-Request"):
        return _fragment(request, "worklist/_results.html", context, criteria)
    context |= _whole_page(request, criteria) | {"last_event_id": last_event_id}
    return render(request, "worklist/worklist.html", context)


def _rows(request: SignedInRequest, studies: Any, criteria: Criteria) -> list[StudyRow]:
    sight = Sight.of(request.user)
    shown = list(studies)
    attached = attachment_counts(request.user, [study.pk for study in shown])
    return [
        study_row(study, sight, criteria.sort, attachments=attached.get(study.pk, 0))
        for study in shown
    ]


def _columns(request: SignedInRequest) -> dict[str, Any]:
    columns = columns_of(request.user)
    keys = {column.key for column in columns}
    return {
        "columns": columns,
        "has_default_columns": not chosen_columns(request.user),
        "has_quality_column": "quality" in keys,
        "has_date_column": "date" in keys,
    }


def _is_built_in(request: SignedInRequest, criteria: Criteria) -> bool:
    """Say whether this is one of the role's own views: then an empty one means that all is done."""
    if not criteria.is_filtered:
        return False
    views = built_in_views(request.user.role)
    return any(view.criteria == criteria.first_page() for view in views)


def _fragment(
    request: SignedInRequest, template: str, context: dict[str, Any], criteria: Criteria
) -> HttpResponse:
    response = render(request, template, context)
    query = criteria.query()
    response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    response[FRAGMENT_HEADER] = "1"
    return response


def _whole_page(request: SignedInRequest, criteria: Criteria) -> dict[str, Any]:
    sees_all = request.user.has_perm("archive.view_all_facilities")
    return around_the_list(request.user, criteria) | {
        "page_size": PAGE_SIZE,
        "sees_all_facilities": sees_all,
        "facilities": facilities_visible_to(request.user) if sees_all else [],
        "modalities": sorted({*MODALITIES, *criteria.modalities}, key=_modality_order),
    }


def _modality_order(code: str) -> tuple[int, str]:
    return (MODALITIES.index(code) if code in MODALITIES else len(MODALITIES), code)


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def rows(request: SignedInRequest) -> HttpResponse:
    """Rows for studies that just changed, as far as this reader may see and asked for them."""
    wanted = keys_of(request.GET.get("ids", ""))
    criteria = Sight.of(request.user).narrow(Criteria.read(request.GET)).first_page()
    studies = with_reading(matching_studies(request.user, criteria))
    found = studies.filter(pk__in=wanted[:MAX_LIVE_ROWS]).order_by("study_date", "study_time", "id")
    context = {
        "rows": _rows(request, found, criteria),
        "criteria": criteria,
        **_columns(request),
    }
    response = render(request, "worklist/_rows.html", context)
    response[FRAGMENT_HEADER] = "1"
    return response


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def counts(request: SignedInRequest) -> HttpResponse:
    """How many studies each of the user's views has."""
    return JsonResponse(view_counts(request.user))


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def palette(request: SignedInRequest) -> HttpResponse:
    """Find studies whose patient is meant by a few letters, for the command palette."""
    sight = Sight.of(request.user)
    found: list[Study] = find_patients(request.user, request.GET.get("q", ""), FOUND_PATIENTS)
    rows = [study_row(study, sight) for study in found]
    response = render(request, "worklist/_palette_results.html", {"rows": rows})
    response[FRAGMENT_HEADER] = "1"
    return response


def keys_of(text: str) -> list[int]:
    """Return the keys in a list with commas; what is no key is left out."""
    return [int(key) for key in text.split(",") if _is_key(key)]


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


@require_POST
@login_required
def theme(request: SignedInRequest) -> HttpResponse:
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    return HttpResponseRedirect("/worklist/")
