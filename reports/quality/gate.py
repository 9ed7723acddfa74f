"""Who may use the quality page, and on which study; what may not be seen is not found."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from audit.actors import Actor

View = Callable[..., HttpResponseBase]


def principal_of(request: HttpRequest) -> Principal:
    """Return who asks."""
    return cast(Principal, request.user)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, for the audit log."""
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    return Actor.of_user(request.user, address)


def for_study(permission: str) -> Callable[[View], View]:
    """Have a view get the study that the address names, if the user has the permission.

    The permission comes first: who does not have it learns nothing of any study.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, uid: str, **more: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, named_study(request, uid), **more)

        return login_required(never_cache(checked))

    return decorate


def named_study(request: HttpRequest, uid: str) -> Study:
    """Return the study of this UID, of the facility that the address names or the first.

    Raises
    ------
    Http404
        It does not exist, or the user may not see it.
    """
    rows = studies_visible_to(principal_of(request)).filter(study_instance_uid=uid)
    facility = request.GET.get("facility", "")
    if facility.isascii() and facility.isdigit() and len(facility) < 19:
        rows = rows.filter(facility_id=int(facility))
    study = rows.select_related("patient", "reading", "facility").order_by("received_at").first()
    if study is None:
        raise Http404
    return study


def address_of(study: Study) -> str:
    """Return the address of a study's quality page."""
    return f"/quality/{study.study_instance_uid}/?facility={study.facility_id}"
