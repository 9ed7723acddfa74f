"""The addresses of the viewer and of the report editor."""

from django.urls import path

from viewer import views
from viewer.download.views import study_zip

urlpatterns = [
    path("viewer/", views.viewer_page, name="viewer"),
    path("viewer/studies/<str:study_instance_uid>/zip", study_zip, name="study-zip"),
    path("report/", views.report_page, name="report"),
]
