"""Addresses of the dashboard."""

from django.urls import path

from reports.dashboard import views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/tables/<str:table>.csv", views.saved_table, name="dashboard-table"),
]
