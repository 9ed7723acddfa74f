"""Retrieving whole objects: WADO-RS studies, series and instances (PS3.18 10.4.1.1.1)."""

import hashlib
from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.access import open_outgoing, outgoing_size
from archive.models import Instance
from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment, FileSegment, Segment
from dicomweb.decoding import explicit_head
from dicomweb.frame_source import native_pixels
from dicomweb.json_type import accepted
from dicomweb.lookup import Names, find_instances
from dicomweb.multipart import MultipartBody
from dicomweb.problems import not_acceptable
from dicomweb.representation import DICOM, EXPLICIT_VR_LITTLE_ENDIAN, choose_object
from dicomweb.trail import note_access


def retrieve_objects(
    request: HttpRequest, study: str, series: str = "", instance: str = ""
) -> HttpResponseBase:
    """Answer with the objects of a study or series, or one instance, as stored unless asked."""
    names = Names(study, series, instance)
    syntax, is_multipart = choose_object(accepted(request), is_single=bool(instance))
    found = find_instances(request, names)
    note_access(request, found[0].study_id, "wado-objects")
    if not is_multipart:
        return single_object_response(request, found[0], syntax)
    multipart = MultipartBody(f"noctis-{_etag(found, syntax)}", DICOM)
    for one in found:
        content_type = f"{DICOM}; transfer-syntax={syntax or one.transfer_syntax_uid}"
        multipart.add(content_type, _object(one, syntax))
    return body_response(request, multipart.body(), multipart.content_type)


def single_object_response(
    request: HttpRequest, instance: Instance, syntax: str | None
) -> HttpResponseBase:
    """Return the answer with one object, as stored or in the transfer syntax `syntax`.

    Raises
    ------
    DicomWebError
        406.
    """
    content_type = f"{DICOM}; transfer-syntax={syntax or instance.transfer_syntax_uid}"
    body = Body(_object(instance, syntax))
    return body_response(request, body, content_type, _etag([instance], syntax))


def _object(instance: Instance, syntax: str | None) -> list[Segment]:
    """Return the object as stored, or in the transfer syntax that is asked for."""
    if syntax is None or syntax == instance.transfer_syntax_uid:
        return [FileSegment(partial(open_outgoing, instance), 0, outgoing_size(instance))]
    if syntax != EXPLICIT_VR_LITTLE_ENDIAN:
        stored = instance.transfer_syntax_uid
        raise not_acceptable(f"{DICOM} in {stored} (as stored) or {EXPLICIT_VR_LITTLE_ENDIAN}")
    head = explicit_head(instance)
    return [BytesSegment(head), *native_pixels(instance, head)]


def _etag(instances: Sequence[Instance], syntax: str | None) -> str:
    digest = hashlib.sha256((syntax or "").encode())
    for one in instances:
        digest.update(bytes(one.sha256))
        if one.coercion:
            digest.update(f"/{one.study_id}/{one.coercion}".encode())
    return digest.hexdigest()[:24]
