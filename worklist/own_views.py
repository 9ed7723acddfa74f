"""Requests by which users arrange the list for themselves: saved views and columns."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from worklist.columns import choose_columns
from worklist.models import SavedView
from worklist.requests import SignedInRequest
from worklist.saved_views import TooManyViewsError, move_view, rename_view, save_view


def _to_list(query: str = "") -> HttpResponse:
    address = reverse("worklist")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


@require_POST
@login_required
def saved_views(request: SignedInRequest) -> HttpResponse:
    """Keep the view that is shown under a name."""
    name = request.POST.get("name", "").replace("\0", " ").strip()
    if not name:
        return _to_list()
    try:
        view = save_view(request.user, name, request.POST.get("query", "")[:4000])
    except TooManyViewsError:
        messages.error(request, _("No more views can be kept. Delete one first."))
        return _to_list()
    return _to_list(view.query)


@require_POST
@login_required
def saved_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename, move or delete a view of one's own."""
    view: Any = get_object_or_404(SavedView, pk=pk, user=request.user)
    action = request.POST.get("action", "")
    if action == "delete":
        view.delete()
        return _to_list()
    if action == "rename":
        rename_view(view, request.POST.get("name", "").replace("\0", " "))
    elif action in {"left", "right"}:
        move_view(view, -1 if action == "left" else 1)
    return _to_list(view.query)


@require_POST
@login_required
def columns(request: SignedInRequest) -> HttpResponse:
    """Keep which columns the list has."""
    is_reset = "reset" in request.POST
    choose_columns(request.user, [] if is_reset else request.POST.getlist("column"))
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if is_ours and target.startswith("/") else "/worklist/")
