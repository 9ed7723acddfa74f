"""What users are told: the bell's list, the history, the preferences."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notifications.forms import PreferenceForm, choices_in
from notifications.mail_settings import mail_is_configured
from notifications.models import Notice, Preference
from notifications.preferences import (
    Wishes,
    kinds_offered_to,
    known_zones,
    wishes_of,
    wishes_of_users,
)
from notifications.rendering import ShownNotice, shown_notices
from notifications.selectors import count_text, newest_notices, unread_notices
from notifications.services import mark_read, save_preference

IN_THE_BELL: Final = 12
ON_A_PAGE: Final = 40


@require_GET
@login_required
def recent(request: HttpRequest) -> HttpResponse:
    """Answer with the newest notices for the bell, under the rights of now."""
    user: Any = request.user
    zone = wishes_of_users([user.pk])[user.pk]
    unread = unread_notices(user)
    shown = shown_notices(user, newest_notices(user, IN_THE_BELL))
    return JsonResponse(
        {
            "unread": len(unread),
            "unread_text": count_text(len(unread)),
            "notices": [_as_json(one, zone) for one in shown],
        }
    )


def _as_json(shown: ShownNotice, wishes: Wishes) -> dict[str, Any]:
    return {
        "id": shown.notice.pk,
        "title": shown.title,
        "text": shown.text,
        "url": shown.url,
        "when": when_text(shown, wishes),
        "is_read": shown.notice.read_at is not None,
        "is_urgent": shown.kind.has_sound,
    }


def when_text(shown: ShownNotice, wishes: Wishes) -> str:
    """Return when it happened on the reader's clock: today the time alone."""
    then = timezone.localtime(shown.notice.happened_at, wishes.zone)
    now = timezone.localtime(timezone.now(), wishes.zone)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{date_format(then.date(), 'j M')}, {then:%H:%M}"


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark notices as read: those named, or all."""
    words = request.POST.getlist("id")
    keys = [int(word) for word in words if _is_key(word)]
    mark_read(request.user, None if request.POST.get("all") == "1" else keys)
    if request.POST.get("next") == "history":
        return HttpResponseRedirect(reverse("notifications"))
    return JsonResponse({"unread": len(unread_notices(request.user))})


@require_GET
@login_required
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead from a mail to what a notice is about: a mail's link names nothing of a patient."""
    user: Any = request.user
    own = list(Notice.objects.filter(pk=pk, user=user))
    shown = shown_notices(user, own)
    if not shown:
        raise Http404
    mark_read(user, [pk])
    return HttpResponseRedirect(shown[0].url)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


@require_GET
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """Show what the user was told, newest first."""
    user: Any = request.user
    before = request.GET.get("before", "")
    found = newest_notices(user, ON_A_PAGE + 1, int(before) if _is_key(before) else None)
    wishes = wishes_of_users([user.pk])[user.pk]
    page = found[:ON_A_PAGE]
    shown = shown_notices(user, page)
    context = {
        "rows": [(one, when_text(one, wishes)) for one in shown],
        "has_unread": any(one.notice.read_at is None for one in shown),
        "older": page[-1].pk if len(found) > ON_A_PAGE else None,
        "is_first": not before,
    }
    return render(request, "notifications/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and keep how the user wants to be told."""
    user: Any = request.user
    own = Preference.objects.filter(user=user).first()
    kinds = kinds_offered_to(user)
    form = PreferenceForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        save_preference(user, choices=choices_in(request.POST, kinds), **form.cleaned_data)
        messages.success(request, _("Your preferences are saved."))
        return HttpResponseRedirect(request.path)
    stored = wishes_of(Preference.objects.filter(user=user).first())
    context = {
        "form": form,
        "rows": [_row(kind, stored) for kind in kinds],
        "zones": sorted(known_zones()),
        "zone": form["time_zone"].value() or settings.TIME_ZONE,
        "has_mail": mail_is_configured(),
        "address": user.email,
    }
    return render(request, "notifications/preferences.html", context)


def _row(kind: Any, wishes: Wishes) -> dict[str, Any]:
    return {"kind": kind, "app": wishes.is_in_app(kind), "mail": wishes.mail(kind)}
