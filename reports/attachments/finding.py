"""From an address to a study, a file beside it, and what of its report may be named."""

from typing import Any

from django.http import Http404, HttpRequest

from archive.attachments.selectors import attachments_visible_to
from archive.models import Attachment, Study
from archive.selectors import studies_visible_to
from reports.lifecycle import RELEASED
from reports.models import ReportVersion

_KEY_DIGITS = 18


def study_of(request: HttpRequest, study_instance_uid: str) -> Study:
    """Return the study of an address, as far as who asks may see it.

    Where two facilities hold the same UID, ``?facility=`` decides, else the one that came first.

    Raises
    ------
    Http404
        It does not exist, or is not for this user: nobody can tell which.
    """
    user: Any = request.user
    found = studies_visible_to(user).filter(study_instance_uid=study_instance_uid)
    facility = request.GET.get("facility", "")
    if facility.isascii() and facility.isdecimal() and len(facility) <= _KEY_DIGITS:
        found = found.filter(facility_id=int(facility))
    study = found.select_related("facility").order_by("pk").first()
    if study is None:
        raise Http404
    return study


def attachment_of(request: HttpRequest, study_instance_uid: str, pk: int) -> Attachment:
    """Return a file of an address, as far as who asks may see it.

    Raises
    ------
    Http404
    """
    user: Any = request.user
    study = study_of(request, study_instance_uid)
    if len(str(pk)) > _KEY_DIGITS:
        raise Http404
    row = attachments_visible_to(user).filter(study=study, pk=pk).select_related("study").first()
    if row is None:
        raise Http404
    return row


def version_numbers(user: Any, study: Study) -> list[int]:
    """Return the numbers of the report's signed versions that `user` may know of."""
    versions = ReportVersion.objects.filter(report__study=study)
    if not user.has_perm("reports.view_report"):
        if not user.has_perm("reports.view_final_report"):
            return []
        versions = versions.filter(status__in=RELEASED)
    return list(versions.order_by("number").values_list("number", flat=True))
