"""Checks of what is around: ports, clock, Redis, and whether anybody can administer."""

import socket
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, connection
from django.utils import timezone

from audit.models import AuditEvent
from operations.findings import Finding, fail, ok, warn

_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that is right shows an earlier time
_LARGEST_SKEW_S = 5.0
_CLOCK_MEND = "Set the clock and keep it right with chrony or systemd-timesyncd"


def _answers(host: str, port: int) -> bool:
    reached_at = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only
    try:
        with socket.create_connection((reached_at, port), timeout=2):
            return True
    except OSError:
        return False


def check_dicom_port() -> Finding:
    """See whether the DICOM service answers."""
    where = f"{settings.DICOM_AE_TITLE} at {settings.DICOM_HOST}:{settings.DICOM_PORT}"
    if _answers(settings.DICOM_HOST, settings.DICOM_PORT):
        return ok("DICOM port", f"{where} answers")
    return warn("DICOM port", f"{where} does not answer", "Start it: noctis start")


def check_clock() -> Finding:
    """Compare the clock with the database's and with the newest audit record."""
    now = timezone.now()
    if now < _EARLIEST:
        return fail("clock", f"shows {now:%Y-%m-%d}", _CLOCK_MEND)
    try:
        skew_s = _database_skew_s(now)
        newest = AuditEvent.objects.order_by("-id").values_list("occurred_at", flat=True).first()
    except Error:
        return warn("clock", "cannot be compared without a database", "Mend the database first")
    if abs(skew_s) > _LARGEST_SKEW_S:
        return warn("clock", f"is {skew_s:+.0f} s off the database's", _CLOCK_MEND)
    if newest and (newest - now).total_seconds() > _LARGEST_SKEW_S:
        return warn("clock", f"is behind the newest audit record ({newest:%F %T})", _CLOCK_MEND)
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _database_skew_s(now: datetime) -> float:
    """Return how far the database server's clock is ahead, in seconds."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return float((cursor.fetchone()[0] - now).total_seconds())


def check_redis() -> Finding:
    """Ask Redis, if it is configured; the embedded shape does without."""
    if not settings.REDIS_URL:
        return ok("redis", "not configured, not needed")
    import redis  # noqa: PLC0415 - a service that has no Redis does without its driver

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        return fail("redis", str(error), "Start Redis, or look at NOCTIS_REDIS_URL")
    return ok("redis", "answers")


def check_administrator() -> Finding:
    """See that somebody can administer, with a password of their own."""
    administrators = get_user_model()._default_manager.filter(is_superuser=True, is_active=True)
    try:
        initial = list(administrators.values_list("must_change_password", flat=True))
    except Error:
        return warn("administrator", "not known without a database", "Mend the database first")
    if not initial:
        return fail("administrator", "there is none", "Run: noctis start")
    if all(initial):
        return warn(
            "administrator",
            "has not yet chosen a password",
            "Sign in once; lost passwords: noctis admin-password",
        )
    return ok("administrator", f"{len(initial)} active")


CHECKS = (check_dicom_port, check_clock, check_redis, check_administrator)
