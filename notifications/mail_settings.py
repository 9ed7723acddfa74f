"""Whether mail can be sent, and the addresses that stand in it."""

from email.utils import parseaddr

from django.conf import settings


def mail_is_configured() -> bool:
    """Say whether there is anything to send mail with."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def message_domain() -> str:
    """Return what stands behind the @ of our Message-IDs: the sender's domain."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"


def absolute_url(path: str) -> str:
    """Return the address of one of our pages as it stands in a mail."""
    return f"{settings.PUBLIC_URL or f'http://localhost:{settings.HTTP_PORT}'}{path}"
