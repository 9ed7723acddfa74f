"""Authentication of REST views: the user whom the middleware already found."""

from typing import Any

from django.middleware.csrf import CsrfViewMiddleware
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: Any, reason: str) -> Any:
        return reason


def _unused(request: Any) -> None:
    """Stand in for the next handler, which a bare check never calls."""


class RequestUserAuthentication(BaseAuthentication):
    """Accepts the session's or the token's user; a session also needs its CSRF token.

    REST views are exempt from the CSRF middleware, so the check is made here.
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the signed-in user, or None for nobody."""
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            return None
        if getattr(request._request, "token_user", None) is None:
            _enforce_csrf(request)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="NOCTIS"'


def _enforce_csrf(request: Request) -> None:
    check = _CsrfCheck(_unused)  # type: ignore[arg-type]
    check.process_request(request._request)
    reason = check.process_view(request._request, _unused, (), {})  # type: ignore[arg-type]
    if reason:
        raise exceptions.PermissionDenied("CSRF failed: the page is out of date; load it again.")


class RequestUserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes both ways of authenticating in the OpenAPI document."""

    target_class = "worklist.authentication.RequestUserAuthentication"
    name = ["session", "token"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return the security schemes: a session cookie or a bearer token."""
        return [
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            {"type": "http", "scheme": "bearer"},
        ]
