"""Addresses of the quality page."""

from django.urls import path

from reports.quality import correcting, views

_STUDY = "quality/<str:uid>"

urlpatterns = [
    path("quality/", views.next_page, name="quality-next"),
    path(f"{_STUDY}/", views.page, name="quality"),
    path(f"{_STUDY}/instances/", views.instances, name="quality-instances"),
    path(f"{_STUDY}/decide/", views.decide, name="quality-decide"),
    path(f"{_STUDY}/undo/", views.undo, name="quality-undo"),
    path(f"{_STUDY}/request/", views.request_form, name="quality-request"),
    path(f"{_STUDY}/correct/", correcting.correct, name="quality-correct"),
    path(f"{_STUDY}/revert/", correcting.revert_correction, name="quality-revert"),
    path(f"{_STUDY}/targets/", correcting.targets, name="quality-targets"),
    path(f"{_STUDY}/move/", correcting.move, name="quality-move"),
]
