"""/api/reports/{uid}/critical/: report a critical result, and see those of a study."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from reports.critical.communication import communication_text
from reports.critical.forms import ReportForm
from reports.critical.selectors import (
    critical_visible_to,
    possible_recipients,
)
from reports.critical.views import report_from_form
from reports.models import CriticalResult
from reports.selectors import person
from reports.study_views import StudyViewSet


class CriticalSerializer(serializers.ModelSerializer[CriticalResult]):
    """A critical result."""

    reported_by = serializers.SerializerMethodField()
    communication = serializers.SerializerMethodField()
    recipient: Any = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = CriticalResult
        fields = (
            "id",
            "finding",
            "urgency",
            "state",
            "recipient_name",
            "recipient_email",
            "recipient",
            "found_at",
            "reported_by",
            "acknowledged_at",
            "acknowledged_name",
            "acknowledged_how",
            "read_back",
            "next_step_at",
            "documented_at",
            "communication",
        )

    def get_reported_by(self, result: CriticalResult) -> dict[str, Any]:
        """Return the reader."""
        return person(result.reported_by) or {}

    def get_communication(self, result: CriticalResult) -> str:
        """Return the text for the report, once somebody has acknowledged."""
        return communication_text(result)


class NewCriticalSerializer(serializers.Serializer[Any]):
    """What is sent to report one."""

    finding = serializers.CharField(max_length=4000)
    urgency = serializers.ChoiceField(choices=CriticalResult.Urgency.choices)
    recipient_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    recipient_email = serializers.EmailField(required=False, allow_blank=True)
    recipient = serializers.IntegerField(required=False, allow_null=True)
    is_told = serializers.BooleanField(required=False)
    read_back = serializers.BooleanField(required=False)


class CriticalViewSet(StudyViewSet):
    """The critical results of a study."""

    serializer_class: Any = CriticalSerializer
    right = "reports.report_critical"

    @extend_schema(operation_id="critical_list", responses=CriticalSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="critical")
    def critical(self, request: Request, **kwargs: str) -> Response:
        """Return the critical results of a study, newest first."""
        results = critical_visible_to(request.user).filter(study=self.study)
        return Response(CriticalSerializer(results.order_by("-pk"), many=True).data)

    @extend_schema(
        operation_id="critical_report",
        request=NewCriticalSerializer,
        responses={201: CriticalSerializer},
    )
    @critical.mapping.post
    def report(self, request: Request, **kwargs: str) -> Response:
        """Report a critical result; `recipient` is a user of the study's facility."""
        study = self.study
        if not isinstance(request.data, dict):
            raise ValidationError("An object is expected.")
        form = ReportForm(request.data, recipients=possible_recipients(study))
        if not form.is_valid():
            raise ValidationError(
                {name: [str(one) for one in said] for name, said in form.errors.items()}
            )
        result = report_from_form(form, study, request.user, self.actor)
        return Response(CriticalSerializer(result).data, status=status.HTTP_201_CREATED)
