"""API tokens: one look-up from what a client sent to who it is."""

import hashlib
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from worklist.models import ApiToken, CustomUser

# A token in use is marked at most this often: a viewer that fetches frames must not write.
LAST_USED_RESOLUTION = timedelta(minutes=1)


def token_digest(token: str) -> str:
    """Return the SHA-256 (hex) under which a token is kept.

    A token is 256 random bits, so a plain digest cannot be searched; a slow hash would cost its
    time on every request.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def token_from_header(header: str) -> str | None:
    """Return the token of an ``Authorization: Bearer`` or ``Token`` header; None for others."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() not in {"bearer", "token"}:
        return None
    return token.strip()


def user_of_token(token: str) -> CustomUser | None:
    """Return the active user to whom a valid token belongs, in one query."""
    now = timezone.now()
    found = (
        ApiToken.objects.select_related("user", "user__facility")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .filter(digest=token_digest(token), user__is_active=True)
        .first()
    )
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.user
