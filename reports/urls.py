"""Addresses of the reading room, by its parts."""

from django.urls import URLPattern, URLResolver

from reports.critical.urls import urlpatterns as critical

urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns += critical
