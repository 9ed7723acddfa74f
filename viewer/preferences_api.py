"""/api/viewer-preferences/: how the user who asks has the viewer."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from viewer.preferences import (
    PROFILES,
    PreferencesError,
    checked_preferences,
    keep_preferences,
    preferences_of,
)


class PreferencesSerializer(serializers.Serializer[Any]):
    """Preferences, in the form of contract/viewer-preferences.schema.json."""

    version = serializers.IntegerField()
    keys = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    mouse = serializers.ChoiceField(PROFILES)
    wheel_reversed = serializers.BooleanField()


class PreferencesView(APIView):
    """One's own preferences: nobody reads or changes another's."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever is nobody."""
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated

    @extend_schema(responses={200: PreferencesSerializer, 204: None})
    def get(self, request: Request) -> Response:
        """Return what was chosen; 204 when nothing was yet."""
        kept = preferences_of(request.user)
        return Response(kept) if kept else Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=PreferencesSerializer, responses={204: None})
    def put(self, request: Request) -> Response:
        """Keep what is chosen."""
        try:
            content = checked_preferences(request.data)
        except PreferencesError as error:
            raise ValidationError({"preferences": [str(error)]}) from None
        keep_preferences(request.user, content)
        return Response(status=status.HTTP_204_NO_CONTENT)
