"""Addresses of the reading room, by its parts."""

from django.urls import URLPattern, URLResolver

from reports.attachments.urls import urlpatterns as attachments
from reports.critical.urls import urlpatterns as critical
from reports.dashboard.urls import urlpatterns as dashboard
from reports.paper.urls import urlpatterns as paper
from reports.quality.urls import urlpatterns as quality

urlpatterns: list[URLPattern | URLResolver] = [
    *attachments,
    *critical,
    *dashboard,
    *paper,
    *quality,
]
