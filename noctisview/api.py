"""/api/: the rooms' view sets under one router, the schema, and a page to try them."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from archive import api as archive_api
from dimse import api as dimse_api
from reports import api as reports_api
from viewer import api as viewer_api
from worklist import api as worklist_api

router = DefaultRouter()
router.include_format_suffixes = False  # one address for a resource
for room in (archive_api, worklist_api, dimse_api, reports_api, viewer_api):
    room.register(router)


class TryItView(SpectacularSwaggerSplitView):
    """The page to try the API; it has no metadata to answer OPTIONS with."""

    http_method_names = ["get", "head"]


urlpatterns = [
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The page and its script apart: the Content-Security-Policy allows no script within a page.
    path("api/docs/", TryItView.as_view(url_name="api-schema"), name="api-docs"),
    path("api/", include(router.urls)),
]
