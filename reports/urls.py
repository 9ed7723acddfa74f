"""Addresses of the reading room, by its parts."""

from django.urls import URLPattern, URLResolver

from reports.attachments.urls import urlpatterns as attachments
from reports.dashboard.urls import urlpatterns as dashboard

urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns += attachments
urlpatterns += dashboard
