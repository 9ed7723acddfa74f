"""ASGI entry point (uvicorn embedded, gunicorn's ASGI workers in production)."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
asynchronous = get_asgi_application()

# Only after the settings are loaded: everything but live events runs on threads.
from dicomweb.gateway import Application, Gateway  # noqa: E402

application = Gateway(cast(Application, asynchronous), ("/events/",))
