"""Retrieving by query parameters alone: WADO-URI (PS3.18 9)."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.models import Instance
from dicomkit.part10 import is_valid_uid
from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment
from dicomweb.decoding import rendered_frame
from dicomweb.frame_source import check_frames, frame_index_of, frame_numbers
from dicomweb.lookup import Names, find_instance
from dicomweb.media_types import choose, parse_accept
from dicomweb.objects import single_object_response
from dicomweb.problems import bad_request, not_acceptable
from dicomweb.render_parameters import MAX_SIDE, RenderParameters, number, quality, window
from dicomweb.representation import DICOM
from dicomweb.trail import note_access

_UIDS: Final = ("studyUID", "seriesUID", "objectUID")
_IMAGES: Final = ("image/jpeg", "image/png")


def retrieve_by_uri(request: HttpRequest) -> HttpResponseBase:
    """Answer ``?requestType=WADO&studyUID=...&seriesUID=...&objectUID=...``."""
    if request.GET.get("requestType") != "WADO":
        raise bad_request("requestType must be WADO.")
    if request.GET.get("anonymize"):
        raise bad_request("anonymize is not supported here.")  # 9.1.2.2.1: never sent as it is
    uids = [request.GET.get(name, "") for name in _UIDS]
    if not all(is_valid_uid(uid) for uid in uids):
        raise bad_request("studyUID, seriesUID and objectUID must be UIDs.")
    found = find_instance(request, Names(*uids))
    media_type = _media_type(request, found)
    note_access(request, found.study_id, "wado-uri")
    if media_type == DICOM:
        syntax = request.GET.get("transferSyntax")
        return single_object_response(request, found, syntax if syntax != "*" else None)
    return _image(request, found, media_type)


def _media_type(request: HttpRequest, instance: Instance) -> str:
    offers = (*_IMAGES, DICOM) if instance.has_pixels else (DICOM,)
    chosen = choose(parse_accept(request.GET.get("contentType", "")), offers)
    if chosen is None:
        raise not_acceptable(" or ".join(offers))
    return chosen


def _image(request: HttpRequest, instance: Instance, media_type: str) -> HttpResponseBase:
    numbers = frame_numbers(request.GET.get("frameNumber", "1"))
    if len(numbers) > 1:
        raise bad_request("frameNumber is one number.")
    check_frames(frame_index_of(instance), numbers)
    parameters = _parameters(request, instance, media_type)
    image = BytesSegment(rendered_frame(instance, numbers[0], parameters))
    return body_response(request, Body([image]), media_type)


def _parameters(request: HttpRequest, instance: Instance, media_type: str) -> RenderParameters:
    center, width = request.GET.get("windowCenter", ""), request.GET.get("windowWidth", "")
    if bool(center) != bool(width):
        raise bad_request("windowCenter and windowWidth come together.")
    span, _ = window(f"{center},{width}" if center else "")
    return RenderParameters(
        media_type,
        box=_box(request),
        region=_region(request.GET.get("region", ""), instance),
        window=span,
        quality=quality(request.GET.get("imageQuality", "")),
    )


def _box(request: HttpRequest) -> tuple[int, int] | None:
    """Return the box of ``columns`` and ``rows``; one alone leaves the other side free."""
    names = ("columns", "rows")
    sides = [request.GET.get(name, "") for name in names]
    if not any(sides):
        return None
    width, height = (number(side or str(MAX_SIDE), "rows and columns") for side in sides)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise bad_request(f"rows and columns are from 1 to {MAX_SIDE}.")
    return int(width), int(height)


def _region(text: str, instance: Instance) -> tuple[float, float, float, float] | None:
    """Return the region of ``xmin,ymin,xmax,ymax``, parts of the image from 0 to 1 (9.1.2.2.8)."""
    if not text:
        return None
    pieces = [number(piece, "region") for piece in text.split(",")]
    if len(pieces) != 4 or not (
        0 <= pieces[0] < pieces[2] <= 1 and 0 <= pieces[1] < pieces[3] <= 1
    ):
        raise bad_request("region is xmin,ymin,xmax,ymax, each from 0 to 1.")
    left, top, right, bottom = pieces
    columns, rows = instance.columns or 1, instance.rows or 1
    return left * columns, top * rows, (right - left) * columns, (bottom - top) * rows
