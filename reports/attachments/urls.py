"""Addresses of files beside studies."""

from django.urls import path

from reports.attachments import views

_STUDY = "attachments/<str:study_instance_uid>/"

urlpatterns = [
    path(_STUDY, views.attachments, name="attachments"),
    path(f"{_STUDY}<int:pk>/download", views.download, name="attachment-download"),
    path(f"{_STUDY}<int:pk>/preview", views.preview, name="attachment-preview"),
    path(f"{_STUDY}<int:pk>/thumbnail", views.thumbnail, name="attachment-thumbnail"),
    path(f"{_STUDY}<int:pk>/delete/", views.delete, name="attachment-delete"),
]
