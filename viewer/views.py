"""The pages of viewer and report editor: who may open what, and what the front end must know."""

import json
import logging
import re
from typing import Any, cast
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django.views.i18n import JSONCatalog

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from audit.actors import Actor
from audit.services import record_study_accessed
from viewer.assets import REPORT, FrontEndNotBuiltError, assets
from viewer.hanging.selectors import hangings_of, places_of
from viewer.preferences import preferences_of
from viewer.priors import priors_of

logger = logging.getLogger(__name__)

# PS3.5 9.1: digits and dots, 64 characters at most.
_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
_FACILITY = re.compile(r"[0-9]{1,17}", re.ASCII)
# More than the viewer can lay out; a longer list is a mistake, or somebody probing.
MAX_STUDIES = 16


def requested_uids(request: HttpRequest) -> list[str]:
    """Return the Study Instance UIDs of the address, each once, in order.

    They stand in one parameter between commas, or in several parameters.

    Raises
    ------
    Http404
        Something in the list is no UID, or the list is too long: as for an unknown study.
    """
    values = ",".join(request.GET.getlist("StudyInstanceUIDs")).split(",")
    uids = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    if len(uids) > MAX_STUDIES or not all(_UID.fullmatch(uid) for uid in uids):
        raise Http404
    return uids


def is_made_ready(request: HttpRequest) -> bool:
    """Say whether a browser loads the page before anybody has opened it.

    References: Prerendering Revamped, ``Sec-Purpose: prefetch;prerender``.
    """
    return "prerender" in request.headers.get("Sec-Purpose", "")


@login_required
@never_cache
@ensure_csrf_cookie
@require_safe
def viewer_page(request: HttpRequest) -> HttpResponse:
    uids = requested_uids(request)
    studies = list(_visible(request).filter(study_instance_uid__in=uids))
    if uids and not studies:
        raise Http404
    try:
        built = assets()
    except FrontEndNotBuiltError as error:
        return _not_built(error)
    _record(request, studies, "viewer, made ready" if is_made_ready(request) else "viewer")
    # Braces are no part of an address; the front end puts the UID in their place.
    zip_url = unquote(reverse("study-zip", args=["{study}"]))
    facts = {"studyInstanceUIDs": uids, "dicomWebRoot": "/dicom-web", "studyZipURL": zip_url}
    config = {
        **facts,
        **_places(request),
        "report": _report_places(request),
        "priors": _priors(request, studies, uids),
        "user": str(request.user.pk),
        "hangings": hangings_of(request.user),
        "places": places_of(request.user, studies),
        "preferences": preferences_of(request.user),
    }
    return render(request, "viewer/viewer.html", {"assets": built, "config": config})


@login_required
@never_cache
@ensure_csrf_cookie
@require_safe
def report_page(request: HttpRequest) -> HttpResponse:
    study = _study_to_report(request)
    try:
        built = assets(REPORT)
    except FrontEndNotBuiltError as error:
        return _not_built(error)
    _record(request, [study], "report editor")
    facts = {"studyInstanceUID": study.study_instance_uid, **_places(request)}
    config = {**facts, **(_report_places(request) or {})}
    return render(request, "viewer/report.html", {"assets": built, "config": config})


def _priors(request: HttpRequest, studies: list[Study], uids: list[str]) -> list[dict[str, Any]]:
    """Return what the first study of the address may be compared with and is not open already."""
    first = next((one for one in studies if one.study_instance_uid == uids[0]), None)
    found = priors_of(first, cast(Principal, request.user)) if first else []
    return [one for one in found if one["studyInstanceUID"] not in uids]


def _visible(request: HttpRequest) -> QuerySet[Study]:
    return studies_visible_to(cast(Principal, request.user))


def _study_to_report(request: HttpRequest) -> Study:
    """Return the study of the address; of several with its UID the one that came first.

    Raises
    ------
    Http404
        There is none, it may not be seen, or the user writes no reports: one answer for all.
    """
    uid, facility = (request.GET.get(name, "") for name in ("StudyInstanceUID", "facility"))
    if not request.user.has_perm("reports.write_report") or not _UID.fullmatch(uid):
        raise Http404
    studies = _visible(request).filter(study_instance_uid=uid)
    if facility:
        studies = studies.filter(facility_id=_facility_number(facility))
    study = studies.order_by("pk").first()
    if study is None:
        raise Http404
    return study


def _facility_number(text: str) -> int:
    if not _FACILITY.fullmatch(text):
        raise Http404
    return int(text)


def _not_built(error: FrontEndNotBuiltError) -> HttpResponse:
    logger.error("%s", error)
    return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")


def _record(request: HttpRequest, studies: list[Study], means: str) -> None:
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    actor = Actor.of_user(request.user, address)
    for study in studies:
        record_study_accessed(
            actor=actor,
            study_instance_uid=study.study_instance_uid,
            facility_id=study.facility_id,
            patient_id=study.dicom_patient_id,
            means=means,
        )


def _places(request: HttpRequest) -> dict[str, Any]:
    """Return what both pages read; see frontend/src/api/config.ts."""
    return {
        "worklistURL": resolve_url(settings.LOGIN_REDIRECT_URL),
        "loginURL": resolve_url(settings.LOGIN_URL),
        "messages": _messages(request),
    }


def _report_places(request: HttpRequest) -> dict[str, Any] | None:
    """Return what the report editor reads; nothing for those who write no reports."""
    user = request.user
    if not user.is_authenticated or not user.has_perm("reports.write_report"):
        return None
    return {
        "me": {"id": user.pk, "name": user.get_full_name() or user.get_username()},
        "signs": user.has_perm("reports.sign_report"),
        "reportURL": reverse("report"),
        "viewerURL": reverse("viewer"),
        "facility": request.GET.get("facility", ""),
    }


def _messages(request: HttpRequest) -> dict[str, str]:
    """Return the front end's texts in the reader's language, out of the djangojs catalogue."""
    catalogue = cast(HttpResponse, JSONCatalog.as_view(packages=["viewer"])(request)).content
    return {key: text for key, text in json.loads(catalogue)["catalog"].items() if text}
