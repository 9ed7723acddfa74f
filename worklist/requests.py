"""What a request carries once the middleware has seen it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from worklist.models import CustomUser


class GatedRequest(HttpRequest):
    """A request behind the gate: with its true address and an id."""

    client_address: str
    request_id: str


class SignedInRequest(GatedRequest):
    """A request of somebody who is signed in."""

    user: "CustomUser"
