"""The addresses of the viewer and of the report editor."""

from django.urls import path

from viewer import views
from viewer.preferences_api import PreferencesView

urlpatterns = [
    path("viewer/", views.viewer_page, name="viewer"),
    path("report/", views.report_page, name="report"),
    path("api/viewer-preferences/", PreferencesView.as_view(), name="viewer-preferences"),
]
