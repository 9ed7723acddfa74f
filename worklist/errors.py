"""The pages and problem documents of errors: no trace, no path, nothing of a patient.

What does not exist and what may not be seen give the same bytes.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from worklist.problems import expects_problem, problem_response


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if expects_problem(request):
        return problem_response(status, text)
    context = {"status": status, "title": title, "text": text}
    return render(request, "noctis/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 400."""
    return _error(
        request, 400, _("That request could not be read"), _("Something in the address is wrong.")
    )


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 403."""
    return _error(
        request, 403, _("Not allowed"), _("Your role does not include what this page does.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without its token."""
    return _error(
        request, 403, _("This page is out of date"), _("Go back, load the page again and repeat.")
    )


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 404."""
    return _error(
        request, 404, _("Not found"), _("There is nothing here, or it is not for you to see.")
    )


def too_many_requests(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer 429."""
    return _error(request, 429, _("Too many attempts"), _("Wait a minute, then try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, without the database or the session, which may be the cause."""
    text = _("Something went wrong on our side. It has been recorded.")
    if expects_problem(request):
        return problem_response(500, text)
    context = {"status": 500, "title": _("Server error"), "text": text}
    return render(None, "noctis/error.html", context, status=500)
