"""The addresses of the viewer and of the report editor."""

from django.urls import path

from viewer import views

urlpatterns = [
    path("viewer/", views.viewer_page, name="viewer"),
    path("report/", views.report_page, name="report"),
]
