"""Rendered images and thumbnails: WADO-RS ``/rendered`` and ``/thumbnail`` (PS3.18 10.4.1.1.3-4).

A series or study answers ``multipart/related`` with an image of each instance, and a single image
type with the one image that stands for it.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from archive.models import Instance
from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment, LazySegment
from dicomweb.decoding import rendered_frame, rendered_key
from dicomweb.documents import ENCAPSULATED_PDF, document_response
from dicomweb.frame_source import check_frames, frame_index_of, frame_numbers
from dicomweb.json_type import accepted
from dicomweb.lookup import Names, find_instance, find_instances
from dicomweb.multipart import MultipartBody
from dicomweb.problems import DicomWebError, not_acceptable, not_found
from dicomweb.render_parameters import RenderParameters, read_parameters
from dicomweb.trail import note_access

_OFFERS: Final = ("image/jpeg", "image/png")
_THUMBNAIL_BOX: Final = (256, 256)

Picture = tuple[Instance, int]


def retrieve_rendered(
    request: HttpRequest, study: str, series: str = "", instance: str = "", frames: str = ""
) -> HttpResponseBase:
    """Answer with rendered images of frames, of an instance, or of all instances below.

    An instance that holds a PDF answers with that.
    """
    names = Names(study, series, instance)
    if instance and not frames:
        named = find_instance(request, names)
        if named.sop_class_uid == ENCAPSULATED_PDF:
            return document_response(request, named)
    media_type, is_multipart = _choose(request)
    parameters = read_parameters(request, media_type)
    if not instance:
        below = _with_pixels(find_instances(request, names))
        one = _middle(below)
        pictures = [(each, 1) for each in below] if is_multipart else [(one, _middle_frame(one))]
    else:
        found = find_instance(request, names)
        numbers = frame_numbers(frames or "1")
        check_frames(frame_index_of(found), numbers)
        pictures = [(found, number) for number in numbers]
    return _answer(request, pictures, parameters, is_multipart or len(pictures) > 1)


def retrieve_thumbnail(
    request: HttpRequest, study: str, series: str = "", instance: str = "", frames: str = ""
) -> HttpResponseBase:
    """Answer with a small image that stands for the resource.

    What has no picture is 404 and what can't be decoded 406; with ``missing=empty`` both are 204:
    a page that lists everything asks for many, and to have no picture is no error there.
    """
    found = find_instances(request, Names(study, series, instance))
    try:
        return _thumbnail(request, found, frames)
    except DicomWebError as error:
        has_none = error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE)
        if request.GET.get("missing") != "empty" or not has_none:
            raise
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _thumbnail(request: HttpRequest, found: Sequence[Instance], frames: str) -> HttpResponseBase:
    media_type, _ = _choose(request)
    parameters = read_parameters(request, media_type, _THUMBNAIL_BOX)
    if frames:
        numbers = frame_numbers(frames)
        check_frames(frame_index_of(found[0]), numbers)
        return _answer(request, [(found[0], numbers[0])], parameters, False)
    one = _middle(_with_pixels(found))
    return _answer(request, [(one, _middle_frame(one))], parameters, False)


def _choose(request: HttpRequest) -> tuple[str, bool]:
    """Return the image type to answer with, and whether in parts.

    Raises
    ------
    DicomWebError
        406.
    """
    for media in accepted(request):
        for offer in _OFFERS:
            if media.covers(offer):
                return offer, media.is_multipart
    raise not_acceptable(" or ".join(_OFFERS))


def _with_pixels(instances: Sequence[Instance]) -> list[Instance]:
    found = [one for one in instances if one.has_pixels]
    if not found:
        raise not_found()
    return found


def _middle(instances: Sequence[Instance]) -> Instance:
    """Return the middle instance of the first series: more often than the first it shows it."""
    first = [one for one in instances if one.series_id == instances[0].series_id]
    return first[len(first) // 2]


def _middle_frame(instance: Instance) -> int:
    return frame_index_of(instance).count // 2 + 1


def _answer(
    request: HttpRequest,
    pictures: Sequence[Picture],
    parameters: RenderParameters,
    is_multipart: bool,
) -> HttpResponseBase:
    note_access(request, pictures[0][0].study_id, "wado-rendered")
    keys = "\n".join(rendered_key(*picture, parameters) for picture in pictures)
    etag = hashlib.sha256(keys.encode()).hexdigest()[:24]
    if not is_multipart:
        image = BytesSegment(rendered_frame(*pictures[0], parameters))
        return body_response(request, Body([image]), parameters.media_type, etag)
    multipart = MultipartBody(f"noctis-{etag}", parameters.media_type)
    for picture in pictures:
        make = partial(rendered_frame, *picture, parameters)
        multipart.add(parameters.media_type, [LazySegment(make)])
    return body_response(request, multipart.body(), multipart.content_type)
