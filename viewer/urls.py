"""The address of the viewer."""

from django.urls import path

from viewer import views

urlpatterns = [path("viewer/", views.viewer_page, name="viewer")]
