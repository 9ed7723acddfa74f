"""/api/ of the reading room: its parts' view sets."""

from rest_framework.routers import BaseRouter

from reports.catalogue.api import register as register_catalogue


def register(router: BaseRouter) -> None:
    """Add the view sets of the parts to the router of /api/."""
    register_catalogue(router)
