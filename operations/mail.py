"""Checks of mail: whether it can be sent, and whether it was."""

import socket

from django.conf import settings
from django.db import Error

from notifications.mail_settings import mail_is_configured
from notifications.selectors import delivery_counts
from operations.findings import Finding, ok, warn

_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def check_mail_server() -> Finding:
    """See whether a mail server is named, and answers."""
    if not mail_is_configured():
        return warn("mail", "is not configured: nothing is sent", "Set NOCTIS_EMAIL_HOST")
    if settings.EMAIL_BACKEND != _SMTP:
        return ok("mail", f"goes to {settings.EMAIL_BACKEND}")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), timeout=3):
            return ok("mail", f"{where} answers")
    except OSError as error:
        said = error.strerror or str(error)
        return warn("mail", f"{where} does not answer ({said})", "Look at NOCTIS_EMAIL_*")


def check_deliveries() -> Finding:
    """Count the mails of which it is not known that they arrived."""
    try:
        counts = delivery_counts()
    except Error:
        return warn("deliveries", "not known without a database", "Mend the database first")
    if not counts:
        return ok("deliveries", "none failed")
    said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return warn("deliveries", said, "Administration > Deliveries, where they can be tried again")


CHECKS = (check_mail_server, check_deliveries)
