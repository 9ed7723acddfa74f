"""Addresses of the reading room, by its parts."""

from django.urls import URLPattern, URLResolver

from reports.quality.urls import urlpatterns as quality

urlpatterns: list[URLPattern | URLResolver] = [*quality]
