"""/api/ of the reading room: its parts' view sets."""

from rest_framework.routers import BaseRouter


def register(router: BaseRouter) -> None:
    """Add the view sets of the parts to the router of /api/."""
