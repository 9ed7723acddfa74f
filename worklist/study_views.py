"""The page of a study: what is known of it, where its report stands, what else its patient has."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive.selectors import studies_visible_to
from audit.services import record_study_accessed
from worklist.adapters import actor_of
from worklist.requests import SignedInRequest
from worklist.selectors import with_reading
from worklist.study_page import study_page_context
from worklist.views import keys_of


@require_safe
@never_cache
@login_required
@permission_required("archive.view_study", raise_exception=True)
def study_page(request: SignedInRequest, study_instance_uid: str) -> HttpResponse:
    """Show a study; where two facilities hold the same UID, ``?facility=`` decides."""
    studies = with_reading(studies_visible_to(request.user, by_facility=False))
    studies = studies.filter(study_instance_uid=study_instance_uid, reading__isnull=False)
    if facility := keys_of(request.GET.get("facility", "")):
        studies = studies.filter(facility_id=facility[0])
    study = studies.order_by("received_at", "pk").first()
    if study is None:
        raise Http404
    record_study_accessed(
        actor=actor_of(request),
        study_instance_uid=study.study_instance_uid,
        facility_id=study.facility_id,
        patient_id=study.dicom_patient_id,
        means="study page",
    )
    return render(request, "worklist/study.html", study_page_context(request.user, study))
