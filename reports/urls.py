"""Addresses of the reading room, by its parts."""

from django.urls import URLPattern, URLResolver

from reports.paper import urls as paper

urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns += paper.urlpatterns
