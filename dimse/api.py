"""/api/peers/: DICOM peers, for those who manage them; for all others there is no such thing."""

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter
from rest_framework.serializers import BaseSerializer

from audit.actors import Actor
from dimse.models import Peer
from dimse.services import echo_peer, record_change


class PeerPagination(CursorPagination):
    ordering: tuple[str, ...] = ("-id",)
    page_size = 50


class PeerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Peer
        fields = (
            "id",
            "name",
            "ae_title",
            "host",
            "port",
            "facility",
            "all_facilities",
            "may_echo",
            "may_store",
            "may_query",
            "may_retrieve",
            "is_move_destination",
            "is_active",
            "notes",
            "last_seen_at",
            "last_echo_at",
            "last_echo_result",
        )
        read_only_fields = ("last_seen_at", "last_echo_at", "last_echo_result")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check what the model checks between fields."""
        concrete = {field.name for field in Peer._meta.concrete_fields}
        present = {
            name: getattr(self.instance, name) for name in concrete if self.instance is not None
        }
        try:
            Peer(**(present | attrs)).clean()
        except ModelValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return attrs


class EchoSerializer(serializers.Serializer):
    succeeded = serializers.BooleanField()
    message = serializers.CharField()


class PeerViewSet(viewsets.ModelViewSet[Peer]):
    """Registered application entities: who may call this archive, and whom it may send to."""

    queryset = Peer.objects.none()
    serializer_class = PeerSerializer
    pagination_class = PeerPagination
    lookup_value_regex = r"[0-9]{1,18}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.has_perm("dimse.manage_peers"):
            raise NotFound

    def get_queryset(self) -> QuerySet[Peer]:
        return Peer.objects.all()

    def get_object(self) -> Peer:
        try:
            return self.get_queryset().get(pk=self.kwargs["pk"])
        except Peer.DoesNotExist:
            raise NotFound from None

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer[Peer]) -> None:
        record_change(self._actor, serializer.save(), "created", serializer.validated_data)

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer[Peer]) -> None:
        record_change(self._actor, serializer.save(), "changed", serializer.validated_data)

    @transaction.atomic
    def perform_destroy(self, instance: Peer) -> None:
        record_change(self._actor, instance, "deleted")
        instance.delete()

    @extend_schema(request=None, responses=EchoSerializer)
    @action(detail=True, methods=["post"])
    def echo(self, request: Request, pk: str | None = None) -> Response:
        """Send a C-ECHO to the peer and say how it went."""
        result = echo_peer(self.get_object())
        return Response({"succeeded": result.succeeded, "message": result.message})

    @property
    def _actor(self) -> Actor:
        return Actor.of_user(self.request.user, getattr(self.request, "client_address", ""))


def register(router: BaseRouter) -> None:
    """Add this room's resources to the API."""
    router.register("peers", PeerViewSet, basename="peer")
