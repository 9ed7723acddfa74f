"""API tokens: one look-up from what a client sent to who it is."""

import hashlib
from datetime import timedelta

from django.utils import timezone

from archive.prepared import Prepared
from worklist.backends import user_by_key
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


_TOKEN = Prepared(lambda digest: ApiToken.objects.filter(digest=digest), "digest")


def user_of_token(token: str) -> CustomUser | None:
    """Return the active user to whom a valid token belongs."""
    now = timezone.now()
    found = _TOKEN.first(digest=token_digest(token))
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    user = user_by_key(found.user_id)
    if user is None or not user.is_active:
        return None
    if found.last_used_at is None or now - found.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return user
