"""The door itself: who asks, by which method, and how errors leave it."""

from collections.abc import Callable
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from archive.errors import ArchiveFullError, ArchiveUnavailableError, ObjectMissingError
from archive.selectors import Principal
from dicomweb.problems import (
    DicomWebError,
    problem_response,
    unauthenticated,
    unsupported_media_type,
)

View = Callable[..., HttpResponseBase]
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_TYPES: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


def principal_of(request: HttpRequest) -> Principal:
    """Return who asks.

    Raises
    ------
    DicomWebError
        401 when nobody is signed in.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        raise unauthenticated()
    return cast(Principal, user)


def resource(**views: View) -> View:
    """Return the view of a resource that answers each method by the view given for it.

    Nobody learns anything before they are known: 401 comes before 404, 405 and the CSRF check.
    """
    by_method = dict(views)
    if "GET" in by_method:
        by_method.setdefault("HEAD", by_method["GET"])
    by_method = {
        method: view if method in _SAFE_METHODS else csrf_protect(view)
        for method, view in by_method.items()
    }
    allowed = {"Allow": ", ".join([*by_method, "OPTIONS"])}

    def answer(request: HttpRequest, **names: Any) -> HttpResponseBase:
        principal_of(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=allowed)
        view = by_method.get(request.method or "")
        if view is None:
            raise DicomWebError(405, "This resource does not take that method.", allowed)
        if request.method not in _SAFE_METHODS:
            _refuse_forms(request)
        return view(request, **names)

    return csrf_exempt(_translating(answer))


def _refuse_forms(request: HttpRequest) -> None:
    """Refuse HTML forms: the CSRF check would read such a body, of whatever size, to its end."""
    if request.content_type in _FORM_TYPES:
        raise unsupported_media_type("A form can't be stored; see PS3.18 section 10.5.")


def _translating(view: View) -> View:
    """Return the view with the errors of this room and of the archive told as problems."""

    def answer(request: HttpRequest, **names: Any) -> HttpResponseBase:
        try:
            return view(request, **names)
        except DicomWebError as error:
            return problem_response(error)
        except ArchiveFullError:
            return problem_response(DicomWebError(507, "The archive has no room left."))
        except ArchiveUnavailableError:
            return problem_response(
                DicomWebError(503, "The archive can't answer now.", {"Retry-After": "30"})
            )
        except ObjectMissingError:
            return problem_response(DicomWebError(500, "The stored object can't be read."))

    return answer
