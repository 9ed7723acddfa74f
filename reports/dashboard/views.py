from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit.actors import Actor
from audit.services import record_export
from reports.dashboard.board import board, facilities_of
from reports.dashboard.figures import Scope
from reports.dashboard.period import PRESETS, Period
from reports.dashboard.saving import as_csv

_RIGHT = "reports.view_dashboard"


@require_GET
@login_required
@permission_required(_RIGHT, raise_exception=True)
def dashboard(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    places = facilities_of(user)
    scope = _scope(request, places)
    context = {
        "board": board(scope, timezone.now()),
        "period": scope.period,
        "presets": PRESETS,
        "facilities": places.items(),
        "facility": scope.facility_id,
        "query": request.GET.urlencode(),
    }
    return render(request, "reports/dashboard/dashboard.html", context)


@require_GET
@login_required
@permission_required(_RIGHT, raise_exception=True)
def saved_table(request: HttpRequest, table: str) -> HttpResponse:
    user: Any = request.user
    scope = _scope(request, facilities_of(user))
    found = board(scope, timezone.now()).saved().get(table)
    if found is None:
        raise Http404
    actor = Actor.of_user(user, getattr(request, "client_address", ""))
    record_export(actor=actor, study_instance_uid="", form=f"dashboard-{table}", count=0)
    response = HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
    name = f"{table}-{scope.period.first}-{scope.period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _scope(request: HttpRequest, places: dict[int, str]) -> Scope:
    """Return what is asked for; a facility that isn't there, or isn't theirs, is none."""
    user: Any = request.user
    wanted = {str(key): key for key in places}.get(request.GET.get("facility", ""))
    return Scope(user, Period.read(request.GET, timezone.localdate()), wanted)
