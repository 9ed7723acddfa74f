"""Addresses of live events and of what users are told."""

from django.urls import path

from notifications import pages, views

urlpatterns = [
    path("events/", views.events, name="events"),
    path("notifications/", pages.history, name="notifications"),
    path("notifications/recent/", pages.recent, name="notifications-recent"),
    path("notifications/read/", pages.read, name="notifications-read"),
    path("notifications/<int:pk>/", pages.open_notice, name="notification"),
    path("notifications/preferences/", pages.preferences, name="notification-preferences"),
]
