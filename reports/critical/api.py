"""/api/reports/{uid}/critical/: report a critical result, and see those of a study."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.models import Study
from audit.actors import Actor
from reports.critical.forms import ReportForm
from reports.critical.selectors import (
    critical_visible_to,
    possible_recipients,
    study_for_critical,
)
from reports.critical.views import report_from_form
from reports.models import CriticalResult


class MayReportCritical(BasePermission):
    """Who reports critical results."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the view may be used."""
        return bool(request.user.has_perm("reports.report_critical"))


class CriticalSerializer(serializers.ModelSerializer[CriticalResult]):
    """A critical result."""

    reported_by = serializers.SerializerMethodField()
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
        )

    def get_reported_by(self, result: CriticalResult) -> dict[str, Any]:
        """Return the reader."""
        user = result.reported_by
        return {"id": user.pk, "name": user.get_full_name() or user.get_username()}


class NewCriticalSerializer(serializers.Serializer[Any]):
    """What is sent to report one."""

    finding = serializers.CharField(max_length=4000)
    urgency = serializers.ChoiceField(choices=CriticalResult.Urgency.choices)
    recipient_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    recipient_email = serializers.EmailField(required=False, allow_blank=True)
    recipient = serializers.IntegerField(required=False, allow_null=True)
    is_told = serializers.BooleanField(required=False)
    read_back = serializers.BooleanField(required=False)


class CriticalView(APIView):
    permission_classes = [MayReportCritical]

    @extend_schema(operation_id="critical_list", responses=CriticalSerializer(many=True))
    def get(self, request: Request, study_instance_uid: str) -> Response:
        """Return the critical results of a study, newest first."""
        results = critical_visible_to(request.user).filter(study=self._study())
        return Response(CriticalSerializer(results.order_by("-pk"), many=True).data)

    @extend_schema(
        operation_id="critical_report",
        request=NewCriticalSerializer,
        responses={201: CriticalSerializer},
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        """Report a critical result; `recipient` is a user of the study's facility."""
        study = self._study()
        if not isinstance(request.data, dict):
            raise ValidationError("An object is expected.")
        form = ReportForm(request.data, recipients=possible_recipients(study))
        if not form.is_valid():
            raise ValidationError({name: list(said) for name, said in form.errors.items()})
        address = str(getattr(request._request, "client_address", ""))
        actor = Actor.of_user(request.user, address)
        result = report_from_form(form, study, request.user, actor)
        return Response(CriticalSerializer(result).data, status=status.HTTP_201_CREATED)

    def _study(self) -> Study:
        facility = self.request.query_params.get("facility", "")
        study = study_for_critical(self.request.user, self.kwargs["study_instance_uid"], facility)
        if study is None:
            raise Http404
        return study
