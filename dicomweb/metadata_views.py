"""Retrieving metadata: WADO-RS ``/metadata`` (PS3.18 10.4.1.1.2)."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from archive.models import Series
from dicomweb.addresses import root_of
from dicomweb.answers import CACHE_CONTROL, stream
from dicomweb.json_type import choose_json
from dicomweb.lookup import Names, find_instance, find_series, sees_hidden
from dicomweb.metadata import (
    gunzip,
    instance_metadata,
    plain,
    series_etag,
    series_metadata,
    squeezed,
)
from dicomweb.trail import note_access


def retrieve_metadata(request: HttpRequest, study: str, series: str = "") -> HttpResponseBase:
    """Answer with the metadata of all instances of a study or of a series."""
    content_type = choose_json(request)
    found = find_series(request, Names(study, series))
    note_access(request, found[0].study_id, "wado-metadata")
    root = root_of(request)
    etag = series_etag(found, root, sees_hidden(request))
    is_gzip = _takes_gzip(request)
    headers = {"Cache-Control": CACHE_CONTROL, "Vary": "Accept, Accept-Encoding"}
    headers["ETag"] = f'W/"{etag}"'
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if is_gzip:
        headers["Content-Encoding"] = "gzip"
    return _metadata_response(request, found, root, content_type, headers)


def _metadata_response(
    request: HttpRequest,
    series: list[Series],
    root: str,
    content_type: str,
    headers: dict[str, str],
) -> HttpResponseBase:
    is_gzip, sees = "Content-Encoding" in headers, sees_hidden(request)
    if len(series) > 1:
        chunks = squeezed(series, root, sees) if is_gzip else plain(series, root, sees)
        return stream(request, chunks, content_type=content_type, headers=headers)
    file = series_metadata(series[0], root, sees)
    if not is_gzip:
        return stream(request, gunzip(file), content_type=content_type, headers=headers)
    with file:
        return HttpResponse(file.read(), content_type=content_type, headers=headers)


def retrieve_instance_metadata(
    request: HttpRequest, study: str, series: str, instance: str
) -> HttpResponse:
    """Answer with the metadata of one instance."""
    content_type = choose_json(request)
    names = Names(study, series, instance)
    found = find_instance(request, names)
    note_access(request, found.study_id, "wado-metadata")
    body = b"[" + instance_metadata(found, names, root_of(request)) + b"]"
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": CACHE_CONTROL})


def _takes_gzip(request: HttpRequest) -> bool:
    codings = request.headers.get("Accept-Encoding", "").lower().replace(" ", "").split(",")
    return any(coding.partition(";")[0] == "gzip" for coding in codings if ";q=0" not in coding)
