"""Sign-in through allauth, as this house wants it: closed, quiet about who exists, recorded."""

import logging
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse

from audit.actors import Actor
from audit.services import (
    record_password_changed,
    record_sign_in,
    record_sign_in_failed,
    record_sign_out,
)
from worklist.models import CustomUser
from worklist.requests import GatedRequest

logger = logging.getLogger("worklist")


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in a request, for the audit log."""
    return Actor.of_user(request.user, cast(GatedRequest, request).client_address)


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; what happens at the door is logged and recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the true address, by which attempts are counted."""
        return cast(GatedRequest, request).client_address or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; one that is over the limit is an invalid attempt too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._refuse(request, credentials, "too many attempts")
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> CustomUser | None:
        """Return the user of the credentials; a disabled account is like a wrong password."""
        user: CustomUser | None = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self._refuse(request, credentials, "disabled")
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record wrong credentials."""
        self._refuse(request, credentials, "credentials")

    def _refuse(self, request: HttpRequest, credentials: dict[str, Any], reason: str) -> None:
        """Write the line that fail2ban reads (it names no account) and the audit row."""
        address = self.get_client_ip(request)
        logger.warning("Invalid login attempt from %s", address)
        name = str(credentials.get("username", ""))[:150]
        record_sign_in_failed(actor=Actor(user_name=name, address=address), reason=reason)

    def post_login(self, request: HttpRequest, user: Any, **hooks: Any) -> HttpResponse:
        """Record the sign-in."""
        response: HttpResponse = super().post_login(request, user, **hooks)
        record_sign_in(actor=actor_of(request))
        return response

    def logout(self, request: HttpRequest) -> None:
        """Record the sign-out, then end the session."""
        record_sign_out(actor=actor_of(request))
        super().logout(request)

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse the present password as a new one: a change that was demanded must be one."""
        cleaned: str = super().clean_password(password, user)
        if user is not None and user.pk and user.check_password(password):
            raise self.validation_error("same_as_current")
        return cleaned

    def set_password(self, user: Any, password: str) -> None:
        """Set a password that its owner chose: nothing remains to be changed."""
        user.must_change_password = False
        super().set_password(user, password)
        record_password_changed(actor=actor_of(self.request))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say what was changed, but do not greet: the page that opens says enough."""
        template = str(args[0] if args else kwargs.get("message_template") or "")
        if not template.endswith(("logged_in.txt", "logged_out.txt")):
            super().add_message(request, level, *args, **kwargs)
