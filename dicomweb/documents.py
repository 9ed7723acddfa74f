"""Encapsulated PDF as what it is: the rendered form of such an object (PS3.18 table 8.7.4-2)."""

import hashlib
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.models import Instance
from dicomweb.answers import body_response
from dicomweb.body import Body, BytesSegment
from dicomweb.bulkdata import value_at
from dicomweb.json_type import accepted
from dicomweb.problems import not_acceptable
from dicomweb.trail import note_access

ENCAPSULATED_PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"
_PDF: Final = "application/pdf"
_ENCAPSULATED_DOCUMENT: Final = "00420011"
# The browser's own reader is an embedded object to it; the document itself gets nothing.
_POLICY: Final = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)


def document_response(request: HttpRequest, instance: Instance) -> HttpResponseBase:
    """Answer with the document that an Encapsulated PDF instance holds.

    Raises
    ------
    DicomWebError
        406 when the client takes no PDF, 404 when there is none, 422 when it can't be read.
    """
    if not any(media.covers(_PDF) for media in accepted(request) if not media.is_multipart):
        raise not_acceptable(_PDF)
    note_access(request, instance.study_id, "wado-rendered")
    # Padded to an even length (PS3.3 C.24.2); readers look for the end from behind.
    content = value_at(instance, _ENCAPSULATED_DOCUMENT).rstrip(b"\0")
    etag = hashlib.sha256(bytes(instance.sha256) + b"document").hexdigest()[:24]
    answer = body_response(request, Body([BytesSegment(content)]), _PDF, etag)
    answer.headers["Content-Disposition"] = 'inline; filename="document.pdf"'
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer
