"""The acknowledgement link: its token is made from a secret, and only its hash is kept.

The token follows from the installation's key and a random number in the row, so that a reminder can
carry the same link, and neither the database alone nor a copy of it opens anything.
"""

import base64
import hashlib
import secrets

from django.utils import timezone
from django.utils.crypto import salted_hmac

from reports.models import CriticalResult

_SALT = "reports.critical.links"


def new_nonce() -> str:
    """Return a random number for a new link (128 bits)."""
    return secrets.token_hex(16)


def token_of_nonce(nonce: str) -> str:
    """Return the token that belongs to a nonce (256 bits, URL-safe)."""
    digest = salted_hmac(_SALT, nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def path_of(result: CriticalResult) -> str:
    """Return the path of the link; blank when the installation's key is another than it was."""
    token = token_of_nonce(result.token_nonce)
    if digest_of(token) != result.token_digest:
        return ""
    return f"/critical/acknowledge/{token}/"


def result_of(token: str) -> CriticalResult | None:
    """Return the result of a link that is still good; None for any other."""
    found = CriticalResult.objects.filter(token_digest=digest_of(token))
    found = found.filter(token_expires_at__gt=timezone.now())
    return found.exclude(state=CriticalResult.State.CANCELLED).select_related("study").first()
