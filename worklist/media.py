"""/media/: stored objects handed out as files, after asking who wants them."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from archive.access import instance_path, open_outgoing, outgoing_size
from archive.models import Instance
from archive.selectors import instances_visible_to
from audit.services import record_export
from dicomkit.preamble import PREAMBLE_BYTES, safe_head
from worklist.adapters import actor_of

_CHUNK_BYTES = 256 * 1024


@require_GET
def unknown(request: HttpRequest, path: str) -> HttpResponse:
    """Answer for what is not known: the same as for what may not be seen."""
    raise Http404


@require_GET
def instance_file(request: HttpRequest, sop_instance_uid: str) -> HttpResponseBase:
    """Hand out the Part 10 file of an instance that the user may see."""
    if not request.user.is_authenticated:
        raise Http404
    visible = instances_visible_to(request.user).select_related("study")
    instance = visible.filter(sop_instance_uid=sop_instance_uid).order_by("pk").first()
    if instance is None:
        raise Http404
    stream = open_outgoing(instance)
    head = stream.read(PREAMBLE_BYTES + 4)
    response = _file_response(instance, stream, head)
    record_export(
        actor=actor_of(request),
        study_instance_uid=instance.study.study_instance_uid,
        facility_id=instance.facility_id,
        patient_id=instance.study.dicom_patient_id,
        form="part10",
        count=1,
    )
    response["Content-Type"] = "application/dicom"
    response["Content-Disposition"] = f'attachment; filename="{instance.sop_instance_uid}.dcm"'
    response["Cache-Control"] = "no-store"
    return response


def _file_response(instance: Instance, stream: BinaryIO, head: bytes) -> HttpResponseBase:
    safe = safe_head(head)
    if safe == head and settings.ACCEL_REDIRECT_PREFIX and not instance.coercion:
        stream.close()
        return _accelerated(instance_path(instance))
    response = StreamingHttpResponse(_chunks(safe, stream))
    response["Content-Length"] = str(outgoing_size(instance))
    return response


def _accelerated(path: Path) -> HttpResponse:
    """Let nginx send the file: the location it names is ``internal`` there."""
    inner = path.relative_to(settings.ARCHIVE_ROOT).as_posix()
    prefix = settings.ACCEL_REDIRECT_PREFIX.rstrip("/")
    return HttpResponse(headers={"X-Accel-Redirect": f"{prefix}/{inner}"})


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        yield head
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
