"""What happens to every request before a view sees it: address, headers, token, password.

Each middleware runs as it is asked, with or without an event loop, and goes to the database only
for requests that need it, so that an image frame does not pay for what a page does.
"""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from worklist.addresses import client_address
from worklist.policies import PERMISSIONS_POLICY, security_policy
from worklist.problems import expects_problem, problem_response
from worklist.tokens import token_from_header, user_of_token

Answer = HttpResponseBase | Awaitable[HttpResponseBase]
_STATIC = settings.STATIC_URL


class _Middleware:
    """The frame of a middleware that answers synchronously or asynchronously, as its chain does."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        return self._answer_later(request) if self.is_async else self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        raise NotImplementedError

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        raise NotImplementedError


class RequestGateMiddleware(_Middleware):
    """Marks a request with its true address and an id, an answer with what browsers must obey."""

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        _mark(request)
        return _guard(request, self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        _mark(request)
        return _guard(request, await self.get_response(request))


def _mark(request: HttpRequest) -> None:
    request.client_address = client_address(request)  # type: ignore[attr-defined]
    request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]


def _guard(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    headers = response.headers
    if request.path_info.startswith(_STATIC):
        return response
    headers.setdefault("Content-Security-Policy", security_policy(request.path_info))
    headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
    # Whatever is not said to be cacheable may hold a patient's data: no browser keeps it.
    headers.setdefault("Cache-Control", "no-store")
    return response


class TokenMiddleware(_Middleware):
    """Finds out who sends an ``Authorization: Bearer`` or ``Token`` header; a wrong one is a 401.

    A request with a token carries no ambient authority, so it needs no CSRF check.
    """

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        token = token_from_header(request.META.get("HTTP_AUTHORIZATION", ""))
        if token is not None and not _admit(request, token):
            return _unauthenticated()
        return cast(HttpResponseBase, self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        token = token_from_header(request.META.get("HTTP_AUTHORIZATION", ""))
        if token is not None and not await sync_to_async(_admit)(request, token):
            return _unauthenticated()
        return cast(HttpResponseBase, await self.get_response(request))


def _admit(request: HttpRequest, token: str) -> bool:
    user = user_of_token(token)
    request.token_user = user  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = user is not None  # type: ignore[attr-defined]
    return user is not None


def _unauthenticated() -> HttpResponseBase:
    return problem_response(401, "The token is not valid, has expired, or was withdrawn.")


class TokenUserMiddleware(_Middleware):
    """Makes the token's owner the request's user; stands after AuthenticationMiddleware."""

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        _adopt(request)
        return cast(HttpResponseBase, self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        _adopt(request)
        return cast(HttpResponseBase, await self.get_response(request))


def _adopt(request: HttpRequest) -> None:
    # For answers that last (live events): who is it now, if anybody still.
    request.reauthenticate = partial(_user_now, request)  # type: ignore[attr-defined]
    user = getattr(request, "token_user", None)
    if user is None:
        return

    async def auser() -> Any:
        return user

    request.user = user
    request.auser = auser


def _user_now(request: HttpRequest) -> Any:
    """Return the user to whom the request's session or token belongs at this moment, or None."""
    token = token_from_header(request.META.get("HTTP_AUTHORIZATION", ""))
    if token is not None:
        user: Any = user_of_token(token)
    else:
        probe = HttpRequest()
        probe.session = type(request.session)(request.session.session_key)
        user = get_user(probe)
    return user if user and user.is_authenticated and not _must_change(user) else None


class PasswordChangeMiddleware(_Middleware):
    """Lets somebody whose password must be changed do that and nothing else."""

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if _is_exempt(request.path_info) or not _must_change(request.user):
            return cast(HttpResponseBase, self.get_response(request))
        return _demand_change(request)

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        if _is_exempt(request.path_info) or not _must_change(await request.auser()):
            return cast(HttpResponseBase, await self.get_response(request))
        return _demand_change(request)


def _is_exempt(path: str) -> bool:
    return path.startswith(("/accounts/password/", "/accounts/logout/", "/health/"))


def _must_change(user: Any) -> bool:
    return bool(getattr(user, "must_change_password", False))


def _demand_change(request: HttpRequest) -> HttpResponseBase:
    if expects_problem(request):
        return problem_response(403, "The password must be changed before anything else is done.")
    return HttpResponseRedirect(reverse("account_change_password"))
