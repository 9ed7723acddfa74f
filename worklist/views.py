from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from notifications.selectors import latest_event_id
from worklist.criteria import Criteria
from worklist.presentation import study_row
from worklist.requests import SignedInRequest
from worklist.saved_views import view_counts
from worklist.selectors import (
    PAGE_SIZE,
    facilities_visible_to,
    matching_studies,
    page_of_studies,
)

# Tells the page's script that an answer is a part of the list, and not the sign-in page.
FRAGMENT_HEADER = "X-Noctis-Fragment"
THEMES = ("auto", "light", "dark")
# What a worklist is filtered by most; others are found in the address or by the other filters.
MODALITIES = ("CT", "MR", "CR", "DX", "US", "MG", "XA", "RF", "NM", "PT", "ES", "OT", "SR")
# One event may name many studies; more than a page of them is told as a number only.
MAX_LIVE_ROWS = 50


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def worklist(request: SignedInRequest) -> HttpResponse:
    criteria = Criteria.read(request.GET)
    # Before the list is read: what comes in between is then told, never missed.
    last_event_id = latest_event_id()
    page = page_of_studies(request.user, criteria)
    sees_all = request.user.has_perm("archive.view_all_facilities")
    context = {
        "criteria": criteria,
        "page": page,
        "rows": [study_row(study) for study in page.studies],
        "total": matching_studies(request.user, criteria).count(),
        "sees_all_facilities": sees_all,
    }
    if request.headers.get("HX-Request"):
        response = render(request, "worklist/_results.html", context)
        query = criteria.query()
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
        response[FRAGMENT_HEADER] = "1"
        return response
    context["last_event_id"] = last_event_id
    context["page_size"] = PAGE_SIZE
    context["facilities"] = facilities_visible_to(request.user) if sees_all else []
    context["modalities"] = sorted({*MODALITIES, *criteria.modalities}, key=_modality_order)
    return render(request, "worklist/worklist.html", context)


def _modality_order(code: str) -> tuple[int, str]:
    return (MODALITIES.index(code) if code in MODALITIES else len(MODALITIES), code)


@require_GET
@login_required
@permission_required("archive.view_study", raise_exception=True)
def rows(request: SignedInRequest) -> HttpResponse:
    """Rows for studies that just changed, as far as this reader may see and asked for them."""
    wanted = [int(key) for key in request.GET.get("ids", "").split(",") if _is_key(key)]
    criteria = Criteria.read(request.GET).first_page()
    studies = matching_studies(request.user, criteria).select_related("facility")
    found = studies.filter(pk__in=wanted[:MAX_LIVE_ROWS]).order_by("study_date", "study_time", "id")
    context = {
        "rows": [study_row(study) for study in found],
        "criteria": criteria,
        "sees_all_facilities": request.user.has_perm("archive.view_all_facilities"),
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
