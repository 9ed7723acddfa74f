"""/api/reports/: priority, assignment, claim next."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from archive.models import Study
from reports.assignment import serializers as forms
from reports.assignment.facts import reading_facts
from reports.assignment.services import assign, claim_next, likely_next, set_priority
from reports.study_views import StudyViewSet


class ReadingViewSet(StudyViewSet):
    """Who reads a study, and how soon."""

    rights = {"assign": "reports.assign_reading", "reading": "reports.set_priority"}
    right = "reports.sign_report"  # claim next: studies are given to those who sign
    serializer_class = forms.ReadingFactsSerializer

    @extend_schema(request=forms.ReadingChangeSerializer, responses=forms.ReadingFactsSerializer)
    @action(detail=True, methods=["patch"])
    def reading(self, request: Request, **kwargs: str) -> Response:
        """Set priority, clinical history and indication; STAT wants a reason."""
        study, sent = self.study, self.sent(forms.ReadingChangeSerializer)
        return Response(reading_facts(set_priority(study, actor=self.actor, **sent)))

    @extend_schema(request=forms.AssignSerializer, responses=forms.ReadingFactsSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, **kwargs: str) -> Response:
        """Give the study to a reader, or take it back (null)."""
        study, sent = self.study, self.sent(forms.AssignSerializer)
        reading = assign(
            study, sent["reader"], by=request.user, reason=sent["reason"], actor=self.actor
        )
        return Response(reading_facts(reading))

    @extend_schema(
        request=forms.ClaimSerializer, responses={200: forms.ClaimedSerializer, 204: None}
    )
    @action(detail=False, methods=["post"], url_path="claim-next")
    def claim_next(self, request: Request) -> Response:
        """Give oneself the most urgent study that nobody reads yet; 204 when there is none."""
        sent = self.sent(forms.ClaimSerializer)
        study = claim_next(
            request.user,
            modality=sent["modality"],
            facility_id=sent["facility"],
            actor=self.actor,
        )
        return _named(study)

    @extend_schema(
        parameters=[OpenApiParameter("after", str, description="The study that is being read.")],
        responses={200: forms.ClaimedSerializer, 204: None},
    )
    @action(detail=False, methods=["get"], url_path="likely-next")
    def likely_next(self, request: Request) -> Response:
        """Say what claiming the next would give, so that it can be made ready; 204 for nothing."""
        return _named(likely_next(request.user, after=request.query_params.get("after", "")))


def _named(study: Study | None) -> Response:
    if study is None:
        return Response(status=status.HTTP_204_NO_CONTENT)
    facts = {"study_instance_uid": study.study_instance_uid, "facility": study.facility_id}
    return Response(facts)
