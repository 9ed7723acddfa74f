"""/api/: facilities, users, who one is, and one's tokens."""

from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter

from archive.api import KeyPagination
from audit.services import record_administration, record_password_changed
from worklist.adapters import actor_of
from worklist.models import ApiToken, CustomUser, Facility, UserRole
from worklist.permissions import MayManageFacilities, MayManageUsers
from worklist.roles import FACILITY_BOUND_ROLES, permissions_of
from worklist.selectors import facilities_visible_to
from worklist.services import create_token, create_user, is_last_administrator, reset_password


class FacilitySerializer(serializers.ModelSerializer[Facility]):
    """A facility."""

    class Meta:
        model = Facility
        fields = ("id", "name", "address", "phone", "email", "dicom_ae_title", "is_active")


class UserSerializer(serializers.ModelSerializer[CustomUser]):
    """An account. Its password is generated, and shown once when the account is made."""

    class Meta:
        model = CustomUser
        fields = (
            "id",
            "username",
            "first_name",
            "last_name",
            "email",
            "role",
            "facility",
            "is_active",
            "must_change_password",
            "last_login",
        )
        read_only_fields = ("must_change_password", "last_login")

    def validate_username(self, value: str) -> str:
        """Return the name in the form in which it is kept."""
        return CustomUser.normalize_username(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a facility where the role needs one, and for one administrator to remain."""
        after = {field: getattr(self.instance, field, None) for field in ("role", "facility")}
        after |= attrs
        if after["role"] in FACILITY_BOUND_ROLES and after["facility"] is None:
            raise serializers.ValidationError({"facility": "This role works for one facility."})
        if self._loses_administrator(attrs):
            raise serializers.ValidationError({"role": "The last administrator must remain."})
        return attrs

    def _loses_administrator(self, attrs: dict[str, Any]) -> bool:
        user = self.instance
        if user is None or user.role != UserRole.ADMIN or not is_last_administrator(user):
            return False
        role, is_active = attrs.get("role", user.role), attrs.get("is_active", user.is_active)
        return role != UserRole.ADMIN or not is_active


class PasswordSerializer(serializers.Serializer[dict[str, str]]):
    """A password that was generated just now; it must be changed at the next sign-in."""

    username = serializers.CharField(read_only=True)
    password = serializers.CharField(read_only=True)


class NewUserSerializer(UserSerializer):
    """An account that was made just now, with its password."""

    password = serializers.CharField(read_only=True)

    class Meta(UserSerializer.Meta):
        fields = (*UserSerializer.Meta.fields, "password")  # type: ignore[assignment]


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """An API token of one's own; the token itself is not kept."""

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at")
        read_only_fields = ("prefix", "created_at", "last_used_at")

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        """Refuse a token that would never be valid."""
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("This is in the past.")
        return value


class NewTokenSerializer(TokenSerializer):
    """A token that was made just now; it is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")  # type: ignore[assignment]


class MeSerializer(serializers.ModelSerializer[CustomUser]):
    """Who one is and what one may do."""

    facility = FacilitySerializer(read_only=True, allow_null=True)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = CustomUser
        fields = ("id", "username", "first_name", "last_name", "role", "facility", "permissions")

    def get_permissions(self, user: CustomUser) -> list[str]:
        """Return the permissions of the role."""
        return sorted(permissions_of(user.role))


class FacilityViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Facility],
):
    """Facilities: one's own, or all for who sees all. None is deleted; it is made inactive."""

    queryset = Facility.objects.none()
    serializer_class = FacilitySerializer
    pagination_class = KeyPagination
    permission_classes = [MayManageFacilities]

    def get_queryset(self) -> QuerySet[Facility]:
        return facilities_visible_to(self.request.user)

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        facility = serializer.save()
        _record(self.request, "facility", facility, "created", list(serializer.validated_data))

    @transaction.atomic
    def perform_update(self, serializer: Any) -> None:
        facility = serializer.save()
        _record(self.request, "facility", facility, "changed", list(serializer.validated_data))


class UserViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[CustomUser],
):
    """Accounts, for who manages them. None is deleted; it is made inactive."""

    queryset = CustomUser.objects.all()
    serializer_class = UserSerializer
    pagination_class = KeyPagination
    permission_classes = [IsAuthenticated, MayManageUsers]

    @extend_schema(request=UserSerializer, responses={201: NewUserSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Make an account; the answer holds its password, which is shown this once."""
        serializer = UserSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user, password = create_user(**serializer.validated_data)
        _record(request, "user", user, "created", list(serializer.validated_data))
        answer = {**UserSerializer(user).data, "password": password}
        return Response(answer, status=status.HTTP_201_CREATED)

    @transaction.atomic
    def perform_update(self, serializer: Any) -> None:
        fields = list(serializer.validated_data)
        user = serializer.save()
        _record(self.request, "role" if "role" in fields else "user", user, "changed", fields)

    @extend_schema(request=None, responses=PasswordSerializer)
    @action(detail=True, methods=["post"], url_path="password")
    @transaction.atomic
    def new_password(self, request: Request, pk: str | None = None) -> Response:
        """Give the account a new password, which is shown this once, and end its sessions."""
        user = self.get_object()
        password = reset_password(user)
        record_password_changed(actor=actor_of(request._request), subject=user.username)
        return Response({"username": user.username, "password": password})


class TokenViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[ApiToken],
):
    """One's own API tokens."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    pagination_class = KeyPagination

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.filter(user_id=self.request.user.pk)

    @extend_schema(request=TokenSerializer, responses={201: NewTokenSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Make a token; the answer shows it this once. A token cannot make another."""
        if getattr(request._request, "token_user", None) is not None:
            raise PermissionDenied("Sign in to make a token: a token cannot make another.")
        serializer = TokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        made, token = create_token(
            cast(CustomUser, request.user), data["name"], data.get("expires_at")
        )
        _record(request, "token", made, "created", list(data))
        answer = {**TokenSerializer(made).data, "token": token}
        return Response(answer, status=status.HTTP_201_CREATED)

    @transaction.atomic
    def perform_destroy(self, instance: ApiToken) -> None:
        _record(self.request, "token", instance, "deleted", [])
        instance.delete()


class MeViewSet(viewsets.ViewSet):
    """Who one is."""

    @extend_schema(operation_id="me_retrieve", responses=MeSerializer)
    def list(self, request: Request) -> Response:
        """Return the account of the session or token."""
        return Response(MeSerializer(cast(CustomUser, request.user)).data)


def _record(request: Request, kind: str, subject: Any, change: str, fields: list[str]) -> None:
    record_administration(
        actor=actor_of(request._request),
        subject_kind=kind,
        subject=str(subject),
        change=change,
        fields=fields,
        facility_id=getattr(subject, "facility_id", None),
    )


def register(router: BaseRouter) -> None:
    """Add this room's resources to the API."""
    router.register("facilities", FacilityViewSet, basename="facility")
    router.register("users", UserViewSet, basename="user")
    router.register("tokens", TokenViewSet, basename="token")
    router.register("me", MeViewSet, basename="me")
