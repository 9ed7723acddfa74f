"""/api/hangings/ and /api/reading-places/: what a user has hung, and where the user stopped."""

import re
from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter
from rest_framework.viewsets import GenericViewSet

from archive.models import Study
from archive.selectors import Principal
from viewer.annotations.selectors import study_of
from viewer.hanging.content import (
    KEY_PATTERN,
    VIEW_PATTERN,
    HangingContentError,
    Protocol,
    checked,
)
from viewer.hanging.selectors import hangings_of, places_of
from viewer.hanging.services import (
    TooManyHangingsError,
    forget_hanging,
    forget_place,
    keep_hanging,
    keep_place,
)
from viewer.models import Hanging, ReadingPlace

_KEY: Final = re.compile(KEY_PATTERN)


class HangingSerializer(serializers.Serializer[Any]):
    """A hanging protocol, in the form of contract/hanging-protocol.schema.json."""

    protocol = serializers.JSONField()

    def validate_protocol(self, value: Any) -> Protocol:
        """Refuse what has another form."""
        try:
            return checked(value)
        except HangingContentError as error:
            raise serializers.ValidationError(str(error)) from None


class HangingsSerializer(serializers.Serializer[Any]):
    """A user's own hangings."""

    hangings = serializers.ListField(child=serializers.JSONField())


class PlaceSerializer(serializers.Serializer[Any]):
    """What was seen, as frontend/src/domain/viewLink.ts writes it."""

    view = serializers.RegexField(rf"^(?:{VIEW_PATTERN})\Z", max_length=8000)


class HangingViewSet(GenericViewSet[Hanging]):
    """How the user wants studies to hang, by modality and part of the body."""

    queryset = Hanging.objects.none()
    serializer_class = HangingSerializer
    pagination_class = None
    lookup_field = "key"
    lookup_value_regex = r"[A-Z0-9+.]{1,84}"

    @extend_schema(responses=HangingsSerializer)
    def list(self, request: Request) -> Response:
        """Return the user's own hangings."""
        return Response({"hangings": hangings_of(request.user)})

    @extend_schema(request=HangingSerializer, responses={204: None})
    def update(self, request: Request, key: str) -> Response:
        """Keep a hanging in place of the one before."""
        if not _KEY.fullmatch(key):
            raise NotFound
        sent = HangingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            keep_hanging(request.user, key, sent.validated_data["protocol"])
        except TooManyHangingsError:
            raise ValidationError({"key": ["There are too many hangings."]}) from None
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:
        """Forget a hanging."""
        forget_hanging(request.user, key)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadingPlaceViewSet(GenericViewSet[ReadingPlace]):
    """Where the user stopped reading; of studies that the user may see."""

    queryset = ReadingPlace.objects.none()
    serializer_class = PlaceSerializer
    pagination_class = None
    lookup_field = "study__study_instance_uid"
    lookup_url_kwarg = "uid"
    lookup_value_regex = r"[0-9.]{1,64}"

    def _study(self, uid: str) -> Study:
        study = study_of(cast(Principal, self.request.user), uid)
        if study is None:
            raise NotFound
        return study

    @extend_schema(responses=PlaceSerializer)
    def retrieve(self, request: Request, uid: str) -> Response:
        """Return where the user stopped in a study; 404 when nothing is kept."""
        found = places_of(request.user, [self._study(uid)])
        if not found:
            raise NotFound
        return Response(found[0])

    @extend_schema(request=PlaceSerializer, responses={204: None})
    def update(self, request: Request, uid: str) -> Response:
        """Keep what the user sees."""
        study = self._study(uid)
        sent = PlaceSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        keep_place(request.user, study, sent.validated_data["view"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uid: str) -> Response:
        """Forget where the user stopped."""
        forget_place(request.user, self._study(uid))
        return Response(status=status.HTTP_204_NO_CONTENT)


def register(router: BaseRouter) -> None:
    """Add hangings and reading places to the API."""
    router.register("hangings", HangingViewSet, basename="hanging")
    router.register("reading-places", ReadingPlaceViewSet, basename="reading-place")
