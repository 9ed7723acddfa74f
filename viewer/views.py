"""The viewer's page: who may open which studies, and what the front end must know."""

import json
import logging
import re
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.i18n import JSONCatalog

from archive.models import Study
from archive.selectors import Principal, studies_visible_to
from audit.actors import Actor
from audit.services import record_study_accessed
from viewer.assets import FrontEndNotBuiltError, assets

logger = logging.getLogger(__name__)

# PS3.5 9.1: digits and dots, 64 characters at most.
_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)
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


@login_required
@never_cache
@require_safe
def viewer_page(request: HttpRequest) -> HttpResponse:
    uids = requested_uids(request)
    studies = list(
        studies_visible_to(cast(Principal, request.user)).filter(study_instance_uid__in=uids)
    )
    if uids and not studies:
        raise Http404
    try:
        built = assets()
    except FrontEndNotBuiltError as error:
        logger.error("%s", error)
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    _record(request, studies)
    context = {"assets": built, "config": _config(request, uids)}
    return render(request, "viewer/viewer.html", context)


def _record(request: HttpRequest, studies: list[Study]) -> None:
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    actor = Actor.of_user(request.user, address)
    for study in studies:
        record_study_accessed(
            actor=actor,
            study_instance_uid=study.study_instance_uid,
            facility_id=study.facility_id,
            patient_id=study.dicom_patient_id,
            means="viewer",
        )


def _config(request: HttpRequest, uids: list[str]) -> dict[str, Any]:
    """Return what the front end reads from the page; see frontend/src/api/config.ts."""
    return {
        "studyInstanceUIDs": uids,
        "dicomWebRoot": "/dicom-web",
        "worklistURL": resolve_url(settings.LOGIN_REDIRECT_URL),
        "loginURL": resolve_url(settings.LOGIN_URL),
        "messages": _messages(request),
    }


def _messages(request: HttpRequest) -> dict[str, str]:
    """Return the front end's texts in the reader's language, out of the djangojs catalogue."""
    catalogue = cast(HttpResponse, JSONCatalog.as_view(packages=["viewer"])(request)).content
    return {key: text for key, text in json.loads(catalogue)["catalog"].items() if text}
