"""Retrieving the pixels of many instances in one answer (PS3.18 10.4.1.1.5, ``/pixeldata``).

A viewer that fetches a series ahead spares itself a request for each of its slices. The query
parameter ``instance`` is ours: SOP Instance UIDs, separated by commas, in the order in which they
are wanted; without it all of them come in the order of their series.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.models import Instance
from dicomkit.frames import FrameIndex
from dicomweb.addresses import root_path
from dicomweb.answers import body_response
from dicomweb.frame_source import frame_index_of, frame_segments
from dicomweb.json_type import accepted
from dicomweb.lookup import Names, find_instances
from dicomweb.media_types import MediaType
from dicomweb.multipart import MultipartBody
from dicomweb.problems import DicomWebError, bad_request, not_acceptable, not_found
from dicomweb.representation import OCTET_STREAM, Representation, choose_frames
from dicomweb.trail import note_access

_MAX_NAMED: Final = 100

Source = tuple[Instance, FrameIndex, Representation]


def retrieve_pixel_data(
    request: HttpRequest, study: str, series: str = "", instance: str = ""
) -> HttpResponseBase:
    """Answer with the frames of the instances that have pixels, each frame a part of its own."""
    names = Names(study, series, instance)
    ranges = tuple(
        media for media in accepted(request) if media.is_multipart or media.name == "*/*"
    )
    if not ranges:
        raise not_acceptable(f'multipart/related; type="{OCTET_STREAM}"')
    wanted = _named(request)
    found = [one for one in find_instances(request, names, wanted) if one.has_pixels]
    sources = _sources(_in_order(found, wanted), ranges)
    if not sources:
        raise not_found()
    note_access(request, found[0].study_id, "wado-frames")
    multipart = _answer(sources, names)
    return body_response(request, multipart.body(), multipart.content_type)


def _named(request: HttpRequest) -> list[str]:
    text = request.GET.get("instance", "")
    uids = text.split(",") if text else []
    if len(uids) > _MAX_NAMED:
        raise DicomWebError(413, f"At most {_MAX_NAMED} instances at once.")
    if not all(0 < len(uid) <= 64 and set(uid) <= set("0123456789.") for uid in uids):
        raise bad_request("The instance parameter is SOP Instance UIDs, separated by commas.")
    return uids


def _in_order(found: Iterable[Instance], wanted: Sequence[str]) -> list[Instance]:
    if not wanted:
        return list(found)
    by_uid = {one.sop_instance_uid: one for one in found}
    return [by_uid[uid] for uid in dict.fromkeys(wanted) if uid in by_uid]


def _sources(found: Iterable[Instance], ranges: tuple[MediaType, ...]) -> list[Source]:
    """Return what can be sent: an object without frames that can be told apart is left out."""
    sources = []
    for one in found:
        try:
            index = frame_index_of(one)
        except DicomWebError:
            continue
        sources.append((one, index, choose_frames(ranges, one.transfer_syntax_uid, index.count)))
    return sources


def _answer(sources: Sequence[Source], names: Names) -> MultipartBody:
    digest = hashlib.sha256(b"".join(bytes(one.sha256) for one, _, _ in sources)).hexdigest()
    multipart = MultipartBody(f"noctis-{digest[:24]}", sources[0][2].media_type)
    base = f"{root_path()}studies/{names.study}/series"
    for one, index, representation in sources:
        where = f"{base}/{one.series.series_instance_uid}/instances/{one.sop_instance_uid}"
        for number in range(1, index.count + 1):
            content = frame_segments(one, index, number, representation, at_once=False)
            multipart.add(representation.content_type, content, f"{where}/frames/{number}")
    return multipart
