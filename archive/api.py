"""/api/: patients, studies and series, read-only, under the same rights as every other door."""

from typing import Any, Final, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.routers import BaseRouter

from archive.attributes import PATIENT, SERIES, STUDY, Attribute
from archive.matching import QueryError, condition
from archive.models import Patient, Series, Study
from archive.query import members
from archive.selectors import (
    Principal,
    patients_visible_to,
    series_visible_to,
    studies_visible_to,
)

Filters = dict[str, tuple[Attribute, str]]

PATIENT_FILTERS: Final[Filters] = {
    "name": (PATIENT["PatientName"], ""),
    "patient_id": (PATIENT["PatientID"], ""),
    "birth_date": (PATIENT["PatientBirthDate"], ""),
}
STUDY_FILTERS: Final[Filters] = {
    "study_instance_uid": (STUDY["StudyInstanceUID"], ""),
    "patient_name": (STUDY["PatientName"], ""),
    "patient_id": (STUDY["PatientID"], ""),
    "accession_number": (STUDY["AccessionNumber"], ""),
    "study_date": (STUDY["StudyDate"], ""),
    "modality": (STUDY["ModalitiesInStudy"], ""),
    "description": (STUDY["StudyDescription"], ""),
}
SERIES_FILTERS: Final[Filters] = {
    "study_instance_uid": (STUDY["StudyInstanceUID"], "study__"),
    "series_instance_uid": (SERIES["SeriesInstanceUID"], ""),
    "modality": (SERIES["Modality"], ""),
}


class StudyPagination(CursorPagination):
    """Newest studies first; the cursor is a place in that order, not a count."""

    ordering: tuple[str, ...] = ("-study_date", "-id")
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"


class KeyPagination(StudyPagination):
    """In the order in which rows were made, newest first."""

    ordering = ("-id",)


class PatientSerializer(serializers.ModelSerializer):
    """A patient of one facility."""

    class Meta:
        model = Patient
        fields = ("id", "facility", "patient_id", "issuer", "name", "birth_date", "sex")


class StudySerializer(serializers.ModelSerializer):
    """A study with the patient's attributes as it states them; dates in DICOM form."""

    patient_id = serializers.CharField(source="dicom_patient_id")
    modalities = serializers.SerializerMethodField()

    class Meta:
        model = Study
        fields = (
            "study_instance_uid",
            "facility",
            "patient",
            "patient_name",
            "patient_id",
            "patient_birth_date",
            "patient_sex",
            "study_date",
            "study_time",
            "accession_number",
            "description",
            "referring_physician",
            "modalities",
            "series_count",
            "instance_count",
            "size_bytes",
            "alert",
            "received_at",
            "updated_at",
        )

    def get_modalities(self, study: Study) -> list[str]:
        """Return the modalities as a list."""
        return members(study.modalities)


class SeriesSerializer(serializers.ModelSerializer):
    """A series of a study."""

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")

    class Meta:
        model = Series
        fields = (
            "series_instance_uid",
            "study_instance_uid",
            "modality",
            "series_number",
            "description",
            "body_part",
            "instance_count",
            "received_at",
        )


def _parameters(filters: Filters) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            name,
            str,
            description=f"{attribute.keyword}, matched as DICOM does: `*` and `?` are wildcards, "
            "dates may be a range (`20260101-20260131`).",
        )
        for name, (attribute, _) in filters.items()
    ]


class _VisibleViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]
):
    """Rows that the signed-in user may see, narrowed by a fixed map of filters."""

    pagination_class: type[CursorPagination] = KeyPagination
    filters: Filters = {}

    @property
    def principal(self) -> Principal:
        """Return who asks; an anonymous user is inactive and sees nothing."""
        return cast(Principal, self.request.user)

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return `rows` under the filters of the request; other parameters change nothing."""
        for name, (attribute, prefix) in self.filters.items():
            value = self.request.query_params.get(name, "")
            try:
                matches = condition(attribute, prefix, value)
            except QueryError as error:
                raise ValidationError({name: str(error)}) from error
            rows = rows.filter(matches) if matches is not None else rows
        return rows

    def get_object(self) -> Any:
        """Return the row; of one UID at two facilities, readers get the newest received."""
        key = self.lookup_url_kwarg or self.lookup_field
        try:
            row = self.get_queryset().filter(**{self.lookup_field: self.kwargs[key]}).latest("pk")
        except (ObjectDoesNotExist, ValueError):
            raise NotFound from None
        return row


@extend_schema_view(list=extend_schema(parameters=_parameters(PATIENT_FILTERS)))
class PatientViewSet(_VisibleViewSet):
    """Patients."""

    queryset = Patient.objects.none()
    serializer_class = PatientSerializer
    filters = PATIENT_FILTERS

    def get_queryset(self) -> QuerySet[Patient]:
        return self.narrowed(patients_visible_to(self.principal))


@extend_schema_view(list=extend_schema(parameters=_parameters(STUDY_FILTERS)))
class StudyViewSet(_VisibleViewSet):
    """Studies, newest first."""

    queryset = Study.objects.none()
    serializer_class = StudySerializer
    pagination_class = StudyPagination
    filters = STUDY_FILTERS
    lookup_field = "study_instance_uid"
    lookup_value_regex = r"[0-9.]{1,64}"

    def get_queryset(self) -> QuerySet[Study]:
        return self.narrowed(studies_visible_to(self.principal))


@extend_schema_view(list=extend_schema(parameters=_parameters(SERIES_FILTERS)))
class SeriesViewSet(_VisibleViewSet):
    """Series."""

    queryset = Series.objects.none()
    serializer_class = SeriesSerializer
    filters = SERIES_FILTERS
    lookup_field = "series_instance_uid"
    lookup_value_regex = r"[0-9.]{1,64}"

    def get_queryset(self) -> QuerySet[Series]:
        return self.narrowed(series_visible_to(self.principal).select_related("study"))


def register(router: BaseRouter) -> None:
    """Add this room's resources to the API."""
    router.register("patients", PatientViewSet, basename="patient")
    router.register("studies", StudyViewSet, basename="study")
    router.register("series", SeriesViewSet, basename="series")
