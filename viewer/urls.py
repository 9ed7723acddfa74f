"""The addresses of the viewer and of the report editor."""

from django.urls import path

from viewer import views
from viewer.download.views import study_zip
from viewer.preferences_api import PreferencesView

urlpatterns = [
    path("viewer/", views.viewer_page, name="viewer"),
    path("viewer/studies/<str:study_instance_uid>/zip", study_zip, name="study-zip"),
    path("report/", views.report_page, name="report"),
    path("api/viewer-preferences/", PreferencesView.as_view(), name="viewer-preferences"),
]
