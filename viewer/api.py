"""/api/annotations/ and /api/key-images/: what is drawn on a study's images, and which matter."""

import re
from typing import Any, Final, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter
from rest_framework.viewsets import GenericViewSet

from archive.errors import ArchiveError
from archive.models import Study
from archive.selectors import Principal
from audit.actors import Actor
from audit.annotation_events import record_annotations_read
from viewer.annotations.content import AnnotationContentError, Content, checked
from viewer.annotations.exporting import export_annotations
from viewer.annotations.found import found_in_reports
from viewer.annotations.presentation import facts_of, version_facts
from viewer.annotations.selectors import (
    annotation_visible_to,
    annotations_visible_to,
    study_of,
)
from viewer.annotations.services import ANNOTATE, delete_annotation, put_annotation
from viewer.errors import AnnotationError, UnknownAnnotationError
from viewer.hanging.api import register as register_hangings
from viewer.key_images import MAX_IMAGES, key_images, mark_images
from viewer.models import Annotation
from viewer.problems import ProblemError

_UID: Final = re.compile(r"[0-9.]{1,64}", re.ASCII)
_FACILITY: Final = re.compile(r"[0-9]{1,17}", re.ASCII)
_OF_STUDY: Final = [
    OpenApiParameter("study", description="StudyInstanceUID.", required=True),
    OpenApiParameter(
        "facility", int, description="Which one, when two facilities hold a study of this UID."
    ),
]


class RevisionSerializer(serializers.Serializer[Any]):
    """The state that a change was made from; 0: there is none yet."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class PutSerializer(RevisionSerializer):
    """An annotation as it is to stand, in the form of contract/annotation.schema.json."""

    annotation = serializers.JSONField()


class NamedStudySerializer(serializers.Serializer[Any]):
    """A study, by its UID."""

    study = serializers.CharField(max_length=64)
    facility = serializers.IntegerField(min_value=0, max_value=10**17, required=False)


class AnnotationsSerializer(serializers.Serializer[Any]):
    """What stands on a study's images, and what reports of any origin say was measured there."""

    annotations = serializers.ListField(child=serializers.JSONField())
    from_sr = serializers.ListField(child=serializers.JSONField())


class HistorySerializer(serializers.Serializer[Any]):
    """An annotation with every state in which it was, the first one first."""

    annotation = serializers.JSONField()
    versions = serializers.ListField(child=serializers.JSONField())


class PlaceSerializer(serializers.Serializer[Any]):
    """An image, or one of its frames (from 1)."""

    sop = serializers.CharField(max_length=64)
    frame = serializers.IntegerField(min_value=1, max_value=2**31 - 1, default=1)


class MarkSerializer(NamedStudySerializer):
    """The key images of a study, all of them: they take the place of those marked here before."""

    instances = serializers.ListField(child=PlaceSerializer(), min_length=1, max_length=MAX_IMAGES)


class KeyImagesSerializer(serializers.Serializer[Any]):
    """The images that stand marked."""

    key_images = serializers.ListField(child=serializers.JSONField())


class WrittenSerializer(serializers.Serializer[Any]):
    """An object that was written into the study."""

    sop_instance_uid = serializers.CharField()


class _UnavailableError(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The archive cannot store anything now."


class OfStudyViewSet(GenericViewSet[Annotation]):
    """Views on what belongs to a study; what may not be seen is not there."""

    queryset = Annotation.objects.none()
    pagination_class = None
    _reads = frozenset({"list", "retrieve", None})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever may draw on nothing, before a study is looked for."""
        super().initial(request, *args, **kwargs)
        if self.action not in self._reads and not request.user.has_perm(ANNOTATE):
            raise PermissionDenied

    def handle_exception(self, exc: Exception) -> Any:
        """Tell errors of annotations and of the archive as problems."""
        if isinstance(exc, UnknownAnnotationError):
            exc = NotFound()
        elif isinstance(exc, AnnotationError):
            exc = ProblemError(exc)
        elif isinstance(exc, ArchiveError):
            exc = _UnavailableError()
        return super().handle_exception(exc)

    @property
    def principal(self) -> Principal:
        """Return who asks; an anonymous user is inactive and sees nothing."""
        return cast(Principal, self.request.user)

    @property
    def actor(self) -> Actor:
        """Return who asks, for the audit log."""
        return Actor.of_user(self.request.user, getattr(self.request, "client_address", ""))

    def asked_study(self) -> Study:
        """Return the study that the address names, if the user may see it."""
        asked = self.request.query_params
        return self.seen_study(asked.get("study", ""), asked.get("facility", ""))

    def seen_study(self, uid: str, facility: str) -> Study:
        """Return the study of a UID, if the user may see it; 404 otherwise."""
        if not _UID.fullmatch(uid) or not _FACILITY.fullmatch(facility or "0"):
            raise NotFound
        study = study_of(self.principal, uid, int(facility) if facility else None)
        if study is None:
            raise NotFound
        return study

    def sent(self, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the body of the request as `form` reads it."""
        read = form(data=self.request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def sent_study(self) -> Study:
        """Return the study that the body names, if the user may see it."""
        sent = self.sent(NamedStudySerializer)
        return self.seen_study(sent["study"], str(sent.get("facility", "")))


class AnnotationViewSet(OfStudyViewSet):
    """Annotations: everybody who sees an image sees them, their authors change them."""

    serializer_class = AnnotationsSerializer
    lookup_field = "uid"
    lookup_value_regex = r"[0-9.]{1,64}"

    @extend_schema(parameters=_OF_STUDY, responses=AnnotationsSerializer)
    def list(self, request: Request) -> Response:
        """Return what stands on the images of a study."""
        study = self.asked_study()
        rows = annotations_visible_to(self.principal, study)
        facts = [facts_of(row, request.user, study.study_instance_uid) for row in rows]
        return Response({"annotations": facts, "from_sr": found_in_reports(self.principal, study)})

    @extend_schema(responses=HistorySerializer)
    def retrieve(self, request: Request, uid: str) -> Response:
        """Return an annotation, deleted or not, with every state in which it was."""
        row = annotation_visible_to(self.principal, uid)
        if row is None:
            raise NotFound
        record_annotations_read(
            actor=self.actor,
            facility_id=row.facility_id,
            study_instance_uid=row.study.study_instance_uid,
            patient_id=row.study.dicom_patient_id,
            means="history",
        )
        versions = [version_facts(one) for one in row.versions.order_by("revision")]
        return Response({"annotation": facts_of(row, request.user), "versions": versions})

    @extend_schema(
        request=PutSerializer, parameters=_OF_STUDY[1:], responses={200: RevisionSerializer}
    )
    def update(self, request: Request, uid: str) -> Response:
        """Write an annotation as it is to stand; 409 when it was changed meanwhile."""
        sent = self.sent(PutSerializer)
        content = _content(sent["annotation"], uid)
        facility = self._facility_of(uid) or request.query_params.get("facility", "")
        study = self.seen_study(content["study_instance_uid"], facility)
        row = put_annotation(
            content, sent["revision"], user=request.user, actor=self.actor, study=study
        )
        return Response({"revision": row.revision})

    @extend_schema(request=RevisionSerializer, responses={204: None})
    def destroy(self, request: Request, uid: str) -> Response:
        """Delete an annotation; what it said stays among its states."""
        sent = self.sent(RevisionSerializer)
        delete_annotation(uid, sent["revision"], user=request.user, actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=NamedStudySerializer, responses={201: WrittenSerializer})
    @action(detail=False, methods=["post"])
    def sr(self, request: Request) -> Response:
        """Write what stands into the study, as a structured report for other systems."""
        written = export_annotations(self.sent_study(), user=request.user, actor=self.actor)
        return Response({"sop_instance_uid": written}, status=status.HTTP_201_CREATED)

    def _facility_of(self, uid: str) -> str:
        """Return the facility of an annotation that is there already, as far as one sees it."""
        row = annotation_visible_to(self.principal, uid)
        return str(row.facility_id) if row else ""


def _content(sent: Any, uid: str) -> Content:
    try:
        content = checked(sent)
    except AnnotationContentError as error:
        raise ValidationError({"annotation": [str(error)]}) from None
    if content["uid"] != uid:
        raise ValidationError({"annotation": ["Its uid is the one of the address."]})
    return content


class KeyImageViewSet(OfStudyViewSet):
    """Key images, as Key Object Selection documents in the study."""

    serializer_class = KeyImagesSerializer

    @extend_schema(parameters=_OF_STUDY, responses=KeyImagesSerializer)
    def list(self, request: Request) -> Response:
        """Return the key images of a study, whoever marked them."""
        return Response({"key_images": key_images(self.principal, self.asked_study())})

    @extend_schema(request=MarkSerializer, responses={201: WrittenSerializer})
    def create(self, request: Request) -> Response:
        """Write a document that names the key images into the study."""
        sent = self.sent(MarkSerializer)
        study = self.seen_study(sent["study"], str(sent.get("facility", "")))
        marked = list(dict.fromkeys((one["sop"], one["frame"]) for one in sent["instances"]))
        written = mark_images(study, marked, user=request.user, actor=self.actor)
        return Response({"sop_instance_uid": written}, status=status.HTTP_201_CREATED)


def register(router: BaseRouter) -> None:
    """Add annotations, key images and what users keep of their own to the API."""
    router.register("annotations", AnnotationViewSet, basename="annotation")
    router.register("key-images", KeyImageViewSet, basename="key-image")
    register_hangings(router)
