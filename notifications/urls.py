"""Addresses of live events."""

from django.urls import path

from notifications import views

urlpatterns = [path("events/", views.events, name="events")]
