"""Errors of the API as problem details (RFC 9457): one shape for every door that speaks JSON."""

from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
_MACHINE_PATHS = ("/api/", "/dicom-web/", "/events/")


def expects_problem(request: HttpRequest) -> bool:
    """Say whether the request came to a door for programs, not to a page."""
    return request.path_info.startswith(_MACHINE_PATHS)


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """Return the members of a problem document.

    References
    ----------
    RFC 9457 section 3: ``type`` is ``about:blank`` when the title is that of the HTTP status.
    """
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


def problem_response(status: int, detail: str, **members: Any) -> HttpResponse:
    """Return a problem document as an answer; a 401 names how to authenticate (RFC 9110 11.6.1)."""
    body = orjson.dumps(problem(status, str(detail), **members))
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="NOCTIS"'
    return response


def problem_details(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a REST view into a problem document (REST framework's hook)."""
    response = exception_handler(exception, context)
    if response is None:
        return None
    if isinstance(exception, exceptions.ValidationError):
        members = problem(
            response.status_code, "The request has invalid fields.", errors=response.data
        )
    else:
        data = response.data if isinstance(response.data, dict) else {}
        further = getattr(exception, "members", {})
        members = problem(response.status_code, str(data.get("detail", "")), **further)
    response.data = members
    response.content_type = CONTENT_TYPE
    return response
