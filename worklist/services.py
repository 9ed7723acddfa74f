"""Changes to people: the first administrator, accounts, passwords, tokens."""

import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from worklist.models import ApiToken, CustomUser, Facility, UserRole
from worklist.tokens import token_digest

# No letters or digits that look alike: the password is read off a terminal once.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def generate_password(length: int = 20) -> str:
    """Return a random password of `length` characters (5.8 bits each) that can be read aloud."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@transaction.atomic
def create_initial_administrator() -> str | None:
    """Create the user ``admin`` when there is no administrator yet.

    Returns
    -------
    str or None
        The generated password, to be shown once and changed at the first sign-in; None when an
        administrator exists already.
    """
    if CustomUser.objects.filter(role=UserRole.ADMIN).exists():
        return None
    password = generate_password()
    CustomUser.objects.create_user(
        "admin", password=password, role=UserRole.ADMIN, must_change_password=True
    )
    return password


def create_user(
    username: str,
    *,
    role: str,
    facility: Facility | None = None,
    password: str | None = None,
    **fields: Any,
) -> tuple[CustomUser, str]:
    """Create an account and return it with its password, generated unless given.

    A generated password must be changed at the first sign-in.
    """
    generated = password is None
    secret = password or generate_password()
    fields.setdefault("must_change_password", generated)
    user = CustomUser.objects.create_user(
        username, password=secret, role=role, facility=facility, **fields
    )
    return user, secret


def reset_password(user: CustomUser) -> str:
    """Give the account a new random password, end its sessions, and return the password."""
    password = generate_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    return password


def is_last_administrator(user: CustomUser) -> bool:
    """Say whether nobody could administer any more if `user` could not."""
    others = CustomUser.objects.filter(role=UserRole.ADMIN, is_active=True).exclude(pk=user.pk)
    return not others.exists()


def remove_second_factor(user: CustomUser) -> bool:
    """Remove the account's authenticators; say whether there were any."""
    removed, _ = Authenticator.objects.filter(user=user).delete()
    return bool(removed)


def create_token(
    user: CustomUser, name: str, expires: datetime | None = None
) -> tuple[ApiToken, str]:
    """Create an API token and return its row and the token: only its digest is kept."""
    token = f"noctis_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user=user, name=name, prefix=token[:12], digest=token_digest(token), expires_at=expires
    )
    return row, token


def issue_token(user: CustomUser, name: str, expires: datetime | None = None) -> str:
    """Create an API token of `user` and return it, to be shown this once."""
    return create_token(user, name, expires)[1]
