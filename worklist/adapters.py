"""Sign-in through allauth, as this house wants it: closed, quiet about who exists, recorded."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import ValidationError
from django.http import HttpRequest

from worklist.models import CustomUser

logger = logging.getLogger("worklist")


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; what goes wrong at the door is logged and recorded."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the true address, by which attempts are counted."""
        return request.client_address or "unknown"  # type: ignore[attr-defined]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; one that is over the limit is an invalid attempt too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self.authentication_failed(request, **credentials)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> CustomUser | None:
        """Return the user of the credentials; a disabled account is like a wrong password."""
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write the line that fail2ban reads (deploy/fail2ban); it names no account."""
        logger.warning("Invalid login attempt from %s", self.get_client_ip(request))
