"""Settings of a server: the same program on PostgreSQL, Redis, gunicorn and nginx.

Secrets come from the environment or from ``/etc/noctis/noctis.env`` (0600, ``KEY=value`` lines),
never from this file. What production cannot do without is demanded, not defaulted.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def _load_secrets(path: Path) -> None:
    """Put the ``KEY=value`` lines of `path` into the environment; what is set already wins.

    The value is taken to the end of the line as it stands: a secret may hold quotes, ``%``,
    ``$`` or ``#``, which a shell, a here-document or supervisor would change.
    """
    if not path.is_file():
        return
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} must not be readable by others: chmod 600 {path}")
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith("#"):
            os.environ.setdefault(key.strip(), value)


_load_secrets(Path(os.environ.get("NOCTIS_ENV_FILE", "/etc/noctis/noctis.env")))

from noctisview import environment as env  # noqa: E402
from noctisview.settings import *  # noqa: E402, F403
from noctisview.settings import DATA_DIR, DATABASES, REDIS_URL  # noqa: E402

DEBUG = False
if "postgresql" not in DATABASES["default"]["ENGINE"]:
    raise ImproperlyConfigured(
        "production needs PostgreSQL: set NOCTIS_DATABASE_URL=postgresql://..."
    )
if not REDIS_URL:
    raise ImproperlyConfigured("production needs Redis: set NOCTIS_REDIS_URL=redis://...")
ALLOWED_HOSTS = env.words("NOCTIS_ALLOWED_HOSTS", [])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("set NOCTIS_ALLOWED_HOSTS to the names this server answers to")

DATABASES["default"]["OPTIONS"].setdefault("sslmode", "require")

TRUSTED_PROXY_COUNT = env.number("NOCTIS_TRUSTED_PROXIES", 1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("NOCTIS_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.number("NOCTIS_HSTS_SECONDS", 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = env.flag("NOCTIS_HSTS_PRELOAD")  # by choice: it is hard to take back
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
DICOM_HOST = env.text("NOCTIS_DICOM_HOST", "0.0.0.0")  # noqa: S104 - modalities come from outside
DICOM_ALLOW_LOOPBACK = env.flag("NOCTIS_DICOM_ALLOW_LOOPBACK", False)
EMAIL_BACKEND = env.text("NOCTIS_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("NOCTIS_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("NOCTIS_EMAIL_PORT", 587)
EMAIL_USE_TLS = env.flag("NOCTIS_EMAIL_TLS", True)
EMAIL_HOST_USER = env.text("NOCTIS_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("NOCTIS_EMAIL_PASSWORD")
DEFAULT_FROM_EMAIL = env.text("NOCTIS_FROM_EMAIL", f"noreply@{ALLOWED_HOSTS[0].lstrip('.')}")
PUBLIC_URL = env.text("NOCTIS_PUBLIC_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
STATIC_ROOT = Path(env.text("NOCTIS_STATIC_ROOT", str(DATA_DIR / "staticfiles")))
WHITENOISE_USE_FINDERS = False
