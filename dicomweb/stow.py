"""Storing: STOW-RS (PS3.18 10.5). The body is read as it comes, each object into the spool."""

from collections.abc import Iterator
from typing import Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from archive.errors import ArchiveFullError, ArchiveUnavailableError
from archive.ingest import ingest
from archive.models import Study
from archive.outcome import Door, Origin
from archive.spool import Spool, SpooledFile
from dicomkit import tags
from dicomkit.errors import Part10Error
from dicomkit.part10 import read_header
from dicomweb.addresses import root_of
from dicomweb.answers import CACHE_CONTROL
from dicomweb.door import principal_of
from dicomweb.json_type import choose_store_type
from dicomweb.lookup import facility_of
from dicomweb.media_types import MediaType, parse_media_type
from dicomweb.multipart_reader import MultipartError, MultipartReader, Part
from dicomweb.native_model import DICOM_XML, native_model
from dicomweb.problems import (
    DicomWebError,
    bad_request,
    forbidden,
    too_large,
    unsupported_media_type,
)
from dicomweb.representation import DICOM
from dicomweb.store_response import FailureReason, StoreReport

_READ_BYTES: Final = 256 * 1024


class _Body:
    """The body of a request, counted while it is read."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._left = settings.UPLOAD_MAX_BYTES

    def read(self, count: int) -> bytes:
        """Return up to `count` bytes; none at the end, or when the client is gone."""
        try:
            chunk: bytes = self._request.read(count)
        except UnreadablePostError:
            return b""
        self._left -= len(chunk)
        if self._left < 0:
            raise too_large("The body is larger than one request may be.")
        return chunk

    def chunks(self) -> Iterator[bytes]:
        """Yield the whole body."""
        while chunk := self.read(_READ_BYTES):
            yield chunk


def store(request: HttpRequest, study: str = "") -> HttpResponse:
    """Store the objects of the body; those of another study than the URL names are refused."""
    origin = _origin(request)
    content_type = choose_store_type(request)
    parts = _parts(request)
    report = StoreReport(root_of(request))
    try:
        for part in parts:
            _store_part(part, origin, study, report)
    except MultipartError as error:
        _break_off(report, bad_request(str(error)))
    except DicomWebError as error:
        _break_off(report, error)
    if report.is_empty:
        raise bad_request("The body holds no object.")
    module = report.module()
    body = native_model(module) if content_type == DICOM_XML else orjson.dumps(module)
    response = HttpResponse(body, status=report.status, content_type=content_type)
    response["Cache-Control"] = CACHE_CONTROL
    return response


def _break_off(report: StoreReport, error: DicomWebError) -> None:
    """Report that the body broke; as an error when no object of it was seen before."""
    if report.is_empty:
        raise error
    report.add_failure(FailureReason.CANNOT_UNDERSTAND)


def _origin(request: HttpRequest) -> Origin:
    """Return who stores, and for which facility.

    Whoever sees all facilities names the one to store for by ``?facility=<number>``.

    Raises
    ------
    DicomWebError
        403, or 400 when no facility is named or there is none of that number.
    """
    user = principal_of(request)
    if not user.has_perm("archive.upload_study"):
        raise forbidden("Your role does not store studies.")
    named = facility_of(request).get("facility_id")
    facility_id = named or user.facility_id
    if facility_id is None:
        raise bad_request("Name the facility to store for: ?facility=<number>.")
    if facility_id != user.facility_id:
        _check_facility(user.has_perm("archive.view_all_facilities"), facility_id)
    return Origin(
        Door.STOW,
        facility_id,
        actor_id=request.user.pk,
        actor_name=request.user.get_username(),
        address=getattr(request, "client_address", ""),
    )


def _check_facility(may_choose: bool, facility_id: int) -> None:
    if not may_choose:
        raise forbidden("You store for your own facility.")
    facilities = Study._meta.get_field("facility").remote_field.model._default_manager
    if not facilities.filter(pk=facility_id, is_active=True).exists():
        raise bad_request("There is no active facility of that number.")


def _parts(request: HttpRequest) -> Iterator[Part]:
    """Return the parts of the body, after a look at its header fields.

    Raises
    ------
    DicomWebError
        400, 413 or 415.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise unsupported_media_type("The body must not be compressed as a whole.")
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > settings.UPLOAD_MAX_BYTES:
        raise too_large("The body is larger than one request may be.")
    media = parse_media_type(request.headers.get("Content-Type", ""))
    if media is None or media.content not in {DICOM, "*/*"}:
        raise unsupported_media_type(f'Send multipart/related; type="{DICOM}".')
    return _parts_of(_Body(request), media)


def _parts_of(body: _Body, media: MediaType) -> Iterator[Part]:
    if not media.is_multipart:
        return iter([Part({"content-type": DICOM}, body.chunks())])
    try:
        return iter(MultipartReader(body.read, media.parameters.get("boundary", "")))
    except MultipartError as error:
        raise bad_request(str(error)) from error


def _store_part(part: Part, origin: Origin, study: str, report: StoreReport) -> None:
    media = parse_media_type(part.headers.get("content-type", DICOM))
    if media is None or media.name != DICOM:
        report.add_failure(FailureReason.CANNOT_UNDERSTAND)
        return
    try:
        with Spool.create() as writer:
            for chunk in part.content:
                writer.write(chunk)
            spooled = writer.finish()
        if study and _refuse_other_study(spooled, study, report):
            return
        report.add(ingest(spooled, origin))
    except ArchiveFullError:
        report.add_failure(FailureReason.OUT_OF_RESOURCES)
    except ArchiveUnavailableError:
        report.add_failure(FailureReason.PROCESSING_FAILURE)


def _refuse_other_study(spooled: SpooledFile, study: str, report: StoreReport) -> bool:
    """Refuse an object of another study than the URL names; say whether it was refused."""
    try:
        with spooled.path.open("rb") as stream:
            header = read_header(stream)
    except Part10Error:
        return False  # the archive says what is wrong with it
    if header.get_text(tags.STUDY_INSTANCE_UID) == study:
        return False
    spooled.discard()
    report.add_failure(
        FailureReason.STUDY_DIFFERS_FROM_URL,
        header.get_text(tags.SOP_CLASS_UID) or "",
        header.get_text(tags.SOP_INSTANCE_UID) or "",
    )
    return True
