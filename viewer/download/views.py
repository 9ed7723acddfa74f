"""A study as a ZIP file with a DICOMDIR, for whoever may see the study."""

import hashlib
import logging
import re
from datetime import datetime
from typing import Final, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive.errors import ObjectMissingError
from archive.models import Study
from archive.selectors import Principal
from audit.actors import Actor
from audit.services import record_export
from dicomkit.part10 import is_valid_uid
from viewer.annotations.selectors import study_of
from viewer.download.file_set import SeriesMembers, facts_of, members_of
from viewer.download.package import package_of
from viewer.download.zipping import Entry, zip_chunks, zip_length

logger = logging.getLogger(__name__)

_FACILITY: Final = re.compile(r"[0-9]{1,17}", re.ASCII)
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")
_NAME_LENGTH: Final = 32


@login_required
@never_cache
@require_safe
def study_zip(request: HttpRequest, study_instance_uid: str) -> HttpResponseBase:
    study = _asked_study(request, study_instance_uid)
    content = members_of(study, facts_of(study))
    if not content:
        raise Http404
    if request.method == "HEAD":
        return _as_download(HttpResponse(), study)
    moment = timezone.localtime()
    try:
        entries = package_of(study, content, moment)
    except ObjectMissingError as error:
        logger.error("a study cannot be taken along: %s", error)
        text = _("One of the study's objects cannot be read. An administrator can tell which.")
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    _record(request, study, content)
    return _as_download(_streamed(entries, moment), study)


def _asked_study(request: HttpRequest, uid: str) -> Study:
    """Return the study of the address; of several with its UID the one that came first.

    Raises
    ------
    Http404
        There is none, or it may not be seen.
    """
    facility = request.GET.get("facility", "")
    if not is_valid_uid(uid) or not _FACILITY.fullmatch(facility or "0"):
        raise Http404
    found = study_of(cast(Principal, request.user), uid, int(facility) if facility else None)
    if found is None:
        raise Http404
    return found


def _streamed(entries: list[Entry], moment: datetime) -> HttpResponseBase:
    response = StreamingHttpResponse(zip_chunks(entries, moment))
    response["Content-Length"] = str(zip_length(entries))
    return response


def _as_download(response: HttpResponseBase, study: Study) -> HttpResponseBase:
    response["Content-Type"] = "application/zip"
    response["Content-Disposition"] = f'attachment; filename="{file_name_of(study)}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def file_name_of(study: Study) -> str:
    """Return the name of the ZIP: by it a person finds the study, and nobody else the patient.

    It is the accession number, else the date, and what tells studies of one number apart.
    """
    number = study.accession_number or study.study_date
    words = _NOT_IN_NAMES.sub("-", number).strip("-")[:_NAME_LENGTH]
    mark = hashlib.sha256(study.study_instance_uid.encode()).hexdigest()[:8]
    return "-".join(part for part in ("study", words, mark) if part) + ".zip"


def _record(request: HttpRequest, study: Study, content: list[SeriesMembers]) -> None:
    address = getattr(request, "client_address", request.META.get("REMOTE_ADDR", ""))
    record_export(
        actor=Actor.of_user(request.user, address),
        study_instance_uid=study.study_instance_uid,
        facility_id=study.facility_id,
        patient_id=study.dicom_patient_id,
        form="zip",
        count=sum(len(one.members) for one in content),
    )
