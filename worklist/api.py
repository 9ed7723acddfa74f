"""/api/: facilities and users."""

from rest_framework.routers import BaseRouter


def register(router: BaseRouter) -> None:
    """Add this room's resources to the API."""
