"""Requests that do one thing with several studies of the list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from reports.models import Priority
from worklist import bulk as services
from worklist.adapters import actor_of
from worklist.bulk_steps import BulkError, Request
from worklist.criteria import NOBODY, PRIORITIES
from worklist.models import BulkAction
from worklist.page import choices, reader_choices
from worklist.requests import SignedInRequest
from worklist.selectors import readers
from worklist.views import FRAGMENT_HEADER, keys_of

REASON_LENGTH = 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bulk(request: SignedInRequest) -> HttpResponse:
    """Show what an action would do (GET), or do it (POST)."""
    values = request.POST if request.method == "POST" else request.GET
    action, keys = values.get("action", ""), keys_of(values.get("ids", ""))
    if not services.may_act(request.user, action):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, action, keys)
    preview = services.preview(request.user, action, keys)
    context = {
        "preview": preview,
        "opens_tab": action == "print",
        "address": "/reports/print/" if action == "print" else reverse("worklist-bulk"),
        "readers": reader_choices(request.user) if action == "assign" else [],
        "priority_choices": choices((one.name.lower(), one.label) for one in Priority),
    }
    response = render(request, "worklist/_bulk_preview.html", context)
    response[FRAGMENT_HEADER] = "1"
    return response


def _act(request: SignedInRequest, action: str, keys: list[int]) -> HttpResponse:
    try:
        asked = _asked(request, action)
        done = services.act(request.user, asked, keys, actor_of(request))
    except BulkError as error:
        return JsonResponse({"error": str(error)}, status=400)
    undo_address = reverse("worklist-bulk-undo", args=[done.pk]) if done.steps else ""
    return JsonResponse(
        {
            "text": services.done_text(done, asked),
            "undo": undo_address,
            "ids": [step["study"] for step in done.steps],
        }
    )


def _asked(request: SignedInRequest, action: str) -> Request:
    values: Any = request.POST
    reason = " ".join(values.get("reason", "").replace("\0", " ").split())[:REASON_LENGTH]
    if action == "assign":
        return Request(action, reader=_reader(values.get("reader", "")), reason=reason)
    if action == "priority":
        priority = PRIORITIES.get(values.get("priority", ""))
        if priority is None:
            raise BulkError(_("Choose a priority."))
        return Request(action, priority=priority, reason=reason)
    if action == "accept":
        return Request(action)
    raise BulkError(_("This is not done here."))


def _reader(text: str) -> Any:
    if text == NOBODY:
        return None
    found = readers().filter(pk__in=keys_of(text)).first()
    if found is None:
        raise BulkError(_("Choose a reader."))
    return found


@require_POST
@login_required
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put back what one's own action changed."""
    action = get_object_or_404(BulkAction, pk=pk, user=request.user)
    try:
        undone = services.undo(request.user, action, actor_of(request))
    except BulkError as error:
        return JsonResponse({"error": str(error)}, status=400)
    text = _("%(count)s as before") % {"count": services.studies_text(undone.restored)}
    if undone.refused:
        text += " · " + ngettext(
            "%(count)d was changed meanwhile and stays",
            "%(count)d were changed meanwhile and stay",
            undone.refused,
        ) % {"count": undone.refused}
    return JsonResponse({"text": text, "ids": undone.keys})
