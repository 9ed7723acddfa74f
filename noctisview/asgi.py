"""ASGI entry point (uvicorn embedded, gunicorn's ASGI workers in production)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
application = get_asgi_application()
