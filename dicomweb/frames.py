"""Retrieving frames: WADO-RS ``/frames/{list}`` (PS3.18 10.4.1.1.6)."""

import hashlib
from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.models import Instance
from dicomkit.frames import FrameIndex
from dicomweb.addresses import root_path
from dicomweb.answers import body_response
from dicomweb.body import Body
from dicomweb.frame_source import check_frames, frame_index_of, frame_numbers, frame_segments
from dicomweb.json_type import accepted
from dicomweb.lookup import Names, find_instance
from dicomweb.multipart import MultipartBody
from dicomweb.representation import Representation, choose_frames
from dicomweb.trail import note_access

_DIGEST_DIGITS: Final = 24


def retrieve_frames(
    request: HttpRequest, study: str, series: str, instance: str, frames: str
) -> HttpResponseBase:
    """Answer with frames, as stored or as pixels in little endian."""
    names = Names(study, series, instance)
    numbers = frame_numbers(frames)
    found = find_instance(request, names)
    index = frame_index_of(found)
    check_frames(index, numbers)
    note_access(request, found.study_id, "wado-frames")
    return frames_response(request, found, index, numbers, names)


def frames_response(
    request: HttpRequest,
    instance: Instance,
    index: FrameIndex,
    numbers: Sequence[int],
    names: Names,
) -> HttpResponseBase:
    """Return the answer with these frames, in the representation that the client likes best.

    Raises
    ------
    DicomWebError
        406.
    """
    uid = instance.transfer_syntax_uid
    representation = choose_frames(accepted(request), uid, len(numbers))
    etag = _etag(instance, numbers, representation)
    if not representation.is_multipart:
        body = Body(frame_segments(instance, index, numbers[0], representation))
        return body_response(request, body, representation.content_type, etag)
    multipart = MultipartBody(
        f"noctis-{etag}", representation.media_type, representation.transfer_syntax_uid
    )
    is_only = len(numbers) == 1
    for number in numbers:
        content = frame_segments(instance, index, number, representation, at_once=is_only)
        location = f"{root_path()}{names.path}/frames/{number}"
        multipart.add(representation.content_type, content, location)
    return body_response(request, multipart.body(), multipart.content_type, etag)


def _etag(instance: Instance, numbers: Sequence[int], representation: Representation) -> str:
    """Return what names these frames of this content in this form, and nothing else."""
    frames = ",".join(map(str, numbers))
    form = f"{frames}/{representation.content_type}/{representation.is_multipart}"
    digest = hashlib.sha256(bytes(instance.sha256) + form.encode())
    return digest.hexdigest()[:_DIGEST_DIGITS]
