"""Settings of the embedded shape: SQLite, a folder, one machine. Everything is a NOCTIS_* variable.

docs/operate/settings.md describes each variable; a test keeps that page complete.
"""

from pathlib import Path

from noctisview import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("NOCTIS_DATA_DIR", str(BASE_DIR / ".noctis"))).resolve()

DEBUG = env.flag("NOCTIS_DEBUG")
SECRET_KEY = env.secret("NOCTIS_SECRET_KEY", DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.words("NOCTIS_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("NOCTIS_TRUSTED_ORIGINS", [])
# Where people reach us, for addresses that no request asked for (mail, QR codes of reports).
PUBLIC_URL = env.text("NOCTIS_PUBLIC_URL").rstrip("/")
HTTP_PORT = env.number("NOCTIS_HTTP_PORT", 8000)
# How many proxies of our own stand before the application: 0 believes no forwarding header.
TRUSTED_PROXY_COUNT = env.number("NOCTIS_TRUSTED_PROXIES", 0)

# The rooms, in the order of house.md; a test holds them against the import contract.
ROOMS = [
    "worklist",
    "viewer",
    "reports",
    "dicomweb",
    "dimse",
    "operations",
    "archive",
    "notifications",
    "audit",
]

INSTALLED_APPS = [
    "unfold",
    *ROOMS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "huey.contrib.djhuey",
]

MIDDLEWARE = [
    "worklist.middleware.RequestGateMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "worklist.middleware.TokenMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "worklist.middleware.TokenUserMiddleware",
    "worklist.middleware.PasswordChangeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "noctisview.urls"
WSGI_APPLICATION = "noctisview.wsgi.application"
ASGI_APPLICATION = "noctisview.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "worklist.context.shell",
            ],
        },
    },
]

DATABASES = {"default": env.database(env.text("NOCTIS_DATABASE_URL"), DATA_DIR / "noctis.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("NOCTIS_REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    )
}
# `noctis start` says so for its services: the drivers of databases that aren't there are a third
# of the time that one takes to start.
if env.flag("NOCTIS_LEAN"):
    if not REDIS_URL:
        env.leave_out("redis")
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        env.leave_out("psycopg")
HUEY = {
    "name": "noctis",
    "huey_class": "huey.PriorityRedisHuey" if REDIS_URL else "huey.SqliteHuey",
    "immediate": env.flag("NOCTIS_TASKS_IMMEDIATE"),
    "consumer": {"workers": env.number("NOCTIS_TASK_WORKERS", 2), "worker_type": "thread"},
    **(
        {"connection": {"url": REDIS_URL}}
        if REDIS_URL
        else {"filename": str(DATA_DIR / "tasks.sqlite3")}
    ),
}

# --- People -------------------------------------------------------------------------------
AUTH_USER_MODEL = "worklist.CustomUser"
AUTHENTICATION_BACKENDS = ["worklist.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/worklist/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_ADAPTER = "worklist.adapters.ClosedSignupAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.number("NOCTIS_SESSION_SECONDS", 12 * 3600)
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "worklist.errors.csrf_failure"

# --- Browser security ----------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Language and time ---------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = env.text("NOCTIS_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

# --- Files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("NOCTIS_STATIC_ROOT", str(DATA_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
# The build's file names carry a digest of their content: what one names never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/viewer/assets/[^/]+-[\w-]{8}\.\w+$"
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None

# --- Archive: one folder; spool, store and quarantine share its filesystem so that a link is
# atomic (house.md, invariants).
ARCHIVE_ROOT = Path(env.text("NOCTIS_ARCHIVE_DIR", str(DATA_DIR / "archive"))).resolve()
ARCHIVE_DIR = ARCHIVE_ROOT / "objects"
SPOOL_DIR = ARCHIVE_ROOT / "spool"
QUARANTINE_DIR = ARCHIVE_ROOT / "quarantine"
CACHE_DIR = Path(env.text("NOCTIS_CACHE_DIR", str(DATA_DIR / "cache"))).resolve()
CACHE_MAX_BYTES = env.number("NOCTIS_CACHE_MB", 2048) * 1024 * 1024
ARCHIVE_MIN_FREE_BYTES = env.number("NOCTIS_MIN_FREE_MB", 512) * 1024 * 1024
UPLOAD_MAX_BYTES = env.number("NOCTIS_UPLOAD_MAX_MB", 10 * 1024) * 1024 * 1024
ATTACHMENT_MAX_BYTES = env.number("NOCTIS_ATTACHMENT_MAX_MB", 200) * 1024 * 1024
ATTACHMENTS_PER_STUDY = env.number("NOCTIS_ATTACHMENTS_PER_STUDY", 200)
# Where clamd listens: unix:/path or host:port. Blank: nothing is scanned, and pages say so.
CLAMD_ADDRESS = env.text("NOCTIS_CLAMD")
CLAMD_TIMEOUT_S = env.number("NOCTIS_CLAMD_TIMEOUT", 60)
# Preliminary reports become DICOM objects only where a site wants whoever sees the images to see
# them: an object in a study is for everybody who sees the study.
ARCHIVE_PRELIMINARY_REPORTS = env.flag("NOCTIS_ARCHIVE_PRELIMINARY_REPORTS")
# nginx hands files out itself when it is told of them by X-Accel-Redirect under this prefix.
ACCEL_REDIRECT_PREFIX = env.text("NOCTIS_ACCEL_PREFIX")

# --- DICOM ---------------------------------------------------------------------------------
DICOM_AE_TITLE = env.text("NOCTIS_AE_TITLE", "NOCTIS_PACS")
DICOM_HOST = env.text("NOCTIS_DICOM_HOST", "127.0.0.1")
DICOM_PORT = env.number("NOCTIS_DICOM_PORT", 11112)
DICOM_MAX_ASSOCIATIONS = env.number("NOCTIS_DICOM_MAX_ASSOCIATIONS", 200)
DICOM_MAX_ASSOCIATIONS_PER_PEER = env.number("NOCTIS_DICOM_MAX_PER_PEER", 32)
DICOM_PDU_TIMEOUT_S = env.number("NOCTIS_DICOM_PDU_TIMEOUT", 30)
DICOM_IDLE_TIMEOUT_S = env.number("NOCTIS_DICOM_IDLE_TIMEOUT", 60)
# Embedded: an unregistered AE title on the loopback interface may act for the default facility.
DICOM_ALLOW_LOOPBACK = env.flag("NOCTIS_DICOM_ALLOW_LOOPBACK", True)

# --- API -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["worklist.authentication.RequestUserAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "worklist.problems.problem_details",
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "NOCTIS API",
    "DESCRIPTION": "Studies, series, patients, facilities, users and DICOM peers.",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    # Fields of one name with different choices.
    "ENUM_NAME_OVERRIDES": {
        "VersionKindEnum": "reports.models.VersionKind",
        "NewDraftKindEnum": "reports.writing.serializers.DRAFT_KINDS",
        "SignatureKindEnum": "reports.writing.serializers.SIGNATURE_KINDS",
    },
}

UNFOLD = {
    "SITE_TITLE": "NOCTIS administration",
    "SITE_HEADER": "NOCTIS",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/worklist/",
    "SITE_SYMBOL": "dark_mode",
    # The accent of worklist/static/noctis/tokens.css, as a scale.
    "COLORS": {
        "primary": {
            "50": "#f0f8fa",
            "100": "#e0f0f5",
            "200": "#bfe0ea",
            "300": "#8fcadb",
            "400": "#5cb8d6",
            "500": "#2391b3",
            "600": "#0b6e8f",
            "700": "#095a76",
            "800": "#0b4a60",
            "900": "#0d3e50",
            "950": "#12303b",
        },
    },
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}

# --- Mail ----------------------------------------------------------------------------------
# Django's own names, as the deployment guide has them. Without a server to hand it to, no mail is
# made.
EMAIL_HOST = env.text("NOCTIS_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("NOCTIS_EMAIL_PORT", 587)
EMAIL_USE_TLS = env.flag("NOCTIS_EMAIL_TLS", True)
EMAIL_HOST_USER = env.text("NOCTIS_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("NOCTIS_EMAIL_PASSWORD")
EMAIL_TIMEOUT = 20
_MAIL_BACKEND = "smtp" if env.text("NOCTIS_EMAIL_HOST") else "dummy"
EMAIL_BACKEND = env.text(
    "NOCTIS_EMAIL_BACKEND", f"django.core.mail.backends.{_MAIL_BACKEND}.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("NOCTIS_FROM_EMAIL", "noreply@localhost")

# --- Log -----------------------------------------------------------------------------------
LOG_DIR = Path(env.text("NOCTIS_LOG_DIR", str(DATA_DIR / "logs")))
LOG_DIR.mkdir(parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "file": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(LOG_DIR / "noctisview.log"),
            "formatter": "line",
            "delay": True,
        },
    },
    "root": {"handlers": ["console", "file"], "level": env.text("NOCTIS_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
        "uvicorn": {"handlers": [], "propagate": True},
        "huey": {"level": "WARNING"},
        "pydicom": {"level": "ERROR"},
    },
}
