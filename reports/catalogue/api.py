"""/api/report-templates/ and /api/macros/, for those who write reports."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter

from archive.selectors import studies_visible_to
from audit.actors import Actor
from reports.catalogue.choice import family_of, key_for
from reports.catalogue.selectors import macros_for, suggested, templates_for, usable_macros
from reports.catalogue.services import delete_macro, save_macro
from reports.models import Macro, ReportTemplate

_LIST_FILTERS = [
    OpenApiParameter("modality", description="Only templates for this modality, or for any."),
    OpenApiParameter("body_part", description="Helps the suggestion when no study is named."),
    OpenApiParameter("study", description="StudyInstanceUID: suggest for it, with its facility's."),
    OpenApiParameter("facility", OpenApiTypes.INT, description="Which of several such studies."),
]


def _code(text: str) -> str:
    """Return a modality as it was asked for; nothing when it cannot be one (CS, PS3.5 6.2)."""
    return text.upper() if re.fullmatch(r"[A-Za-z0-9_ ]{1,16}", text) else ""


class _ForWriters(viewsets.ViewSet):
    """For those who write reports; for all others there is no such thing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.has_perm("reports.write_report"):
            raise NotFound

    @property
    def _actor(self) -> Actor:
        return Actor.of_user(self.request.user, getattr(self.request, "client_address", ""))


class TemplateSerializer(serializers.ModelSerializer[ReportTemplate]):
    """A template without its content."""

    is_suggested = serializers.SerializerMethodField()
    is_own = serializers.SerializerMethodField()

    class Meta:
        model = ReportTemplate
        fields = ("key", "name", "modality", "body_part", "language", "is_own", "is_suggested")

    def get_is_suggested(self, template: ReportTemplate) -> bool:
        """Say whether this is the one to begin with."""
        return bool(template.key == self.context.get("suggested"))

    def get_is_own(self, template: ReportTemplate) -> bool:
        """Say whether the house made it."""
        return template.edition == 0


class WholeTemplateSerializer(TemplateSerializer):
    """A template with its content, in the form of a report."""

    class Meta(TemplateSerializer.Meta):
        fields = (*TemplateSerializer.Meta.fields, "content")  # type: ignore[assignment]


class TemplateViewSet(_ForWriters):
    """Templates in use."""

    lookup_field = "key"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"

    @extend_schema(parameters=_LIST_FILTERS, responses=TemplateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return the templates for a modality, the suggested one first."""
        asked = request.query_params
        study, modality = self._study(), _code(asked.get("modality", ""))
        if study is not None:
            key, rows = suggested(study), templates_for(study.facility_id)
        else:
            key = key_for([modality], [asked.get("body_part", "")[:64]], "")
            rows = templates_for()
        if modality:
            kinds = Q(modality__in=("", modality, family_of(modality)))
            rows = rows.filter(kinds | Q(key=key))
        ordered = sorted(rows.defer("content"), key=lambda row: (row.key != key, row.edition != 0))
        return Response(TemplateSerializer(ordered, many=True, context={"suggested": key}).data)

    @extend_schema(responses=WholeTemplateSerializer)
    def retrieve(self, request: Request, key: str | None = None) -> Response:
        """Return one template with its content."""
        template = ReportTemplate.objects.filter(key=key, is_active=True).first()
        if template is None:
            raise NotFound
        return Response(WholeTemplateSerializer(template).data)

    def _study(self) -> Any:
        """Return the study that the request names, None when it names none."""
        asked = self.request.query_params
        if "study" not in asked:
            return None
        user: Any = self.request.user
        rows = studies_visible_to(user, by_facility=False)
        uid = asked["study"] if re.fullmatch(r"[0-9.]{1,64}", asked["study"]) else ""
        rows = rows.filter(study_instance_uid=uid)
        if (facility := asked.get("facility", "")).isdecimal() and len(facility) < 18:
            rows = rows.filter(facility_id=int(facility))
        study = rows.order_by("pk").first()
        if study is None:
            raise NotFound
        return study


class MacroSerializer(serializers.ModelSerializer[Macro]):
    """A macro: `trigger` becomes `text`. `is_shared`: everybody's."""

    is_mine = serializers.SerializerMethodField()
    is_shared = serializers.BooleanField(write_only=True, required=False, default=False)

    class Meta:
        model = Macro
        fields = ("id", "trigger", "text", "modality", "is_mine", "is_shared")
        # The model's own (owner and trigger) is checked when the row is written.
        validators: list[Any] = []

    def get_is_mine(self, macro: Macro) -> bool:
        """Say whether it is one's own."""
        return macro.owner_id is not None

    def validate_text(self, value: str) -> str:
        """Refuse what no report may hold."""
        if len(value) > 20_000 or "\0" in value:
            raise serializers.ValidationError("A text of at most 20,000 characters.")
        return value


class MacroViewSet(_ForWriters):
    """Macros: one's own, and everybody's, which those who manage the reading room change."""

    serializer_class = MacroSerializer
    lookup_value_regex = r"[0-9]{1,18}"

    def _rows(self) -> QuerySet[Macro]:
        return macros_for(self.request.user)

    def _changeable(self, pk: str | None) -> Macro:
        macro = self._rows().filter(pk=int(pk or 0)).first()
        if macro is None:
            raise NotFound
        if macro.owner_id is None:
            self._require_management()
        return macro

    def _require_management(self) -> None:
        if not self.request.user.has_perm("reports.manage_reading"):
            raise PermissionDenied("Everybody's macros are changed by administrators.")

    @extend_schema(parameters=[OpenApiParameter("modality")], responses=MacroSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return the macros to type with; one's own takes the place of everybody's."""
        rows = usable_macros(request.user, _code(request.query_params.get("modality", "")))
        return Response(MacroSerializer(rows, many=True).data)

    @extend_schema(request=MacroSerializer, responses={201: MacroSerializer})
    def create(self, request: Request) -> Response:
        """Make a macro."""
        serializer = MacroSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        columns = dict(serializer.validated_data)
        is_shared = columns.pop("is_shared")
        if is_shared:
            self._require_management()
        macro = Macro(owner_id=None if is_shared else request.user.pk, **columns)
        return Response(self._saved(macro), status=status.HTTP_201_CREATED)

    @extend_schema(responses=MacroSerializer)
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return a macro."""
        macro = self._rows().filter(pk=int(pk or 0)).first()
        if macro is None:
            raise NotFound
        return Response(MacroSerializer(macro).data)

    @extend_schema(request=MacroSerializer, responses=MacroSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a macro; whose it is stays as it is."""
        macro = self._changeable(pk)
        serializer = MacroSerializer(macro, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        for name in ("trigger", "text", "modality"):
            setattr(macro, name, serializer.validated_data.get(name, getattr(macro, name)))
        return Response(self._saved(macro))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Delete a macro; one that came with the product is switched off."""
        delete_macro(self._changeable(pk), actor=self._actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _saved(self, macro: Macro) -> Any:
        try:
            with transaction.atomic():
                save_macro(macro, actor=self._actor)
        except IntegrityError:
            taken = {"trigger": ["There is a macro of this word already."]}
            raise serializers.ValidationError(taken) from None
        return MacroSerializer(macro).data


def register(router: BaseRouter) -> None:
    """Add templates and macros to the API."""
    router.register("report-templates", TemplateViewSet, basename="report-template")
    router.register("macros", MacroViewSet, basename="macro")
