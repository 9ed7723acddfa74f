"""Routes of the DICOMweb service (PS3.18 table 10.1.1-1); the busiest stand first."""

from django.urls import path, register_converter

from dicomweb.bulkdata import retrieve_bulkdata
from dicomweb.door import resource
from dicomweb.frames import retrieve_frames
from dicomweb.metadata_views import retrieve_instance_metadata, retrieve_metadata
from dicomweb.objects import retrieve_objects
from dicomweb.pixel_data import retrieve_pixel_data
from dicomweb.qido import search_instances, search_series, search_studies
from dicomweb.rendering import retrieve_rendered, retrieve_thumbnail
from dicomweb.stow import store
from dicomweb.uri import retrieve_by_uri


class UidConverter:
    """A UID: digits and dots, 64 at most (PS3.5 9.1)."""

    regex = "[0-9.]{1,64}"

    def to_python(self, value: str) -> str:
        """Return the UID."""
        return value

    def to_url(self, value: str) -> str:
        """Return the UID."""
        return value


register_converter(UidConverter, "uid")

_STUDIES = "dicom-web/studies"
_STUDY = f"{_STUDIES}/<uid:study>"
_SERIES = f"{_STUDY}/series/<uid:series>"
_INSTANCE = f"{_SERIES}/instances/<uid:instance>"
_FRAMES = f"{_INSTANCE}/frames/<str:frames>"

_rendered = resource(GET=retrieve_rendered)
_thumbnail = resource(GET=retrieve_thumbnail)
_pixel_data = resource(GET=retrieve_pixel_data)
_metadata = resource(GET=retrieve_metadata)

urlpatterns = [
    path(_FRAMES, resource(GET=retrieve_frames)),
    path(_STUDIES, resource(GET=search_studies, POST=store), name="dicomweb-studies"),
    path(_STUDY, resource(GET=retrieve_objects, POST=store)),
    path(f"{_STUDY}/metadata", _metadata),
    path(f"{_STUDY}/rendered", _rendered),
    path(f"{_STUDY}/thumbnail", _thumbnail),
    path(f"{_STUDY}/series", resource(GET=search_series)),
    path(f"{_STUDY}/instances", resource(GET=search_instances)),
    path(_SERIES, resource(GET=retrieve_objects)),
    path(f"{_SERIES}/metadata", _metadata),
    path(f"{_SERIES}/rendered", _rendered),
    path(f"{_SERIES}/thumbnail", _thumbnail),
    path(f"{_SERIES}/instances", resource(GET=search_instances)),
    path(_INSTANCE, resource(GET=retrieve_objects)),
    path(f"{_INSTANCE}/metadata", resource(GET=retrieve_instance_metadata)),
    path(f"{_INSTANCE}/rendered", _rendered),
    path(f"{_INSTANCE}/thumbnail", _thumbnail),
    path(f"{_SERIES}/pixeldata", _pixel_data),
    path(f"{_STUDY}/pixeldata", _pixel_data),
    path(f"{_INSTANCE}/pixeldata", _pixel_data),
    path(f"{_INSTANCE}/bulkdata/<path:path>", resource(GET=retrieve_bulkdata)),
    path(f"{_FRAMES}/rendered", _rendered),
    path(f"{_FRAMES}/thumbnail", _thumbnail),
    path("dicom-web/series", resource(GET=search_series)),
    path("dicom-web/instances", resource(GET=search_instances)),
    path("dicom-web/wado", resource(GET=retrieve_by_uri)),
]
