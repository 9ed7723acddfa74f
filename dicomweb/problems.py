"""What can be wrong with a DICOMweb request, and how it is said (RFC 9457)."""

from http import HTTPStatus

import orjson
from django.http import HttpResponse


class DicomWebError(Exception):
    """A request that can't be answered as asked.

    Parameters
    ----------
    status : int
        HTTP status of the answer.
    detail : str
        What is wrong, for a person; never names what the request must not know of.
    headers : dict
        Further header fields of the answer.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def bad_request(detail: str) -> DicomWebError:
    """Return the error for a request that breaks the rules (400)."""
    return DicomWebError(HTTPStatus.BAD_REQUEST, detail)


def unauthenticated() -> DicomWebError:
    """Return the error for somebody unknown (401), which names how to authenticate."""
    challenge = {"WWW-Authenticate": 'Bearer realm="NOCTIS"'}
    return DicomWebError(
        HTTPStatus.UNAUTHORIZED, "Sign in, or send a token in the Authorization header.", challenge
    )


def forbidden(detail: str) -> DicomWebError:
    """Return the error for what this user may never do (403)."""
    return DicomWebError(HTTPStatus.FORBIDDEN, detail)


def not_found() -> DicomWebError:
    """Return the error for what doesn't exist or must not be seen (404): always the same bytes."""
    return DicomWebError(
        HTTPStatus.NOT_FOUND, "There is nothing here, or it is not for you to see."
    )


def not_acceptable(offered: str) -> DicomWebError:
    """Return the error for a representation that this resource doesn't have (406)."""
    return DicomWebError(HTTPStatus.NOT_ACCEPTABLE, f"This resource can be given as {offered}.")


def too_large(detail: str) -> DicomWebError:
    """Return the error for a body that is larger than allowed (413)."""
    return DicomWebError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def unsupported_media_type(detail: str) -> DicomWebError:
    """Return the error for a body of a type that isn't taken here (415)."""
    return DicomWebError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)


def problem_response(error: DicomWebError) -> HttpResponse:
    """Return the error as a problem document."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": int(error.status),
        "detail": error.detail,
    }
    return HttpResponse(
        orjson.dumps(document),
        status=error.status,
        content_type="application/problem+json",
        headers=error.headers,
    )
