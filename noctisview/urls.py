"""Every address of the product, put together from the rooms."""

from django.contrib import admin
from django.urls import include, path

from worklist.views import home

handler400 = "worklist.errors.bad_request"
handler403 = "worklist.errors.permission_denied"
handler404 = "worklist.errors.page_not_found"
handler500 = "worklist.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    path("", include("worklist.urls")),
    path("", include("viewer.urls")),
    path("", include("reports.urls")),
    path("", include("dicomweb.urls")),
    path("", include("notifications.urls")),
    path("", include("operations.urls")),
    path("", include("noctisview.api")),
]
