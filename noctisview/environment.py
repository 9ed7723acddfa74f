"""Reading NOCTIS_* environment variables: one place, typed, with errors that name the variable."""

import os
import secrets
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return the variable as text."""
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """Return the variable as a truth value (1, true, yes, on)."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """Return the variable as an integer."""
    value = os.environ.get(name)
    if value is None or not value.strip():
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from error


def words(name: str, default: list[str]) -> list[str]:
    """Return the variable as a list, split at commas."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [word.strip() for word in value.split(",") if word.strip()]


def leave_out(*modules: str) -> None:
    """Make this process do without modules that libraries import whenever they are installed."""
    for module in modules:
        sys.modules.setdefault(module, cast(ModuleType, None))  # importing it then fails at once


def secret(name: str, path: Path) -> str:
    """Return a secret from the environment, else from a 0600 file made on first use.

    A secret is never shipped and never printed; a file survives restarts and is readable by
    the service's own account alone.
    """
    value = os.environ.get(name)
    if value:
        return value
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        value = secrets.token_urlsafe(48)
        stream.write(value)
        stream.flush()
        os.fsync(stream.fileno())
    return value


SQLITE_OPTIONS: dict[str, Any] = {
    # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing at its first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    # FULL: COMMIT returns only after the write-ahead log is on the disk (house.md, one path).
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;"
    ),
}


def database(url: str, default_sqlite: Path) -> dict[str, Any]:
    """Return Django's database setting for a ``sqlite:///path`` or ``postgresql://`` URL."""
    if not url or url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///") if url else str(default_sqlite)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "CONN_MAX_AGE": 60,  # opening one costs more than most queries
            "OPTIONS": SQLITE_OPTIONS,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "NOCTIS_DATABASE_URL must begin with sqlite:/// or postgresql://"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
