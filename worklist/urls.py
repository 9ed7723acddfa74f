"""Addresses of the front door."""

from allauth.account import views as account
from django.urls import include, path

from worklist import bulk_views, media, own_views, study_views, upload_views, views

# Of allauth only what is offered here: no sign-up, no password by mail.
account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # allauth sends those here who have no password yet.
    path("password/set/", account.password_set, name="account_set_password"),
    path("theme/", views.theme, name="account-theme"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("accounts/", include(account_patterns)),
    path("worklist/", views.worklist, name="worklist"),
    path("worklist/rows/", views.rows, name="worklist-rows"),
    path("worklist/counts/", views.counts, name="worklist-counts"),
    path("worklist/palette/", views.palette, name="worklist-palette"),
    path("worklist/views/", own_views.saved_views, name="worklist-views"),
    path("worklist/views/<int:pk>/", own_views.saved_view, name="worklist-view"),
    path("worklist/columns/", own_views.columns, name="worklist-columns"),
    path("worklist/bulk/", bulk_views.bulk, name="worklist-bulk"),
    path("worklist/bulk/<int:pk>/undo/", bulk_views.undo, name="worklist-bulk-undo"),
    path("study/<str:study_instance_uid>/", study_views.study_page, name="study-page"),
    path("worklist/upload/", upload_views.upload_page, name="worklist-upload"),
    path("worklist/upload/files/", upload_views.receive_file, name="worklist-upload-file"),
    path("media/instances/<str:sop_instance_uid>", media.instance_file, name="media-instance"),
    path("media/<path:path>", media.unknown, name="media"),
]
