"""Addresses of reports on paper."""

from django.urls import path

from reports.paper import letterhead_views, views

urlpatterns = [
    path("reports/print/", views.print_many, name="report-print-many"),
    path("reports/<str:study_instance_uid>/", views.report, name="report-page"),
    path("reports/<str:study_instance_uid>/pdf", views.report_pdf, name="report-pdf"),
    path("prints/<str:token>/", views.check_print, name="report-print-check"),
    path("letterhead/", letterhead_views.letterhead, name="letterhead"),
    path("letterhead/preview/", letterhead_views.preview, name="letterhead-preview"),
    path("letterhead/sample/", letterhead_views.sample, name="letterhead-sample"),
]
