"""/api/ of the reading room: its parts' view sets."""

from rest_framework.routers import BaseRouter

from reports.assignment.api import ReadingViewSet
from reports.writing.api import DraftViewSet, LeaseViewSet, ReportViewSet, SigningViewSet


def register(router: BaseRouter) -> None:
    """Add the view sets of the parts to the router of /api/."""
    router.register("reports", ReportViewSet, basename="report")
    router.register("reports", LeaseViewSet, basename="report-lease")
    router.register("reports", DraftViewSet, basename="report-draft")
    router.register("reports", SigningViewSet, basename="report-signing")
    router.register("reports", ReadingViewSet, basename="report-reading")
