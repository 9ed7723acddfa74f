"""Retrieving bulk data: what the metadata points at by BulkDataURI (PS3.18 10.4.1.1.5)."""

import hashlib
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.access import open_outgoing
from archive.models import Instance
from dicomkit.dicom_json import bulk_value
from dicomkit.errors import DicomkitError
from dicomkit.part10 import read_header
from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment
from dicomweb.frame_source import frame_index_of
from dicomweb.frames import frames_response
from dicomweb.json_type import accepted
from dicomweb.lookup import Names, find_instance
from dicomweb.multipart import MultipartBody
from dicomweb.problems import DicomWebError, not_acceptable, not_found
from dicomweb.representation import OCTET_STREAM
from dicomweb.trail import note_access

_PIXEL_DATA_PATHS: Final = frozenset({"7FE00008", "7FE00009", "7FE00010"})
_MAX_BULK_BYTES: Final = 1024 * 1024 * 1024


def retrieve_bulkdata(
    request: HttpRequest, study: str, series: str, instance: str, path: str
) -> HttpResponseBase:
    """Answer with the value at `path`; of pixel data with all frames, each a part of its own."""
    names = Names(study, series, instance)
    found = find_instance(request, names)
    note_access(request, found.study_id, "wado-bulkdata")
    if path in _PIXEL_DATA_PATHS:
        index = frame_index_of(found)
        return frames_response(request, found, index, list(range(1, index.count + 1)), names)
    return _value_response(request, found, path)


def _value_response(request: HttpRequest, instance: Instance, path: str) -> HttpResponseBase:
    stamp = f"/{instance.study_id}/{instance.coercion}" if instance.coercion else ""
    etag = hashlib.sha256(bytes(instance.sha256) + (path + stamp).encode()).hexdigest()[:24]
    media = next((media for media in accepted(request) if media.covers(OCTET_STREAM)), None)
    if media is None:
        raise not_acceptable(OCTET_STREAM)
    content = BytesSegment(value_at(instance, path))
    if not media.is_multipart:
        return body_response(request, Body([content]), OCTET_STREAM, etag)
    multipart = MultipartBody(f"noctis-{etag}", OCTET_STREAM)
    multipart.add(OCTET_STREAM, [content])
    return body_response(request, multipart.body(), multipart.content_type, etag)


def value_at(instance: Instance, path: str) -> bytes:
    """Return the value at `path` of an instance (`dicomkit.dicom_json.bulk_value`).

    Raises
    ------
    DicomWebError
        404 when there is none, 422 when it can't be read.
    """
    try:
        with open_outgoing(instance) as file:
            value = bulk_value(file, read_header(file), path, maximum=_MAX_BULK_BYTES)
    except DicomkitError as error:
        raise DicomWebError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"The value can't be read: {error.reason}"
        ) from error
    if value is None:
        raise not_found()
    return value
