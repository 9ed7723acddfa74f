"""Handing a file out so that it runs nowhere: not in our origin, not as what it pretends to be."""

from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from archive.attachments.content import PDF, delivery_of
from archive.attachments.reading import attachment_path, open_attachment
from archive.models import Attachment

_CHUNK_BYTES = 256 * 1024
_SANDBOX = "sandbox; default-src 'none'"
# The browser's own reader is an embedded object to it; the document itself gets nothing. Under
# `sandbox` browsers refuse to start that reader. A document with scripts never comes this way.
_PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)


def download(attachment: Attachment) -> HttpResponseBase:
    """Answer with the file, to be saved and never to be opened in the browser.

    nginx sends it when it may. It keeps of our headers the type and the disposition, which are
    enough; the location of docs/operate/settings.md adds the others.
    """
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT_PREFIX:
        response = _accelerated(attachment)
    else:
        response = _streamed(attachment)
    response["Content-Type"] = delivery_of(attachment.content_type).content_type
    return _guarded(response, attachment, as_attachment=True, policy=_SANDBOX)


def inline_pdf(attachment: Attachment) -> HttpResponseBase:
    """Answer with a PDF for the browser's own reader."""
    response = _streamed(attachment)
    response["Content-Type"] = PDF
    return _guarded(response, attachment, as_attachment=False, policy=_PDF_POLICY)


def picture(data: bytes) -> HttpResponse:
    """Answer with a picture that we made ourselves."""
    response = HttpResponse(data, content_type="image/jpeg")
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _accelerated(attachment: Attachment) -> HttpResponse:
    inner = attachment_path(attachment).relative_to(settings.ARCHIVE_ROOT).as_posix()
    prefix = settings.ACCEL_REDIRECT_PREFIX.rstrip("/")
    return HttpResponse(headers={"X-Accel-Redirect": f"{prefix}/{inner}"})


def _streamed(attachment: Attachment) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_chunks(open_attachment(attachment)))
    response["Content-Length"] = str(attachment.size_bytes)
    return response


def _guarded(
    response: HttpResponseBase, attachment: Attachment, *, as_attachment: bool, policy: str
) -> HttpResponseBase:
    disposition = content_disposition_header(as_attachment, attachment.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
