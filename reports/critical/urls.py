"""Addresses of critical results."""

from django.urls import path

from reports.critical import views

urlpatterns = [
    path("critical/", views.critical_list, name="critical"),
    path("critical/<int:pk>/", views.critical_detail, name="critical-detail"),
    path("critical/<int:pk>/acknowledge/", views.critical_acknowledge, name="critical-acknowledge"),
    path("critical/<int:pk>/cancel/", views.critical_cancel, name="critical-cancel"),
    path(
        "critical/report/<str:study_instance_uid>/", views.critical_report, name="critical-report"
    ),
    path("critical/acknowledge/<str:token>/", views.critical_link, name="critical-link"),
]
